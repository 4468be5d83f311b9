package main

import (
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/throngchat/throng/edge"
)

// measure adds the node's own metrics to those of its parts.
func (n *node) measure() {
	v, c := buildVersion()
	n.metrics.NewGauge(fmt.Sprintf("throng_build_info{version=%q,commit=%q}", v, c), func() float64 { return 1 })
	n.metrics.NewGauge("throng_rooms", func() float64 { return float64(n.rooms.Len()) })
	n.metrics.NewGauge("throng_connection_quota", func() float64 { return float64(n.config.Quotas.Connections) })
	n.metrics.NewGauge("throng_room_quota", func() float64 { return float64(n.config.Quotas.Rooms) })
	n.metrics.NewGauge("throng_token_claims_since_seconds", func() float64 {
		return float64(n.claims.Since().UnixNano()) / float64(time.Second)
	})
}

// measureBus adds the metrics of the edge's place on the bus.
func (n *node) measureBus() {
	n.metrics.RegisterMetricsWriter(func(w io.Writer) {
		metrics.WriteCounterUint64(w, "throng_bus_dropped_total", n.edgeBus.Dropped())
		metrics.WriteCounterUint64(w, "throng_bus_malformed_total", n.edgeBus.Malformed())
	})
}

// measureEdges adds the metrics of edge processes as their supervisor sees them. What they see themselves is asked of
// them.
func (n *node) measureEdges(e *edges) {
	for i := range e.processes {
		process := i + 1
		n.metrics.NewGauge(fmt.Sprintf("throng_edge_process_up{process=%q}", edgeName(process)), func() float64 {
			if e.supervisor.Serves(process) {
				return 1
			}
			return 0
		})
	}
	n.metrics.RegisterMetricsWriter(func(w io.Writer) {
		for i := range e.processes {
			metrics.WriteCounterUint64(w, fmt.Sprintf("throng_edge_process_restarts_total{process=%q}", edgeName(i+1)),
				uint64(e.supervisor.Restarts(i+1)))
		}
	})
}

// metricHelp describes every family that begins with throng_: those of the node below, those of its parts in their
// packages. A test compares it with what a running node shows.
var metricHelp = merge(edge.Help, map[string]string{
	"throng_build_info":                   "1, with the version and the commit of the program.",
	"throng_connection_quota":             "Connections that may be open at a time (quotas.connections).",
	"throng_rooms":                        "Rooms that exist.",
	"throng_room_quota":                   "Rooms that may exist (quotas.rooms).",
	"throng_token_claims_since_seconds":   "When the record of used tokens begins, in seconds since 1970; older tokens are refused.",
	"throng_api_requests_total":           "Calls of the API, by operation and by the code of the answer.",
	"throng_api_request_duration_seconds": "Time that calls of the API took, by operation.",
	"throng_edge_process_up":              "1 when the edge process serves; there are such processes when edge.processes is above 1.",
	"throng_edge_process_restarts_total":  "Times that an edge process was started in the place of one that had ended.",
	"throng_bus_dropped_total":            "Messages from other processes and nodes that were lost because this one was too slow to take them.",
	"throng_bus_malformed_total":          "Messages from other processes and nodes that could not be read.",
})

// merge returns the entries of all tables.
func merge(tables ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
