//go:build peers

package bench

import (
	"flag"
	"testing"
	"time"

	"github.com/throngchat/throng/loadtest"
)

var (
	peersMembers = flag.Int("members", 200, "members of a peer's room")
	peersRate    = flag.Float64("rate", 5, "messages a second")
)

// TestPeersDeliver starts every peer, and each has to deliver everything. It needs what bench/install brings:
//
//	go test -tags peers ./bench -run PeersDeliver -v -args -members 2000
func TestPeersDeliver(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			start, err := p.build(t.Context(), "..", t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			s, err := start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Stop(); err != nil {
					t.Error(err)
				}
			}()
			deliver(t, &p, s)
		})
	}
}

func deliver(t *testing.T, p *peer, s *Server) {
	fleet, err := loadtest.New(loadtest.Options{URL: s.URL, Sources: sources, Dialect: p.dialect})
	if err != nil {
		t.Fatal(err)
	}
	defer fleet.Close()
	tokens, err := s.Tokens(t.Context(), *peersMembers, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := fleet.Open(t.Context(), tokens)
	if err != nil || opened.Opened != *peersMembers {
		t.Fatalf("opened %+v, %v", opened, err)
	}
	m, err := fleet.Run(t.Context(), loadtest.Load{
		Rate: *peersRate, ContentSize: 200, Duration: 2 * time.Second, ServerPID: s.PID(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d deliveries, %d other messages; CPU s a million: server %.2f, client %.2f; p50 %v, p99 %v; bottleneck: %s",
		m.Received, m.Expected, m.Other, m.ServerCPUPerMillion(), m.ClientCPUPerMillion(),
		m.Latency.Percentile(50), m.Latency.Percentile(99), m.Bottleneck)
	want := int64(m.Sent * *peersMembers)
	if m.Sent == 0 || m.Unsent != 0 || m.Expected != want || m.Received != want || m.ClosedMeanwhile != 0 {
		t.Fatalf("sent %d (%d could not be), %d of %d deliveries, %d connections closed: %v", m.Sent, m.Unsent, m.Received, want,
			m.ClosedMeanwhile, fleet.Closes())
	}
}
