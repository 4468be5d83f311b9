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
		start := time.Now()
		s := newSchedule(start, 4, 3*time.Second)
		sent := 0
		if err := s.run(t.Context(), func(k int, due time.Time) {
			if k != sent {
				t.Errorf("message %d came as number %d", k, sent)
			}
			sent++
			if want := start.Add(time.Duration(k) * 250 * time.Millisecond); !due.Equal(want) || !time.Now().Equal(want) {
				t.Errorf("message %d is due at %v and sent at %v, want %v", k, due, time.Now(), want)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if sent != 12 {
			t.Fatalf("%d messages, want 12", sent)
		}
	})
}

// A sender that is held up neither loses messages nor moves the times when they are due.
func TestScheduleIsOpenLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := newSchedule(start, 10, time.Second)
		var late []time.Duration
		if err := s.run(t.Context(), func(k int, due time.Time) {
			late = append(late, time.Since(due))
			if k == 2 {
				time.Sleep(350 * time.Millisecond)
			}
		}); err != nil {
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

func TestScheduleEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1050*time.Millisecond)
		defer cancel()
		sent := 0
		err := newSchedule(time.Now(), 10, time.Hour).run(ctx, func(int, time.Time) { sent++ })
		if !errors.Is(err, context.DeadlineExceeded) || sent != 11 {
			t.Fatalf("%d messages and %v, want 11 and a deadline", sent, err)
		}
	})
}
