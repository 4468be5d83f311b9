package limit

import (
	"sync/atomic"
	"testing"
)

func BenchmarkBucket(b *testing.B) {
	var bucket Bucket
	r := PerSecond(10, 10)
	now := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		now += 50 * ms // every second one is refused
		bucket.Take(now, r)
	}
}

func BenchmarkShared(b *testing.B) {
	r := PerSecond(1000, 1000)
	b.Run("alone", func(b *testing.B) {
		var bucket Shared
		now := int64(0)
		b.ReportAllocs()
		for b.Loop() {
			now += ms / 2
			bucket.Take(now, r)
		}
	})
	b.Run("contended", func(b *testing.B) {
		var bucket Shared
		var now atomic.Int64
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				bucket.Take(now.Add(ms/2), r)
			}
		})
	})
}

func BenchmarkNow(b *testing.B) {
	for b.Loop() {
		Now()
	}
}
