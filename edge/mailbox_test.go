package edge

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestAMailboxKeepsTheOrderOfEachSenderAndRingsOnce(t *testing.T) {
	const senders, letters = 8, 10_000
	var rings atomic.Int64
	woken := make(chan struct{}, senders*letters)
	var b mailbox
	b.wake = func() error {
		rings.Add(1)
		woken <- struct{}{}
		return nil
	}
	var wg sync.WaitGroup
	var got [senders][]int
	for s := range senders {
		wg.Go(func() {
			for i := range letters {
				b.post(mail{run: func(*loop) { got[s] = append(got[s], i) }})
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	taken := 0
	for taken < senders*letters {
		<-woken
		if len(woken) > 0 {
			t.Fatal("two wake-ups were under way")
		}
		for _, m := range b.take() {
			m.run(nil)
			taken++
		}
	}
	<-done
	for s := range got {
		for i, n := range got[s] {
			if i != n {
				t.Fatalf("sender %d: letter %d came as number %d", s, n, i)
			}
		}
	}
	if rings.Load() == 0 {
		t.Fatal("nobody was woken")
	}
}

func TestAClosedMailboxRefuses(t *testing.T) {
	b := mailbox{wake: func() error { return nil }}
	b.post(mail{run: func(*loop) { t.Error("done after the end") }})
	b.close()
	if b.post(mail{}) {
		t.Error("taken after the end")
	}
	for _, m := range b.take() {
		m.run(nil)
	}
}

func TestAStaleNameFindsNobody(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	c, _ := enter(l, r, "u")
	old := c.id()
	l.closed(c, nil)
	if l.find(old) != nil {
		t.Fatal("a connection that is gone was found")
	}
	next, _ := enter(l, r, "v")
	if next.slot != old.slot {
		t.Fatal("the slot was not used again: the test shows nothing")
	}
	if l.find(old) != nil || l.find(next.id()) != next {
		t.Fatal("an old name finds the new owner of its slot")
	}
}
