package main

import "testing"

func TestMemoryIsTrimmedOnceAfterARush(t *testing.T) {
	var trim trimmer
	f := func(allocated, heap uint64, want bool) {
		t.Helper()
		if got := trim.due(allocated, heap); got != want {
			t.Errorf("%d allocated, a heap of %d: %t, want %t", allocated, heap, got, want)
		}
	}
	f(100, 100, false) // the start is a rush
	f(102, 100, false) // it is over
	f(104, 100, false)
	f(106, 100, true)  // and seems to be over for good
	f(108, 100, false) // nothing happens
	f(110, 100, false)
	f(112, 100, false)
	f(200, 150, false) // another rush
	f(205, 150, false)
	f(300, 200, false) // goes on after a pause
	f(305, 200, false)
	f(310, 200, false)
	f(315, 200, true)                                                 // and ends
	for allocated := uint64(340); allocated <= 415; allocated += 25 { // a trickle adds up
		f(allocated, 200, false)
	}
	f(440, 200, true)   // until it is half the heap
	f(1000, 200, false) // a rush that never ends is the collector's own business
	f(2000, 200, false)
	f(3000, 200, false)
	f(4000, 200, false)
}
