package edge

import (
	"fmt"
	"testing"
)

func TestConnectionsAreLetGoInBatches(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	const members, steps = 1000, 5
	var peers []*fakeConn
	for i := range members {
		_, p := enter(l, r, fmt.Sprint("u", i))
		peers = append(peers, p)
	}
	for step := 1; step <= steps; step++ {
		l.letGo(steps)
		told := 0
		for _, p := range peers {
			if p.writes > 0 {
				told++
			}
		}
		if told != step*members/steps {
			t.Fatalf("%d connections were let go after %d of %d steps", told, step, steps)
		}
	}
	if n := len(l.rooms); n != 0 {
		t.Fatalf("%d rooms are left", n)
	}
	check(t, l)
}
