package bench

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/loadtest"
)

func testResults() *Results {
	r := &Results{
		Machine: Machine{CPU: "A CPU", Cores: 2, MemoryBytes: 4 << 30, Kernel: "Linux 6.1", Go: "go1.26", Descriptors: 20000,
			Commit: "abcdef012345", Modified: true, Command: "go run ./cmd/throng-bench", Started: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)},
		Rounds: 2,
		Load:   DeliveryLoad{Members: 10_000, Rate: 2, ContentSize: 200, WarmUp: time.Second, Duration: 20 * time.Second},
	}
	for round := range 2 {
		for _, name := range contenders {
			cost := 10 + float64(round)
			heap := 1000.0
			if name == "floor" {
				cost, heap = 5, 0
			}
			m := loadtest.Measurement{Expected: 1e6, Received: 1e6, Usage: loadtest.Usage{ServerCPU: cost, ClientCPU: 2}, Bottleneck: "neither"}
			m.Latency.Record(70 * time.Millisecond)
			r.Deliveries = append(r.Deliveries, Delivery{Contender: name, Round: round, Measurement: m})
			for _, n := range []int{1000, 18_000} {
				r.Idle = append(r.Idle, Idle{Contender: name, Round: round, Connections: n, HeapLive: heap, Resident: 2 * heap,
					Kernel: &KernelGrowth{ServerEnd: 3800}})
			}
		}
	}
	return r
}

func TestDocument(t *testing.T) {
	dir := t.TempDir()
	r := testResults()
	name, err := r.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(name) != "2026-01-02-abcdef012345.json" {
		t.Fatalf("results are in %s", filepath.Base(name))
	}
	back, err := ReadResults(name)
	if err != nil {
		t.Fatal(err)
	}
	text := Document(back, "bench/results/x.json")
	if text != Document(r, "bench/results/x.json") {
		t.Fatal("the document changes when it is written from the raw results")
	}
	for _, want := range []string{
		"A million deliveries cost throng 10.5 s of CPU time, 2.10 times the floor",
		"| throng | 10.5 (10.0–11.0) | 2.10 (2.00–2.20) | 70 (70–70) |",
		"all of 2,000,000",
		"An idle connection costs throng 1,000 bytes of heap and the kernel 3,800",
		"| 18,000 | 1,000 (1,000–1,000) |",
		"| each further one | 1,000 |",
		"`ulimit -Hn` 20000",
		"with changes that were not committed",
		"[bench/results/x.json](bench/results/x.json)",
		"## What was not measured",
	} {
		if !strings.Contains(text, want) {
			t.Fatalf("no %q in\n%s", want, text)
		}
	}
	r.Idle[0].Kernel = nil
	if text := Document(r, "x"); !strings.Contains(text, "1 of 8 repetitions have no figure for the kernel") {
		t.Fatalf("a missing figure does not show in\n%s", text)
	}
	r.Deliveries[1].Measurement.Received--
	if text := Document(r, "x"); !strings.Contains(text, "1,999,999 of 2,000,000") {
		t.Fatalf("a loss does not show in\n%s", text)
	}
}
