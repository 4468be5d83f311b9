package main

import "testing"

func TestMemoryIsTrimmedTwiceAfterARush(t *testing.T) {
	trim := trimmer{again: 3}
	f := func(allocated, heap uint64, want bool) {
		t.Helper()
		if got := trim.due(allocated, heap); got != want {
			t.Errorf("%d allocated, a heap of %d: %t, want %t", allocated, heap, got, want)
		}
	}
	f(100, 100, false) // the start is a rush
	f(102, 100, true)  // it is over
	f(104, 100, false)
	f(106, 100, true)  // the tokens that it used are forgotten
	f(108, 100, false) // nothing happens
	f(110, 100, false)
	f(200, 150, false) // another rush
	f(300, 200, false)
	f(305, 200, true)  // a pause
	f(310, 200, false) // in which the tokens are not forgotten yet
	f(500, 200, false) // it goes on
	f(505, 200, true)
	f(510, 200, false)
	f(515, 200, true)
	for allocated := uint64(535); allocated <= 615; allocated += 20 { // a trickle adds up
		f(allocated, 200, false)
	}
	f(635, 200, true)   // until it is half the heap
	f(640, 200, true)   // that there is no second rush behind it makes no difference
	f(1000, 200, false) // a rush that never ends is the collector's own business
	f(2000, 200, false)
	f(3000, 200, false)
	f(4000, 200, false)
}
