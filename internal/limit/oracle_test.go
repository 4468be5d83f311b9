package limit

import (
	"testing"
	"time"

	"golang.org/x/time/rate"
	"pgregory.net/rapid"
)

// grid is 1/512 s. The oracle counts in floating point; at times on this grid, and for rates that are powers of two up to
// 512, all its numbers are exact, and so the comparison is too.
const grid = int64(time.Second) / 512

// TestLikeTimeRate compares with golang.org/x/time/rate over random schedules: the same requests are admitted.
func TestLikeTimeRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 1 << rapid.IntRange(0, 9).Draw(t, "rate")
		burst := rapid.IntRange(1, 600).Draw(t, "burst")
		compare(t, n, burst, func() int64 {
			return grid * rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 5), rapid.Int64Range(0, 2000)).Draw(t, "pause")
		}, rapid.IntRange(1, 300).Draw(t, "requests"), 0)
	})
}

// TestLikeTimeRateDecimal does the same for the rates that are used. There the oracle rounds, so what it would admit by a
// hair, or refuse by one, is not asked.
func TestLikeTimeRateDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 5, 10, 20, 50, 100, 200, 500, 1000}).Draw(t, "rate")
		burst := rapid.SampledFrom([]int{1, 2, n, 5 * n}).Draw(t, "burst")
		compare(t, n, burst, func() int64 {
			return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, int64(time.Second)/int64(n)), rapid.Int64Range(0, int64(2*time.Second))).Draw(t, "pause")
		}, rapid.IntRange(1, 300).Draw(t, "requests"), 1e-6)
	})
}

func compare(t *rapid.T, n, burst int, pause func() int64, requests int, hair float64) {
	epoch := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	oracle := rate.NewLimiter(rate.Limit(n), burst)
	r := PerSecond(n, burst)
	var own Bucket
	var shared Shared
	var now int64
	for i := range requests {
		now += pause()
		at := epoch.Add(time.Duration(now))
		if left := oracle.TokensAt(at); hair > 0 && left > 1-hair && left < 1+hair {
			continue
		}
		want := oracle.AllowN(at, 1)
		if a, b := own.Take(now, r), shared.Take(now, r); a != want || b != want {
			t.Fatalf("%d a second, bursts of %d, request %d at %d: Bucket %v, Shared %v, oracle %v", n, burst, i, now, a, b, want)
		}
	}
}
