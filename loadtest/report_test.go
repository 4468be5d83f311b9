package loadtest

import (
	"strings"
	"testing"
	"time"
)

// sample is a report with everything that there can be in one.
func sample() *Report {
	var h Histogram
	for k := range 10_000 {
		h.Record(time.Duration(k*k) * 2 * time.Nanosecond)
	}
	m := &Measurement{
		Connections: 3, Processes: 2, Rooms: 2, Publishers: 1, Rate: 5, ContentSize: 200, DurationSeconds: 3,
		Sent: 5, Received: 9, Expected: 10, RoomsShort: 1, Errors: map[int]int64{429: 1}, ClosedMeanwhile: 1,
		Latency: h, SendLag: h, Tiers: []Tier{{Name: "below 100 members", Rooms: 2, Connections: 3, Received: 9, Latency: h}},
		Churn:      &Churn{Left: 4, Opened: Opened{Asked: 4, Opened: 3, Connect: h}, Received: 7, Latency: h},
		Slow:       &Slow{Connections: 6, Closed: 5},
		Moderation: &Moderation{Deletes: 2, Disconnects: 1, Expected: 8, Received: 8, Latency: h, Disconnected: 1},
		Usage:      Usage{Seconds: 3, Cores: 2, ServerKnown: true, ServerCPU: 1, ServerUser: 0.25, ClientCPU: 0.5, ServerResident: 5 << 20, ServerProcesses: 3},
		Bottleneck: "neither (client 0.17)",
	}
	for k := range 3 {
		m.Seconds = append(m.Seconds, Second{Second: k, Received: int64(3 * k), P50: 1, P99: float64(k), Max: 9})
		m.CPU = append(m.CPU, CPUSample{Seconds: float64(k + 1), ClientUser: 0.1, ServerUser: 0.2, ServerSystem: 0.3})
	}
	return &Report{
		Scenario: "chat", URL: "ws://127.0.0.1:8080", Opened: Opened{Asked: 3, Opened: 2, Refused: map[string]int64{"HTTP 401": 1}},
		Storm:       &Stormed{Dropped: 2, Opened: Opened{Asked: 2, Opened: 2, Retried: map[string]int64{"HTTP 503": 11}, Connect: h}},
		Measurement: m, Closes: map[int]int64{1000: 2},
	}
}

func TestReportText(t *testing.T) {
	var b strings.Builder
	if err := sample().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"2 of 3", "1: HTTP 401", "11: HTTP 503", "9 of 10", "1 rooms got fewer", "1 with code 429", "111111.11 s a million", "neither",
		"2 by the server with code 1000", "4 left", "the server closed 5 of them", "1 users disconnected", "user 0.25", "5.0 MiB resident",
	} {
		if !strings.Contains(b.String(), want) {
			t.Fatalf("no %q in\n%s", want, b.String())
		}
	}
}
