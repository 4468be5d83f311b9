package bench

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// measured makes a measurement of that cost and latency.
func measured(cost float64, latency time.Duration) *measurement {
	m := &measurement{
		Connections: 10_000, Expected: 1e6, Received: 1e6, DurationSeconds: 12, Bottleneck: "neither (mean of the run)",
		Usage: loadtest.Usage{Seconds: 12, Cores: 2, ServerCPU: cost, ServerUser: cost / 4, ServerSystem: cost * 3 / 4, ClientCPU: 6},
	}
	m.Latency.Record(latency)
	return m
}

// testResults are those of two rounds: throng and the floor hold everything, a peer breaks at the second rate.
func testResults() *Results {
	r := &Results{
		Machine: Machine{CPU: "A CPU", Cores: 2, MemoryBytes: 4 << 30, Kernel: "Linux 6.1", Go: "go1.26", Descriptors: 20000, Tools: []string{"gcc 12.2.0", "node 20.1"},
			Commit: "abcdef012345", Modified: true, Command: "go run ./cmd/throng-bench", Started: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)},
		Plan:       DefaultPlan(),
		Contenders: []string{throngName, floorName, "peer"},
		Absent:     []Absent{{"nchan", "no nginx"}},
	}
	for round := range 2 {
		worse := 1 + float64(round)/10
		for _, name := range inNames(r.Contenders, round) {
			who := Repetition{Contender: name, Round: round}
			factor := map[string]float64{throngName: 1, floorName: 2, "peer": 4}[name]
			for i, l := range r.Plan.Rates {
				if name == "peer" && (i == 2 || i == 1 && round == 1) {
					continue
				}
				m := Rate{Repetition: who, Load: l, Measurement: measured(10*worse*factor, 70*time.Millisecond*time.Duration(factor))}
				if name == "peer" && i == 1 {
					m.Measurement.ClosedMeanwhile = 312
					m.Failure = collapse(m.Measurement)
				}
				r.Rates = append(r.Rates, m)
			}
			for _, n := range []int{1000, 10_000} {
				i := Idle{Repetition: who, Connections: n, Resident: 900 * factor * worse, ConnectCPU: 80 * factor, Kernel: &KernelGrowth{ServerEnd: 3800}}
				if name == throngName && n == 10_000 {
					i.HeapLive, i.HeapLiveLater, i.ResidentLater = 1100, 700, 950
				}
				r.Idle = append(r.Idle, i)
			}
			s := Stalled{Repetition: who, Without: measured(1, 100*time.Millisecond), With: measured(1, 110*time.Millisecond), User: 2 << 10, Kernel: 100 << 10}
			s.With.Slow = &loadtest.Slow{Connections: 1000}
			r.Stalled = append(r.Stalled, s)
		}
		who := Repetition{Contender: throngName, Round: round}
		for _, size := range r.Plan.Flat.Sizes {
			r.Flat = append(r.Flat, Rate{Repetition: who, Load: r.Plan.Flat.load(size), Measurement: measured(7, 50*time.Millisecond)})
		}
		r.Hall = append(r.Hall, Rate{Repetition: who, Load: r.Plan.Flat.load(50_000), Measurement: measured(8.4, 90*time.Millisecond)})
		storm := &loadtest.Stormed{Opened: loadtest.Opened{Asked: 50_000, Opened: 50_000, Seconds: 12.5, Retried: map[string]int64{"HTTP 503": 1234}}}
		storm.Usage.Seconds = 12
		r.Crowd = append(r.Crowd, Crowd{Repetition: who, Processes: 4, Opened: loadtest.Opened{Opened: 50_000, Seconds: 20}, ConnectCPU: 90,
			Resident: 1000, Measurement: measured(20, 40*time.Millisecond), Storm: storm})
	}
	return r
}

func inNames(names []string, round int) []string {
	var all []Contender
	for _, name := range names {
		all = append(all, Contender{Name: name})
	}
	var order []string
	for _, c := range inTurn(all, round) {
		order = append(order, c.Name)
	}
	return order
}

func TestDocument(t *testing.T) {
	r := testResults()
	name, err := r.Write(t.TempDir())
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
	text := Document(back, "bench/results/x.json", "bench/plots")
	if text != Document(r, "bench/results/x.json", "bench/plots") {
		t.Fatal("the document changes when it is written from the raw results")
	}
	for _, want := range []string{
		"- At 2 messages a second to 10,000 members (20,000 deliveries a second) a million deliveries cost throng 10.50 s of CPU time, 0.50 times the floor's (target: at most 1.10, held); " +
			"p50 is 70 ms and p99 70 ms (target: p99 at most 160 ms, held), the floor's 140 and 140. The peers that held it cost from 42.00 s (peer) to 42.00 s (peer). ([table](#10000-members-2-messages-a-second))",
		"Not held by: peer.",
		"## 10,000 members, 2 messages a second\n\n> At 2",
		"| throng | 10.50 (10.00–11.00) | 2.62 + 7.88 | 0.50 (0.50–0.50) | 70 (70–70) | 70 (70–70) | 83,333 (83,333–83,333) |",
		"**not held** in round 1: 312 of 10,000 connections were closed",
		"not tried: it did not hold 30 messages a second",
		"At rest each of 10,000 idle connections costs throng 950 bytes of user memory (target: at most 1,000, held), of which 700 are live objects. " +
			"Right after the handshakes, with all their garbage, each of 10,000 connections costs throng 945 bytes of user memory and the kernel 3,800; the floor 1,890, the peers from 3,780 (peer) to 3,780 (peer).",
		"80 s later, when the used tokens are forgotten, 700 (700–700)",
		"A connect costs throng 80 µs of CPU time",
		"7.00 s in a room of 1,000 members and 8.40 s in one of 50,000, 1.20 times as much",
		"Each of 1,000 stalled readers among 10,000 members costs throng 2.0 KiB of user memory (target: at most 64, held) and 100 KiB",
		"the p99 of the others is 1.10 times",
		"throng holds 50,000 connections on this machine, at 1,000 bytes of user and an amount that could not be told of kernel memory each",
		"throng has admitted all of them after 12.5 s (target: 60 s, held)",
		"1,234 × HTTP 503",
		"`ulimit -Hn` 20000; gcc 12.2.0, node 20.1.\n",
		"with changes that were not committed",
		"[bench/results/x.json](bench/results/x.json)",
		"nchan took no part: it could not be built (no nginx)",
		"](bench/plots/memory.svg)",
		"## What was not measured",
	} {
		if !strings.Contains(text, want) {
			t.Fatalf("no %q in\n%s", want, text)
		}
	}
}

// TestDocumentTellsOfMisfortune changes one thing at a time.
func TestDocumentTellsOfMisfortune(t *testing.T) {
	f := func(want string, change func(*Results)) {
		t.Helper()
		r := testResults()
		change(r)
		if text := Document(r, "x", "p"); !strings.Contains(text, want) {
			t.Fatalf("no %q in\n%s", want, text)
		}
	}
	f("The client was saturated by the floor", func(r *Results) { r.Rates[3].Measurement.Bottleneck = "the client (client 0.99)" })
	f("so the claim is void", func(r *Results) { r.Rates[0].Measurement.Bottleneck = "the client (client 0.99)" })
	f("Saturated, by the means of the repetitions (contender and round): the client: throng 1.", func(r *Results) {
		r.Rates[0].Measurement.Bottleneck = "the client (client 0.99)"
	})
	f("1 of 12 repetitions have no figure for the kernel", func(r *Results) { r.Idle[0].Kernel = nil })
	f("throng did not hold 2 messages a second to 10,000 members: it fell behind", func(r *Results) {
		for i := range r.Rates {
			if r.Rates[i].Load.Rate == 2 {
				r.Rates[i].Failure = "it fell behind"
			}
		}
	})
	f("(round 2 was not held: no room left)", func(r *Results) { r.Crowd[1] = Crowd{Repetition: Repetition{Round: 1, Failure: "no room left"}} })
	f("throng did not hold 50,000 connections (round 1 was not held: worse)", func(r *Results) {
		r.Crowd = []Crowd{{Repetition: Repetition{Failure: "worse"}}}
	})
	f("**missed**", func(r *Results) { r.Idle[1].Resident, r.Idle[7].Resident = 5000, 5000 })
	f("| peer | – | – | – | – | – | – | **not held** in round 1: refused |", func(r *Results) {
		for i := range r.Stalled {
			if s := &r.Stalled[i]; s.Contender == "peer" {
				*s = Stalled{Repetition: Repetition{Contender: "peer", Failure: "refused"}}
			}
		}
	})
}

// TestDocumentOfPart writes what a run that was cut off, or that left scenarios out, has.
func TestDocumentOfPart(t *testing.T) {
	whole := testResults()
	for n := range whole.Rates {
		r := &Results{Plan: whole.Plan, Contenders: whole.Contenders, Rates: whole.Rates[:n]}
		Document(r, "x", "p")
	}
	for n := range whole.Idle {
		Document(&Results{Plan: whole.Plan, Contenders: whole.Contenders, Idle: whole.Idle[:n]}, "x", "p")
	}
	for _, r := range []Results{{}, {Flat: whole.Flat}, {Hall: whole.Hall}, {Stalled: whole.Stalled}, {Crowd: whole.Crowd[:1]}} {
		r.Plan, r.Contenders = whole.Plan, whole.Contenders
		Document(&r, "x", "p")
		r.Plan.Only(func(string) bool { return false })
		Document(&r, "x", "p")
	}
	text := Document(&Results{Plan: whole.Plan, Contenders: whole.Contenders, Rates: whole.Rates[:2]}, "x", "p")
	if !strings.Contains(text, "not tried: the run was cut off") {
		t.Fatalf("what is missing does not show in\n%s", text)
	}
}
