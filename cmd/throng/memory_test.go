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
	f(100, 100, false)  // the start is a rush
	f(102, 100, true)   // it is over
	f(104, 100, false)  // and nothing happens
	f(106, 100, false)  //
	f(200, 150, false)  // another
	f(300, 200, false)  // goes on
	f(305, 200, true)   // and ends
	f(310, 200, false)  //
	f(318, 200, false)  // a trickle adds up
	f(326, 200, false)  //
	f(335, 200, false)  //
	f(344, 200, false)  //
	f(353, 200, false)  //
	f(358, 200, true)   // until it is a quarter of the heap
	f(1000, 200, false) // a rush that never ends is the collector's own business
	f(2000, 200, false) //
}
