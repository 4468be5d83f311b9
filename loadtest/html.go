package loadtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
)

//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"ms": milliseconds, "count": grouped, "mib": func(n int64) string { return fmt.Sprintf("%.1f MiB", mebibytes(n)) },
	"pct": func(p float64, h Histogram) string { return milliseconds(Millis(h.Percentile(p))) },
	"f2":  func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) },
}).Parse(reportPage))

// page is what the template shows.
type page struct {
	*Report
	Kind  string // of the verdict: client, server, machine or neither
	Plots []*plot
}

// WriteHTML writes the report as a page that needs no other file.
func (r *Report) WriteHTML(w io.Writer) error {
	p := page{Report: r, Kind: verdictKind(r.Verdict())}
	for _, plot := range r.plots() {
		if !plot.empty() {
			p.Plots = append(p.Plots, plot)
		}
	}
	return reportTemplate.Execute(w, p)
}

func verdictKind(verdict string) string {
	for _, kind := range []string{"client", "server", "machine"} {
		if strings.HasPrefix(verdict, "the "+kind) {
			return kind
		}
	}
	if strings.HasPrefix(verdict, "other programs") {
		return "machine"
	}
	return "neither"
}

func (r *Report) plots() (plots []*plot) {
	if m := r.Measurement; m != nil {
		plots = append(plots, m.latencyCurve(), m.latencyOverTime(), m.deliveriesOverTime(), m.cpuOverTime())
	}
	if s := r.Storm; s != nil {
		plots = append(plots, &plot{
			Title: "Storm: how many are back after how long", Unit: "ms", X: percentileAxis(s.Connect.Count()),
			Series: []plotLine{curve("from the moment of the return", &s.Connect)},
		})
	}
	return append(plots, &plot{
		Title: "Connecting, at the start", Unit: "ms", X: percentileAxis(r.Opened.Connect.Count()),
		Series: []plotLine{curve("handshakes", &r.Opened.Connect)},
	})
}

// curve is a histogram's percentiles.
func curve(name string, h *Histogram) plotLine {
	l := plotLine{Name: name}
	if h.Count() == 0 {
		return l
	}
	const steps = 120
	end := max(math.Log10(float64(h.Count())), 1)
	for k := range steps + 1 {
		x := end * float64(k) / steps
		l.Points = append(l.Points, point{x, Millis(h.Percentile(100 * (1 - math.Pow(10, -x))))})
	}
	return l
}

func (m *Measurement) latencyCurve() *plot {
	p := &plot{Title: "Latency by percentile", Unit: "ms", X: percentileAxis(m.Latency.Count())}
	p.Series = append(p.Series, curve("all deliveries", &m.Latency))
	if len(m.Tiers) > 1 {
		for i := range m.Tiers {
			p.Series = append(p.Series, curve("rooms of "+m.Tiers[i].Name, &m.Tiers[i].Latency))
		}
	}
	if m.Moderation != nil {
		p.Series = append(p.Series, curve("moderation's events", &m.Moderation.Latency))
	}
	if m.Latency.Count() == 0 {
		p.Series = nil
	}
	return p
}

func (m *Measurement) latencyOverTime() *plot {
	p := &plot{
		Title: "Latency over time", Unit: "ms", X: timeAxis(float64(len(m.Seconds))), Log: true,
		Series: []plotLine{{Name: "p50"}, {Name: "p99"}, {Name: "max"}},
	}
	for _, s := range m.Seconds {
		if s.Received == 0 {
			continue
		}
		for k, v := range []float64{s.P50, s.P99, s.Max} {
			p.Series[k].Points = append(p.Series[k].Points, point{float64(s.Second) + 0.5, v})
		}
	}
	return p
}

func (m *Measurement) deliveriesOverTime() *plot {
	p := &plot{Title: "Deliveries a second", Unit: "1/s", X: timeAxis(float64(len(m.Seconds))), Series: []plotLine{{Name: "deliveries"}}}
	for _, s := range m.Seconds {
		p.Series[0].Points = append(p.Series[0].Points, point{float64(s.Second) + 0.5, float64(s.Received)})
	}
	return p
}

func (m *Measurement) cpuOverTime() *plot {
	end := 0.0
	for _, s := range m.CPU {
		end = max(end, s.Seconds)
	}
	p := &plot{Title: "CPU over time", Unit: "cores", X: timeAxis(end)}
	add := func(name string, cores func(CPUSample) float64) {
		l := plotLine{Name: name}
		for _, s := range m.CPU {
			l.Points = append(l.Points, point{s.Seconds, cores(s)})
		}
		p.Series = append(p.Series, l)
	}
	if m.Usage.ServerKnown {
		add("server", func(s CPUSample) float64 { return s.ServerUser + s.ServerSystem })
		add("server, system", func(s CPUSample) float64 { return s.ServerSystem })
	}
	add("client", func(s CPUSample) float64 { return s.ClientUser + s.ClientSystem })
	return p
}

func milliseconds(ms float64) string {
	switch {
	case ms >= 10_000:
		return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
	case ms >= 100:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
}

// grouped writes a count with narrow spaces between its thousands.
func grouped(v any) string {
	s := fmt.Sprint(v)
	for k := len(s) - 3; k > 0; k -= 3 {
		s = s[:k] + "\u202f" + s[k:]
	}
	return s
}
