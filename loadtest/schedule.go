package loadtest

import (
	"container/heap"
	"context"
	"math"
	"time"
)

// schedule says when each event of an open-loop load is due: n events, evenly spread, none of them waiting for anything
// but its time.
type schedule struct {
	start instant
	rate  float64 // events a second
	phase float64 // of the first event, in parts of the time between two
	n     int
}

// newSchedule lays events at a rate over d from start.
func newSchedule(start instant, rate, phase float64, d time.Duration) schedule {
	const rounding = 1e-9
	return schedule{start, rate, phase, max(int(math.Ceil(rate*d.Seconds()-phase-rounding)), 0)}
}

func (s schedule) due(k int) instant {
	return s.start.add(time.Duration((float64(k) + s.phase) / s.rate * float64(time.Second)))
}

// track is a schedule and what is done at its times.
type track struct {
	schedule
	act  func(k int, due instant)
	next int
	at   instant // when next is due
}

// tracks is a heap by the time of what is next.
type tracks []*track

func (h tracks) Len() int           { return len(h) }
func (h tracks) Less(i, j int) bool { return h[i].at < h[j].at }
func (h tracks) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *tracks) Push(x any)        { *h = append(*h, x.(*track)) }

func (h *tracks) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	*h = (*h)[:last]
	return s
}

// play calls act(k, due) for each event of each track as soon as it is due; those that an earlier call has delayed
// follow at once. It returns early, with ctx's error, when ctx ends.
func play(ctx context.Context, c clock, all []*track) error {
	var h tracks
	for _, s := range all {
		if s.n > 0 {
			s.at = s.due(0)
			h = append(h, s)
		}
	}
	heap.Init(&h)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for len(h) > 0 && ctx.Err() == nil {
		s := h[0]
		if wait := s.at.sub(c.now()); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s.act(s.next, s.at)
		if s.next++; s.next == s.n {
			heap.Pop(&h)
			continue
		}
		s.at = s.due(s.next)
		heap.Fix(&h, 0)
	}
	return ctx.Err()
}
