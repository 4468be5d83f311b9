package bench

import (
	"testing"
	"time"
)

func TestCollapse(t *testing.T) {
	f := func(want string, change func(*measurement)) {
		t.Helper()
		m := measured(1, time.Millisecond)
		change(m)
		if got := collapse(m); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	f("", func(*measurement) {})
	f("", func(m *measurement) { m.Received -= 9999 })
	f("40 % of the deliveries had not come 5 s after the last message", func(m *measurement) { m.Received = 6e5 })
	f("3 of 10,000 connections were closed; 2 of 12 messages could not be sent; 7 messages were refused", func(m *measurement) {
		m.ClosedMeanwhile, m.Sent, m.Unsent, m.Errors = 3, 10, 2, map[int]int64{429: 4, 400: 3}
	})
	f("it fell behind: p99 4.0 s", func(m *measurement) { m.Latency.Record(4 * time.Second) })
}
