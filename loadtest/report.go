package loadtest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

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
