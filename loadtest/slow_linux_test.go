package loadtest

import (
	"testing"
	"time"
)

func TestSlowReadersAreApart(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := fill(t, r, url, tokens(11))
	r.mu.Lock()
	r.after = func(sent int) {
		if sent == 5 {
			r.kick("token-2") // the second that does not read
		}
	}
	r.mu.Unlock()
	m, err := f.Run(t.Context(), Load{Rate: 100, ContentSize: 50, Duration: 200 * time.Millisecond, Publishers: 1, Slow: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	if m.Sent != 20 || m.Expected != 20*9 || m.Received != m.Expected || m.Latency.Count() != m.Received || m.ClosedMeanwhile != 0 {
		t.Fatalf("measured %+v", m)
	}
	if s := m.Slow; s.Connections != 2 || s.Closed != 1 || s.Received != 25 {
		t.Fatalf("slow %+v", s)
	}
	// All others read again.
	if m, err = f.Run(t.Context(), Load{Rate: 100, ContentSize: 50, Duration: 50 * time.Millisecond}); err != nil || m.Received != 50 || m.Expected != 50 {
		t.Fatalf("measured %+v, %v", m, err)
	}
}
