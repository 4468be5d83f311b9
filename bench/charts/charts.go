// Package charts draws the plots of BENCHMARKS.md as SVG.
package charts

import (
	"os"
	"path/filepath"

	"github.com/throngchat/throng/bench"
)

// Write writes them into dir; those that there are no results for are left out.
func Write(r *bench.Results, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, c := range []struct {
		name  string
		chart chart
	}{
		{"memory.svg", chart{
			title: "User memory of idle connections", x: axis{name: "connections", log: true, at: true},
			y: axis{name: "MiB", log: true}, lines: r.MemoryLines(),
		}},
		{"cost.svg", chart{
			title: "CPU time of a delivery, one room of 10,000 members", x: axis{name: "messages a second", log: true, at: true},
			y: axis{name: "server CPU s a million deliveries", log: true}, lines: r.CostLines(),
		}},
		{"latency.svg", chart{
			title: "Latency, one room of 10,000 members", x: axis{name: "deliveries a second", log: true, at: true},
			y: axis{name: "p99, ms", log: true}, lines: r.LatencyLines(),
		}},
		{"flat.svg", chart{
			title: "CPU time of a delivery, rooms of different sizes", x: axis{name: "members of the room", log: true, at: true},
			y: axis{name: "server CPU s a million deliveries"}, lines: r.FlatLines(),
		}},
	} {
		if len(c.chart.lines) == 0 {
			continue
		}
		svg, err := c.chart.draw()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, c.name), svg, 0o644); err != nil {
			return err
		}
	}
	return nil
}
