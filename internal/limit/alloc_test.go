//go:build !race

package limit

import "testing"

func TestAllocations(t *testing.T) {
	var own Bucket
	var shared Shared
	quota := NewQuota(1000)
	now := int64(0)
	if got := testing.AllocsPerRun(1000, func() {
		now += ms
		r := PerSecond(100, 100)
		own.Take(now, r)
		shared.Take(now, r)
		shared.Return(r)
		shared.Charge(now, r)
		quota.Take(Now())
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
