//go:build peers

package bench

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// TestPeersDeliver starts every peer. It needs what bench/install brings:
//
//	go test -tags peers ./bench -run PeersDeliver -v
func TestPeersDeliver(t *testing.T) {
	contenders, err := BuildPeers(t.Context(), "..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	load := DeliveryLoad{Members: 200, Rate: 5, ContentSize: 200, WarmUp: time.Second, Duration: 2 * time.Second}
	if members, err := strconv.Atoi(os.Getenv("PEERS_MEMBERS")); err == nil {
		load.Members = members
	}
	if rate, err := strconv.ParseFloat(os.Getenv("PEERS_RATE"), 64); err == nil {
		load.Rate = rate
	}
	for _, c := range contenders {
		t.Run(c.Name, func(t *testing.T) {
			d, err := RunDelivery(t.Context(), c, load, 0)
			if err != nil {
				t.Fatal(err)
			}
			m := &d.Measurement
			t.Logf("%d of %d deliveries, %d other, server %.2f CPU s a million, client %.2f, p50 %v, p99 %v; %s", m.Received,
				m.Expected, m.Other, m.ServerCPUPerMillion(), m.ClientCPUPerMillion(), m.Latency.Percentile(50), m.Latency.Percentile(99), m.Bottleneck)
			if m.Received != m.Expected || m.Unsent != 0 || m.ClosedMeanwhile != 0 {
				t.Fatalf("measured %+v", m)
			}
		})
	}
}
