package limit

import (
	"math"
	"testing"
	"time"
)

const (
	ms  = int64(time.Millisecond)
	sec = int64(time.Second)
)

// step is a time and how many requests are admitted of those that are tried at it.
type step struct {
	at, tried, admitted int64
}

func TestTake(t *testing.T) {
	f := func(name string, r Rate, steps ...step) {
		t.Helper()
		for _, start := range []int64{0, 1, 1e18} { // a clock may begin anywhere
			var own Bucket
			var shared Shared
			for _, s := range steps {
				var a, b int64
				for range s.tried {
					if own.Take(start+s.at, r) {
						a++
					}
					if shared.Take(start+s.at, r) {
						b++
					}
				}
				if a != s.admitted || b != s.admitted {
					t.Errorf("%s: at %d of %d got %d and %d of %d, want %d", name, s.at, start, a, b, s.tried, s.admitted)
				}
			}
		}
	}
	ten := PerSecond(10, 10)
	f("a full bucket", ten, step{0, 20, 10})
	f("a request comes back after its interval, to the nanosecond", ten, step{0, 20, 10}, step{100*ms - 1, 5, 0}, step{100 * ms, 5, 1}, step{100 * ms, 1, 0})
	f("several come back", ten, step{0, 10, 10}, step{350 * ms, 9, 3}, step{399 * ms, 9, 0}, step{400 * ms, 9, 1})
	f("what was not used is not saved beyond the burst", ten, step{0, 1, 1}, step{1000 * sec, 50, 10})
	f("refusals cost nothing", ten, step{0, 1_000_000, 10}, step{100 * ms, 1_000_000, 1}, step{sec, 100, 9})
	f("a steady rate is never refused", ten, step{0, 1, 1}, step{100 * ms, 1, 1}, step{200 * ms, 1, 1}, step{300 * ms, 1, 1})
	f("a burst beside a steady rate", ten, step{0, 1, 1}, step{100 * ms, 20, 10}, step{200 * ms, 2, 1})
	f("one a second", PerSecond(1, 1), step{0, 2, 1}, step{sec - 1, 1, 0}, step{sec, 2, 1})
	f("one a second, bursts of three", PerSecond(1, 3), step{0, 9, 3}, step{sec, 9, 1}, step{10 * sec, 9, 3})
	f("bursts of one", PerSecond(100, 1), step{0, 9, 1}, step{10*ms - 1, 9, 0}, step{10 * ms, 9, 1}, step{sec, 9, 1})
	f("bursts above the rate", PerSecond(200, 1000), step{0, 2000, 1000}, step{sec, 2000, 200}, step{6 * sec, 2000, 1000})
	f("1000 a second", PerSecond(1000, 1000), step{0, 5000, 1000}, step{ms, 10, 1}, step{sec, 5000, 999})
	f("a rate that does not divide a second", PerSecond(3, 3), step{0, 9, 3}, step{sec, 9, 3}, step{2 * sec, 9, 3})
	// What makes no sense is the least, and what no clock can tell is no limit.
	f("zero", PerSecond(0, 0), step{0, 9, 1}, step{sec, 9, 1})
	f("below zero", PerSecond(-5, math.MinInt), step{0, 9, 1}, step{sec, 9, 1})
	f("more than the clock's resolution", PerSecond(2_000_000_000, 1), step{0, 1000, 1000})
	f("a burst without end", PerSecond(1, math.MaxInt), step{0, 1000, 1000})
	// An older time takes less, never more.
	f("time that went back", ten, step{sec, 10, 10}, step{0, 10, 0}, step{sec, 10, 0}, step{sec + 100*ms, 10, 1})
}

// TestTakeKeepsTheRate looks at every window of a long run at full pressure: it never holds more than the burst and what
// the rate allows.
func TestTakeKeepsTheRate(t *testing.T) {
	for _, n := range []int{1, 3, 7, 10, 100, 999} {
		var b Bucket
		r := PerSecond(n, n)
		var admitted []int64
		for now := int64(0); now < 5*sec; now += ms {
			for b.Take(now, r) {
				admitted = append(admitted, now)
			}
		}
		if got, want := len(admitted), 6*n; got < want-1 || got > want {
			t.Errorf("%d a second: %d in five seconds, want %d", n, got, want)
		}
		for i, from := range admitted {
			if j := i + 2*n + 1; j < len(admitted) && admitted[j]-from < sec {
				t.Fatalf("%d a second: %d within %v", n, j-i, time.Duration(admitted[j]-from))
			}
		}
	}
}

// TestRateMayChange as a room's does, while requests come.
func TestRateMayChange(t *testing.T) {
	slow, fast := PerSecond(1, 1), PerSecond(100, 100)
	var b Bucket
	if !b.Take(0, slow) || b.Take(0, slow) {
		t.Fatal("one a second does not admit one")
	}
	if b.Take(9*ms, fast) {
		t.Error("a second's debt was forgiven at once")
	}
	if !b.Take(10*ms, fast) {
		t.Error("the new rate does not hold")
	}
	for b.Take(2*sec, fast) {
	}
	if b.Take(2*sec+999*ms, slow) || !b.Take(3*sec, slow) {
		t.Error("the old rate does not hold")
	}
}

func TestNow(t *testing.T) {
	last := Now()
	if last < 0 {
		t.Errorf("got %d: a bucket would not be full", last)
	}
	for range 1000 {
		now := Now()
		if now < last {
			t.Fatalf("got %d after %d", now, last)
		}
		last = now
	}
}
