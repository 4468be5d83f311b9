package limit

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestSharedConcurrently lets many goroutines take at one time after another: at each they get together what one Bucket
// would have given.
func TestSharedConcurrently(t *testing.T) {
	const goroutines, tries = 8, 50
	r := PerSecond(100, 100)
	var one Bucket
	var shared Shared
	for _, now := range []int64{0, 0, 5 * ms, 10 * ms, 95 * ms, 500 * ms, sec, sec, 10 * sec, 10*sec + 1, 11*sec - 1, 11 * sec} {
		want := int64(0)
		for range goroutines * tries {
			if one.Take(now, r) {
				want++
			}
		}
		var got atomic.Int64
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for range tries {
					if shared.Take(now, r) {
						got.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if got.Load() != want {
			t.Errorf("at %d: got %d, want %d", now, got.Load(), want)
		}
	}
}

// TestSharedReturnConcurrently gives back every second request at once: as many more are admitted.
func TestSharedReturnConcurrently(t *testing.T) {
	r := PerSecond(100, 1000)
	var shared Shared
	var kept atomic.Int64
	var wg sync.WaitGroup
	for id := range 8 {
		wg.Go(func() {
			for i := range 100 {
				switch {
				case !shared.Take(0, r):
					t.Error("refused although the bucket is not empty")
				case (i+id)%2 == 0:
					shared.Return(r)
				default:
					kept.Add(1)
				}
			}
		})
	}
	wg.Wait()
	left := int64(0)
	for shared.Take(0, r) {
		left++
	}
	if kept.Load()+left != 1000 {
		t.Errorf("%d were kept and %d left of 1000", kept.Load(), left)
	}
}

// left empties the bucket and returns what was in it.
func left(b *Shared, now int64, r Rate) (n int) {
	for b.Take(now, r) {
		n++
	}
	return n
}

func TestReturn(t *testing.T) {
	r := PerSecond(10, 10)
	var b Shared
	if got := left(&b, 5*sec, r); got != 10 {
		t.Fatalf("got %d of a full bucket", got)
	}
	b.Return(r)
	b.Return(r)
	if got := left(&b, 5*sec, r); got != 2 {
		t.Errorf("got %d after two were returned", got)
	}
	// A bucket never holds more than it can.
	b.Take(100*sec, r)
	b.Return(r)
	b.Return(r)
	b.Return(r)
	if got := left(&b, 100*sec, r); got != 10 {
		t.Errorf("got %d of a full bucket", got)
	}
}

func TestCharge(t *testing.T) {
	r := PerSecond(10, 10)
	f := func(charges int, after int64, want int) {
		t.Helper()
		var b Shared
		for range charges {
			b.Charge(sec, r)
		}
		if got := left(&b, sec+after, r); got != want {
			t.Errorf("%d charges and %d ns: got %d, want %d", charges, after, got, want)
		}
	}
	f(0, 0, 10)
	f(1, 0, 9)
	f(10, 0, 0)
	// What is beyond an empty bucket is owed.
	f(11, 0, 0)
	f(11, 200*ms-1, 0)
	f(11, 200*ms, 1)
	// But no more than a full one.
	f(20, sec+100*ms-1, 0)
	f(20, sec+100*ms, 1)
	f(1000, sec+100*ms-1, 0)
	f(1000, sec+100*ms, 1)
	f(1000, 2*sec, 10)
}

// TestChargeNeverGives checks that a charge that cannot be owed leaves a bucket that owes more as it is.
func TestChargeNeverGives(t *testing.T) {
	slow, fast := PerSecond(1, 10), PerSecond(10, 10)
	var b Shared
	if got := left(&b, 0, slow); got != 10 {
		t.Fatalf("got %d", got)
	}
	b.Charge(0, fast) // the bucket is ten seconds ahead, a full one at the new rate would be one
	if b.Take(9*sec, fast) {
		t.Error("a charge has filled the bucket")
	}
	if !b.Take(9*sec+100*ms, fast) {
		t.Error("a charge has emptied the bucket beyond what was owed")
	}
}

func TestChargeConcurrently(t *testing.T) {
	r := PerSecond(100, 1000)
	var b Shared
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				b.Charge(0, r)
				if b.Take(0, r) {
					taken.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := int64(left(&b, 0, r)) + taken.Load() + 8*50; got != 1000 {
		t.Errorf("%d are accounted for of 1000", got)
	}
}
