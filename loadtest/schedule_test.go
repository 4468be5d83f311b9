package loadtest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestScheduleKeepsItsTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, begun := newClock(), time.Now()
		sent := 0
		s := newSchedule(c.now(), 4, 0, 3*time.Second)
		if err := play(t.Context(), c, []*track{{schedule: s, act: func(k int, due instant) {
			if k != sent {
				t.Errorf("message %d came as number %d", k, sent)
			}
			sent++
			want := begun.Add(time.Duration(k) * 250 * time.Millisecond)
			if !c.time(due).Equal(want) || !time.Now().Equal(want) {
				t.Errorf("message %d is due at %v and sent at %v, want %v", k, c.time(due), time.Now(), want)
			}
		}}}); err != nil {
			t.Fatal(err)
		}
		if sent != 12 {
			t.Fatalf("%d messages, want 12", sent)
		}
	})
}

func TestScheduleCountsEvents(t *testing.T) {
	f := func(rate, phase float64, d time.Duration, n int) {
		t.Helper()
		s := newSchedule(0, rate, phase, d)
		if s.n != n {
			t.Fatalf("%v/s from %v for %v has %d events, want %d", rate, phase, d, s.n, n)
		}
		if n > 0 && (s.due(n-1) >= instant(d) || s.due(n) < instant(d)) {
			t.Fatalf("%v/s from %v for %v ends at %d", rate, phase, d, s.due(n-1))
		}
	}
	f(100, 0, 200*time.Millisecond, 20)
	f(0.1, 0, 5*time.Second, 1)
	f(0.1, 0.4, 5*time.Second, 1)
	f(0.1, 0.6, 5*time.Second, 0)
	f(0.1, 0.6, time.Minute, 6)
}

// A sender that is held up neither loses messages nor moves the times when they are due.
func TestScheduleIsOpenLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock()
		var late []time.Duration
		s := newSchedule(c.now(), 10, 0, time.Second)
		if err := play(t.Context(), c, []*track{{schedule: s, act: func(k int, due instant) {
			late = append(late, c.now().sub(due))
			if k == 2 {
				time.Sleep(350 * time.Millisecond)
			}
		}}}); err != nil {
			t.Fatal(err)
		}
		ms := time.Millisecond
		want := []time.Duration{0, 0, 0, 250 * ms, 150 * ms, 50 * ms, 0, 0, 0, 0}
		if len(late) != len(want) {
			t.Fatalf("%d messages, want %d", len(late), len(want))
		}
		for k := range want {
			if late[k] != want[k] {
				t.Fatalf("message %d was late by %v, want %v", k, late[k], want[k])
			}
		}
	})
}

func TestTracksInterleave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock()
		start := c.now()
		var order string
		play1 := func(name string, rate, phase float64) *track {
			return &track{schedule: newSchedule(start, rate, phase, time.Second), act: func(_ int, due instant) {
				if c.now() != due {
					t.Errorf("%s came at %d, want %d", name, c.now(), due)
				}
				order += name
			}}
		}
		if err := play(t.Context(), c, []*track{play1("a", 2, 0.5), play1("b", 4, 0.25), play1("-", 0.1, 0)}); err != nil {
			t.Fatal(err)
		}
		if order != "-babbab" {
			t.Fatalf("order is %q", order)
		}
	})
}

func TestScheduleEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1050*time.Millisecond)
		defer cancel()
		c, sent := newClock(), 0
		s := newSchedule(c.now(), 10, 0, time.Hour)
		err := play(ctx, c, []*track{{schedule: s, act: func(int, instant) { sent++ }}})
		if !errors.Is(err, context.DeadlineExceeded) || sent != 11 {
			t.Fatalf("%d messages and %v, want 11 and a deadline", sent, err)
		}
	})
}
