package controlplane

import (
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// codeOK labels a success.
const codeOK = "OK"

// stats counts requests by operation and outcome:
//
//	throng_api_requests_total{operation,code}
//	throng_api_request_duration_seconds{operation}
//
// Both labels are names from this package and internal/sigv4; nothing that a client sends becomes one.
type stats struct {
	set       *metrics.Set
	durations map[string]*metrics.PrometheusHistogram
}

func newStats(set *metrics.Set) *stats {
	st := &stats{set: set, durations: map[string]*metrics.PrometheusHistogram{}}
	names := []string{unknown}
	for _, op := range operations {
		names = append(names, op.name)
	}
	for _, name := range names {
		st.durations[name] = set.NewPrometheusHistogram(`throng_api_request_duration_seconds{operation="` + name + `"}`)
		st.counter(name, codeOK)
	}
	return st
}

func (st *stats) counter(operation, code string) *metrics.Counter {
	return st.set.GetOrCreateCounter(`throng_api_requests_total{operation="` + operation + `",code="` + code + `"}`)
}

func (st *stats) observe(operation, code string, took time.Duration) {
	st.counter(operation, code).Inc()
	st.durations[operation].Update(took.Seconds())
}
