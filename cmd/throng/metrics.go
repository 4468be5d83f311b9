package main

import (
	"fmt"
	"io"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// measure adds the node's own metrics to those of its parts.
func (n *node) measure() {
	v, c := buildVersion()
	n.metrics.NewGauge(fmt.Sprintf("throng_build_info{version=%q,commit=%q}", v, c), func() float64 { return 1 })
	n.metrics.NewGauge("throng_rooms", func() float64 { return float64(n.rooms.Len()) })
	n.metrics.NewGauge("throng_room_quota", func() float64 { return float64(n.config.Quotas.Rooms) })
	n.metrics.NewGauge("throng_token_claims_since_seconds", func() float64 {
		return float64(n.claims.Since().UnixNano()) / float64(time.Second)
	})
	n.metrics.RegisterMetricsWriter(func(w io.Writer) {
		metrics.WriteCounterUint64(w, "throng_bus_dropped_total", n.edgeBus.Dropped())
		metrics.WriteCounterUint64(w, "throng_bus_malformed_total", n.edgeBus.Malformed())
	})
}

// metricHelp describes every family that begins with throng_. A test compares it with what a running node shows.
var metricHelp = map[string]string{
	"throng_build_info":                  "1, with the version and the commit of the program.",
	"throng_rooms":                       "Rooms that exist.",
	"throng_room_quota":                  "Rooms that may exist (quotas.rooms).",
	"throng_token_claims_since_seconds":  "When the record of used tokens begins, in seconds since 1970; older tokens are refused.",
	"throng_bus_dropped_total":           "Messages from other nodes that were lost because this one was too slow to take them.",
	"throng_bus_malformed_total":         "Messages from other nodes that could not be read.",
	"throng_concurrent_chat_connections": "Open chat connections in all rooms (CloudWatch: ConcurrentChatConnections).",
	"throng_connection_quota":            "Chat connections that may be open (quotas.connections).",
}
