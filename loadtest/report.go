package loadtest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is everything that the load generator tells about one run.
type Report struct {
	Scenario    string        `json:"scenario,omitempty"`
	URL         string        `json:"url"`
	Begun       time.Time     `json:"begun,omitzero"`
	Machine     string        `json:"machine,omitempty"` // the client's
	Opened      Opened        `json:"opened"`
	Storm       *Stormed      `json:"storm,omitempty"`       // nil when there was none
	Measurement *Measurement  `json:"measurement,omitempty"` // nil when it did not come to that
	Closes      map[int]int64 `json:"closes,omitempty"`      // by close code
}

// Verdict says who was the bottleneck, or "" when nothing was measured.
func (r *Report) Verdict() string {
	switch {
	case r.Measurement != nil:
		return r.Measurement.Bottleneck
	case r.Storm != nil:
		return r.Storm.Bottleneck
	}
	return ""
}

// textReport writes lines with a name each.
type textReport struct{ strings.Builder }

func (t *textReport) line(name, format string, args ...any) {
	fmt.Fprintf(t, "%-12s %s\n", name, fmt.Sprintf(format, args...))
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var t textReport
	if r.Scenario != "" {
		t.line("scenario", "%s", r.Scenario)
	}
	t.line("endpoint", "%s", r.URL)
	t.opened("connections", &r.Opened)
	t.line("connect", "%s", percentiles(&r.Opened.Connect))
	if s := r.Storm; s != nil {
		t.line("storm", "%d connections dropped at once", s.Dropped)
		t.opened("  back", &s.Opened)
		t.line("  back after", "%s (from the moment of the return)", percentiles(&s.Connect))
		t.usage(&s.Usage)
		t.line("bottleneck", "%s", s.Bottleneck)
	}
	if m := r.Measurement; m != nil {
		t.measurement(m)
	}
	for _, code := range slices.Sorted(maps.Keys(r.Closes)) {
		t.line("closed", "%d by the server with code %d", r.Closes[code], code)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func (t *textReport) opened(name string, o *Opened) {
	t.line(name, "%d of %d in %.1f s", o.Opened, o.Asked, o.Seconds)
	for _, reason := range slices.Sorted(maps.Keys(o.Refused)) {
		t.line("  refused", "%d: %s", o.Refused[reason], reason)
	}
	for _, reason := range slices.Sorted(maps.Keys(o.Retried)) {
		t.line("  retried", "%d: %s", o.Retried[reason], reason)
	}
}

func (t *textReport) measurement(m *Measurement) {
	if m.Rate > 0 {
		t.line("load", "%g messages/s of %d bytes for %g s, into %d rooms, from %d connections", m.Rate, m.ContentSize,
			m.DurationSeconds, m.Rooms, m.Publishers)
		t.line("messages", "%d sent, %d could not be sent", m.Sent, m.Unsent)
	} else {
		t.line("load", "none, for %g s", m.DurationSeconds)
	}
	for _, code := range slices.Sorted(maps.Keys(m.Errors)) {
		t.line("  errors", "%d with code %d", m.Errors[code], code)
	}
	if m.Rate > 0 {
		t.line("deliveries", "%d of %d expected; %d other messages", m.Received, m.Expected, m.Other)
		if m.RoomsShort > 0 {
			t.line("", "%d rooms got fewer than expected", m.RoomsShort)
		}
		t.line("latency", "%s (from when a message was due)", percentiles(&m.Latency))
		for i := range m.Tiers {
			tier := &m.Tiers[i]
			t.line("", "%s in %d rooms of %s", percentiles(&tier.Latency), tier.Rooms, tier.Name)
		}
		t.line("send lag", "%s (the client's own part of it)", percentiles(&m.SendLag))
	}
	if m.ClosedMeanwhile > 0 {
		t.line("lost", "%d connections that were to stay", m.ClosedMeanwhile)
	}
	t.parts(m)
	t.usage(&m.Usage)
	if m.Received > 0 {
		t.line("", "client %.2f s a million deliveries, server %s", m.ClientCPUPerMillion(), m.serverCost())
	}
	t.line("bottleneck", "%s", m.Bottleneck)
}

func (m *Measurement) serverCost() string {
	if !m.Usage.ServerKnown {
		return "not known"
	}
	return fmt.Sprintf("%.2f s a million", m.ServerCPUPerMillion())
}

// parts tells of those that did something else than to stay and read.
func (t *textReport) parts(m *Measurement) {
	if c := m.Churn; c != nil {
		t.line("churn", "%d left, and others came; %d tokens were for rooms that nobody was left to leave", c.Left, c.Skipped)
		t.opened("  came", &c.Opened)
		t.line("  connect", "%s (from when each was due)", percentiles(&c.Connect))
		t.line("  latency", "%s, %d deliveries to those that came or left", percentiles(&c.Latency), c.Received)
	}
	if s := m.Slow; s != nil {
		t.line("slow", "%d connections did not read; the server closed %d of them; they got %d deliveries in the end",
			s.Connections, s.Closed, s.Received)
	}
	if o := m.Moderation; o != nil {
		t.line("moderation", "%d messages deleted, %d users disconnected, %d requests not made", o.Deletes, o.Disconnects, o.Unsent)
		t.line("  events", "%d of %d expected; %d connections were closed for it", o.Received, o.Expected, o.Disconnected)
		t.line("  latency", "%s (from when a request was due)", percentiles(&o.Latency))
	}
}

func (t *textReport) usage(u *Usage) {
	t.line("client CPU", "%.2f s (user %.2f, system %.2f)", u.ClientCPU, u.ClientUser, u.ClientSystem)
	if u.ServerKnown {
		t.line("server CPU", "%.2f s (user %.2f, system %.2f)", u.ServerCPU, u.ServerUser, u.ServerSystem)
	}
	if u.ServerResident > 0 {
		t.line("memory", "the server: %.1f MiB resident, %.1f MiB of it anonymous, in %d processes at the end",
			mebibytes(u.ServerResident), mebibytes(u.ServerAnonymous), u.ServerProcesses)
	}
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

func percentiles(h *Histogram) string {
	return fmt.Sprintf("p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms", Millis(h.Percentile(50)),
		Millis(h.Percentile(90)), Millis(h.Percentile(99)), Millis(h.Percentile(100)))
}
