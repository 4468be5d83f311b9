package e2e

import (
	"strconv"
	"strings"
	"testing"
)

// samples returns what /metrics shows, by name with labels.
func (s *server) samples(t *testing.T) map[string]float64 {
	t.Helper()
	text, err := s.internal("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			t.Fatalf("/metrics has the line %q", line)
		}
		if _, twice := out[line[:at]]; twice {
			t.Errorf("/metrics has %s twice", line[:at])
		}
		out[line[:at]] = value
	}
	return out
}

// closes returns how many connections were closed, by reason.
func (s *server) closes(t *testing.T) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for name, value := range s.samples(t) {
		if reason, ok := strings.CutPrefix(name, `throng_connection_closes_total{reason="`); ok && value > 0 {
			out[strings.TrimSuffix(reason, `"}`)] = value
		}
	}
	return out
}
