package loadtest

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// fill opens a connection for each line, in their order, and waits until all are members.
func fill(t *testing.T, r *room, url string, lines []string) *Fleet {
	t.Helper()
	f := newTestFleet(t, Options{URL: url, Concurrency: 1})
	t.Cleanup(f.Close)
	if opened, err := f.Open(t.Context(), lines); err != nil || opened.Opened != len(lines) {
		t.Fatalf("opened %+v, %v", opened, err)
	}
	until(t, "all members joined", func() bool { return r.size() == len(lines) })
	return f
}

func TestIdleRunOnlyWatches(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := fill(t, r, url, tokens(5))
	r.mu.Lock()
	r.kick("token-3")
	r.mu.Unlock()
	m, err := f.Run(t.Context(), Load{Duration: 100 * time.Millisecond})
	if err != nil || m.Sent != 0 || m.Expected != 0 || m.Received != 0 || m.Connections < 4 {
		t.Fatalf("measured %+v, %v", m, err)
	}
	until(t, "the lost connection is noticed", func() bool { return f.Connections() == 4 })
	if m, err = f.Run(t.Context(), Load{Duration: time.Millisecond}); err != nil || m.Connections != 4 || m.ClosedMeanwhile != 0 {
		t.Fatalf("measured %+v, %v", m, err)
	}
}

func TestIdleRunEndsWithItsContext(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := fill(t, r, url, tokens(2))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if m, err := f.Run(ctx, Load{Duration: time.Hour}); err != nil || m.Connections != 2 || m.DurationSeconds < 0.04 || m.DurationSeconds > 600 {
		t.Fatalf("measured %+v, %v", m, err)
	}
}

func TestChurn(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := fill(t, r, url, append(inRooms(10, "a"), inRooms(4, "b")...))
	fresh := []string{"elsewhere x", "b used"}
	for k := range 18 {
		fresh = append(fresh, fmt.Sprintf("a a~fresh-%d", k))
	}
	// Of room a all leave but the publisher, and some of those that come leave again.
	m, err := f.Run(t.Context(), Load{Rate: 50, ContentSize: 50, Duration: 400 * time.Millisecond, Publishers: 1, Fresh: fresh})
	if err != nil {
		t.Fatal(err)
	}
	c := m.Churn
	if c.Left != 19 || c.Skipped != 1 || c.Opened.Opened != 18 || c.Refused["HTTP 401"] != 1 || c.Connect.Count() != 18 {
		t.Fatalf("churn %+v", c)
	}
	// In a only the publisher stayed, in b all but the one that left and was not replaced.
	if want := int64(20*1 + 20*3); m.Sent < 39 || m.Expected > want || m.Expected < want-4 || m.Received != m.Expected {
		t.Fatalf("measured %+v", m)
	}
	if c.Received == 0 || c.Latency.Count() != c.Received || m.ClosedMeanwhile != 0 {
		t.Fatalf("churn %+v, measured %+v", c, m)
	}
	until(t, "those that left are gone", func() bool { return r.size() == 13 && f.Connections() == 13 })
}

func TestModeration(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := fill(t, r, url, inRooms(12, "a", "b"))
	m, err := f.Run(t.Context(), Load{
		Rate: 100, ContentSize: 50, Duration: introductionLead + 200*time.Millisecond, Publishers: 2, Deletes: 20, Disconnects: 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	o := m.Moderation
	if o.Deletes < 20 || o.Deletes+o.Unsent < 23 || o.Deletes != r.did("DELETE_MESSAGE") {
		t.Fatalf("moderation %+v; the server had %v", o, r.actions)
	}
	if o.Introductions < 3 || o.Disconnects != o.Introductions || o.Disconnected != int64(o.Disconnects) || r.did("DISCONNECT_USER") != o.Disconnects {
		t.Fatalf("moderation %+v; the server had %v", o, r.actions)
	}
	if o.Expected == 0 || o.Received != o.Expected || o.Latency.Count() != o.Received {
		t.Fatalf("moderation %+v", o)
	}
	if m.Received != m.Expected || m.Expected == 0 || m.ClosedMeanwhile != 0 {
		t.Fatalf("measured %+v", m)
	}
	until(t, "the users are gone", func() bool { return f.Connections() == 24-o.Disconnects })
}

func TestStorm(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := fill(t, r, url, inRooms(10, "a", "b"))
	r.mu.Lock()
	r.busy = 7
	r.mu.Unlock()
	s, err := f.Storm(t.Context(), Storm{Tokens: append(inRooms(10, "a", "b"), "used")})
	if err != nil {
		t.Fatal(err)
	}
	if s.Dropped != 20 || s.Opened.Opened != 20 || s.Asked != 21 || s.Refused["HTTP 401"] != 1 || s.Retried["HTTP 503"] != 7 {
		t.Fatalf("stormed %+v", s)
	}
	if s.Connect.Count() != 20 || s.Connect.Percentile(100) > time.Duration(s.Seconds*1.01*float64(time.Second)) || s.Bottleneck == "" {
		t.Fatalf("stormed %+v", s)
	}
	until(t, "the old connections are gone", func() bool { return r.size() == 20 })
	if m, err := f.Run(t.Context(), Load{Rate: 50, ContentSize: 50, Duration: 100 * time.Millisecond}); err != nil || m.Connections != 20 || m.Expected == 0 || m.Received != m.Expected {
		t.Fatalf("measured %+v, %v", m, err)
	}
}

func TestStormOfWorkersGivesUp(t *testing.T) {
	r, _, url := newRoom(t, false)
	w := newTestWorkers(t, Options{URL: url}, 2)
	if _, err := w.Open(t.Context(), tokens(6)); err != nil {
		t.Fatal(err)
	}
	until(t, "all members joined", func() bool { return r.size() == 6 })
	r.mu.Lock()
	r.busy = 1 << 30
	r.mu.Unlock()
	s, err := w.Storm(t.Context(), Storm{Tokens: tokens(6), Patience: 200 * time.Millisecond})
	if err != nil || s.Dropped != 6 || s.Opened.Opened != 0 || s.Refused["HTTP 503"] != 6 {
		t.Fatalf("stormed %+v, %v", s, err)
	}
}
