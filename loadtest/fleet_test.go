package loadtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// until polls, for as long as a loaded machine may take.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never happened: " + what)
		}
	}
}

func newTestFleet(t *testing.T, o Options) *Fleet {
	t.Helper()
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tokens(n int) []string {
	var list []string
	for k := range n {
		list = append(list, fmt.Sprintf("token-%d", k))
	}
	return list
}

func TestFleetMeasuresARoom(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := newTestFleet(t, Options{URL: url, Loops: 2})
	opened, err := f.Open(t.Context(), append(tokens(20), "used", "used"))
	if err != nil {
		t.Fatal(err)
	}
	if opened.Opened != 20 || opened.Asked != 22 || opened.Refused["HTTP 401"] != 2 || opened.Connect.Count() != 20 {
		t.Fatalf("opened %+v", opened)
	}
	until(t, "all members joined", func() bool { return r.size() == 20 })

	m, err := f.Run(t.Context(), Load{Rate: 100, ContentSize: 300, Duration: 200 * time.Millisecond, Publishers: 3})
	if err != nil {
		t.Fatal(err)
	}
	if m.Sent != 20 || m.Unsent != 0 || m.Publishers != 3 || m.Expected != 400 || m.Received != 400 {
		t.Fatalf("measured %+v", m)
	}
	if m.Latency.Count() != 400 || m.Latency.Percentile(50) <= 0 || m.SendLag.Count() != 20 {
		t.Fatalf("%d latencies, median %v; %d lags", m.Latency.Count(), m.Latency.Percentile(50), m.SendLag.Count())
	}
	if m.ClosedMeanwhile != 0 || m.Bottleneck == "" {
		t.Fatalf("measured %+v", m)
	}
	until(t, "each ping is answered", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.pongs == 20
	})

	// A second run counts only its own messages, and none that were refused.
	r.mu.Lock()
	r.throttle = 3
	r.mu.Unlock()
	m, err = f.Run(t.Context(), Load{Rate: 100, ContentSize: MinContentSize, Duration: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if m.Sent != 10 || m.Errors[429] != 3 || m.Expected != 140 || m.Received != 140 {
		t.Fatalf("measured %+v", m)
	}

	f.Close()
	if n := f.Connections(); n != 0 {
		t.Fatalf("%d connections are open after Close", n)
	}
	until(t, "all members left", func() bool { return r.size() == 0 })
	if n := f.Closes()[1000]; n != 20 {
		t.Fatalf("%d close frames answered, want 20", n)
	}
}

func TestFleetOverTLS(t *testing.T) {
	r, s, url := newRoom(t, true)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	f := newTestFleet(t, Options{URL: url, TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}})
	opened, err := f.Open(t.Context(), tokens(5))
	if err != nil || opened.Opened != 5 {
		t.Fatalf("opened %+v, %v", opened, err)
	}
	until(t, "all members joined", func() bool { return r.size() == 5 })
	m, err := f.Run(t.Context(), Load{Rate: 50, ContentSize: 450, Duration: 100 * time.Millisecond})
	if err != nil || m.Received != 25 || m.Expected != 25 {
		t.Fatalf("measured %+v, %v", m, err)
	}
	f.Close()
	if f.Connections() != 0 {
		t.Fatal("connections are open after Close")
	}
}

func TestFleetNoticesLosses(t *testing.T) {
	r, _, url := newRoom(t, false)
	f := newTestFleet(t, Options{URL: url})
	defer f.Close()
	if _, err := f.Open(t.Context(), tokens(4)); err != nil {
		t.Fatal(err)
	}
	until(t, "all members joined", func() bool { return r.size() == 4 })
	r.mu.Lock()
	for c := range r.members { // the room forgets one member, which stays connected
		delete(r.members, c)
		break
	}
	r.mu.Unlock()
	m, err := f.Run(t.Context(), Load{Rate: 50, ContentSize: 50, Duration: 100 * time.Millisecond, Patience: 50 * time.Millisecond})
	if err != nil || m.Expected != 20 || m.Received != 15 {
		t.Fatalf("measured %+v, %v", m, err)
	}
}

func TestFleetRefuses(t *testing.T) {
	_, s, url := newRoom(t, false)
	f := newTestFleet(t, Options{URL: url, Sources: []netip.Addr{netip.MustParseAddr("127.0.0.1")}})
	defer f.Close()
	if _, err := f.Run(t.Context(), Load{Rate: 1, ContentSize: 200, Duration: time.Second}); !errors.Is(err, errNoConnections) {
		t.Fatalf("got %v, want %v", err, errNoConnections)
	}
	if _, err := f.Run(t.Context(), Load{Rate: 1, ContentSize: 3, Duration: time.Second}); !errors.Is(err, errLoad) {
		t.Fatalf("got %v, want %v", err, errLoad)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Open(ended, tokens(3)); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	s.Close()
	opened, err := f.Open(t.Context(), tokens(3))
	if err != nil || opened.Refused["connection refused"] != 3 {
		t.Fatalf("opened %+v, %v", opened, err)
	}
}
