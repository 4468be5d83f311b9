package loadtest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Measurement is the result of a Run.
type Measurement struct {
	Connections     int     `json:"connections"`
	Publishers      int     `json:"publishers"`
	Rate            float64 `json:"rate_per_second"`
	ContentSize     int     `json:"content_size_bytes"`
	DurationSeconds float64 `json:"duration_seconds"`

	Sent            int           `json:"sent"`
	Unsent          int           `json:"unsent"` // could not be written
	Errors          map[int]int64 `json:"errors,omitempty"`
	Expected        int64         `json:"deliveries_expected"`
	Received        int64         `json:"deliveries_received"`
	Other           int64         `json:"other_messages"` // ERROR frames, events, messages of others
	BytesReceived   int64         `json:"bytes_received"`
	ClosedMeanwhile int           `json:"closed_meanwhile"`

	// Latency is from when a message was due to when a connection had it; SendLag is how much of that the client itself
	// took before sending.
	Latency Histogram `json:"latency"`
	SendLag Histogram `json:"send_lag"`

	Usage      Usage  `json:"usage"`
	Bottleneck string `json:"bottleneck"`
}

// ServerCPUPerMillion returns the server's CPU seconds for each million deliveries, or 0 when they are not known.
func (m *Measurement) ServerCPUPerMillion() float64 { return perMillion(m.Usage.ServerCPU, m.Received) }

// ClientCPUPerMillion returns the client's CPU seconds for each million deliveries, publishing included.
func (m *Measurement) ClientCPUPerMillion() float64 { return perMillion(m.Usage.ClientCPU, m.Received) }

func perMillion(seconds float64, deliveries int64) float64 {
	if deliveries == 0 {
		return 0
	}
	return seconds / float64(deliveries) * 1e6
}

// Report is everything that the load generator tells about one run.
type Report struct {
	URL         string        `json:"url"`
	Opened      Opened        `json:"opened"`
	Measurement *Measurement  `json:"measurement,omitempty"` // nil when nothing was published
	Closes      map[int]int64 `json:"closes,omitempty"`      // by close code
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("endpoint", "%s", r.URL)
	line("connections", "%d of %d in %.1f s", r.Opened.Opened, r.Opened.Asked, r.Opened.Seconds)
	for _, reason := range slices.Sorted(maps.Keys(r.Opened.Refused)) {
		line("  refused", "%d: %s", r.Opened.Refused[reason], reason)
	}
	line("connect", "%s", percentiles(&r.Opened.Connect))
	if m := r.Measurement; m != nil {
		line("load", "%g messages/s of %d bytes for %g s, from %d connections", m.Rate, m.ContentSize, m.DurationSeconds, m.Publishers)
		line("messages", "%d sent, %d could not be sent", m.Sent, m.Unsent)
		for _, code := range slices.Sorted(maps.Keys(m.Errors)) {
			line("  errors", "%d with code %d", m.Errors[code], code)
		}
		line("deliveries", "%d of %d expected; %d other messages", m.Received, m.Expected, m.Other)
		line("latency", "%s (from when a message was due)", percentiles(&m.Latency))
		line("send lag", "%s (the client's own part of it)", percentiles(&m.SendLag))
		line("client CPU", "%.2f s, %.2f s a million deliveries", m.Usage.ClientCPU, m.ClientCPUPerMillion())
		if m.Usage.ServerKnown {
			line("server CPU", "%.2f s, %.2f s a million deliveries", m.Usage.ServerCPU, m.ServerCPUPerMillion())
		}
		line("bottleneck", "%s", m.Bottleneck)
	}
	for _, code := range slices.Sorted(maps.Keys(r.Closes)) {
		line("closed", "%d by the server with code %d", r.Closes[code], code)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func percentiles(h *Histogram) string {
	return fmt.Sprintf("p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms", Millis(h.Percentile(50)),
		Millis(h.Percentile(90)), Millis(h.Percentile(99)), Millis(h.Percentile(100)))
}
