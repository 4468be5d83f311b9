package bench

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestInTurn(t *testing.T) {
	all := []Contender{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	f := func(round int, want ...string) {
		t.Helper()
		var got []string
		for _, c := range inTurn(all, round) {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("round %d takes %v, want %v", round, got, want)
		}
	}
	f(0, "a", "b", "c")
	f(1, "c", "b", "a")
	f(2, "a", "b", "c")
}

func TestWhoFailedIsNotAskedAgain(t *testing.T) {
	p := DefaultPlan()
	failure := Repetition{Contender: "peer", Failure: "gone"}
	r := &Results{
		Rates: []Rate{{Repetition: Repetition{Contender: "peer"}, Load: p.Rates[0]}, {Repetition: failure, Load: p.Rates[1]}},
		Idle:  []Idle{{Repetition: failure, Connections: 1000}},
	}
	if loads := r.heldRates("peer", p.Rates); len(loads) != 1 || loads[0].Rate != 2 {
		t.Fatalf("asked for %+v", loads)
	}
	if loads := r.heldRates(throngName, p.Rates); len(loads) != len(p.Rates) {
		t.Fatalf("asked for %+v", loads)
	}
	if sizes := r.heldSizes("peer", p.Idle.Sizes); len(sizes) != 0 {
		t.Fatalf("asked for %v", sizes)
	}
	if sizes := r.heldSizes(throngName, p.Idle.Sizes); len(sizes) != len(p.Idle.Sizes) {
		t.Fatalf("asked for %v", sizes)
	}
}

// TestContenderThatDoesNotStart takes part in everything, and each scenario goes on after it.
func TestContenderThatDoesNotStart(t *testing.T) {
	broken := Contender{Name: throngName, Start: func(context.Context) (*Server, error) { return nil, errors.New("no port\nand more") }}
	p := DefaultPlan()
	p.Crowd = CrowdPlan{} // starts a node of its own
	saved := 0
	s := Suite{Plan: p, Contenders: []Contender{broken}, Progress: t.Output(), Save: func(*Results) error { saved++; return nil }}
	r := new(Results)
	if err := s.Run(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	// rates and idle are given up after the first round, flat and stalled are tried in each
	if len(r.Rates) != 1 || len(r.Idle) != 1 || len(r.Flat) != 3 || len(r.Stalled) != 3 || saved != 8 {
		t.Fatalf("%d, %d, %d, %d and %d times saved", len(r.Rates), len(r.Idle), len(r.Flat), len(r.Stalled), saved)
	}
	if r.Rates[0].Failure != "no port" {
		t.Fatalf("the failure is %q", r.Rates[0].Failure)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx, new(Results)); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v from a run that was ended", err)
	}
}

func TestEstimate(t *testing.T) {
	p := DefaultPlan()
	if d := p.Estimate(len(Names())); d < 20*time.Minute || d > 50*time.Minute {
		t.Fatalf("a full run takes %v", d)
	}
	q := QuickPlan()
	if d := q.Estimate(len(Names())); d > 2*time.Minute {
		t.Fatalf("a quick run takes %v", d)
	}
	p.Only(func(string) bool { return false })
	if d := p.Estimate(len(Names())); d != 0 {
		t.Fatalf("nothing takes %v", d)
	}
}
