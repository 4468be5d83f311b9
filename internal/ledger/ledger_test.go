package ledger

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestQuota(t *testing.T) {
	l := New()
	for i := range 3 {
		if !l.Enter(3) {
			t.Fatalf("connection %d of 3 is refused", i+1)
		}
	}
	if l.Enter(3) || l.Own() != 3 || l.Connections() != 3 {
		t.Fatalf("a fourth is let in, or a refused one counts: own %d, all %d", l.Own(), l.Connections())
	}
	l.Leave()
	if !l.Enter(3) || l.Enter(3) {
		t.Fatal("the place of one that left is not there once")
	}
}

// TestQuotaOfManyProcesses lets connections of several processes race for places: there are never too many in at one
// time, and when nobody races all places can be had.
func TestQuotaOfManyProcesses(t *testing.T) {
	const quota, processes = 5, 8
	p := new(page)
	var in atomic.Int64
	var wg sync.WaitGroup
	for process := range processes {
		l := view(p, process)
		for range 2 {
			wg.Go(func() {
				for range 2000 {
					if !l.Enter(quota) {
						continue
					}
					if n := in.Add(1); n > quota {
						t.Errorf("%d are in, %d may be", n, quota)
					}
					in.Add(-1)
					l.Leave()
				}
			})
		}
	}
	wg.Wait()
	if n := view(p, 3).Connections(); n != 0 {
		t.Fatalf("%d are counted when all have left", n)
	}
	got := 0
	for process := range processes {
		for view(p, process).Enter(quota) {
			got++
		}
	}
	if got != quota {
		t.Fatalf("%d places can be had, want %d", got, quota)
	}
	view(p, 1).Forget(0)
	if n := view(p, 3).Connections(); n != 0 {
		t.Fatalf("%d are counted when process 0, which had all, is forgotten", n)
	}
}
