package edge

import "testing"

func TestAPanicCostsOneConnectionAndNoWork(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	c, _ := enter(l, r, "u")
	_, other := enter(l, r, "v")
	done := 0
	l.mailbox.post(mail{run: func(*loop) { done++ }})
	l.mailbox.post(mail{run: func(*loop) { panic("a defect") }})
	l.mailbox.post(mail{run: func(*loop) { done++ }})
	if err := (turner{l}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	say(l, r, "hi")
	settleAll(t, l)
	if done != 2 || len(heard(other)) != 1 {
		t.Fatalf("%d of 2 pieces of work done, %d of 1 frames delivered", done, len(heard(other)))
	}
	func() {
		defer l.guard(c)
		panic("a defect in reading")
	}()
	l.turn()
	if c.state != stateDead || c.reason != reasonPanic || l.edge.stats.panics.Get() != 2 {
		t.Fatalf("state %d, reason %s, %d panics", c.state, c.reason, l.edge.stats.panics.Get())
	}
	check(t, l)
}
