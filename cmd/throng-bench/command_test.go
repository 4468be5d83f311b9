package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/throngchat/throng/bench"
	"github.com/throngchat/throng/loadtest"
)

func TestMain(m *testing.M) {
	loadtest.RunWorkerIfAsked()
	m.Run()
}

func TestWritesTheDocumentAgain(t *testing.T) {
	dir := t.TempDir()
	r := bench.Results{
		Machine: bench.Machine{CPU: "A CPU", Commit: "abcdef012345"}, Contenders: []string{"throng"}, Plan: bench.DefaultPlan(),
		Idle: []bench.Idle{{Repetition: bench.Repetition{Contender: "throng"}, Connections: 10_000, Resident: 900}},
	}
	raw, err := r.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	document, plots := filepath.Join(dir, "B.md"), filepath.Join(dir, "plots")
	c := newCommand()
	c.SetArgs([]string{"--from", raw, "--document", document, "--plots", plots})
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(wd) // puts the working folder back
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(document)
	if err != nil || !strings.Contains(string(b), "each of 10,000 connections costs throng 900 bytes") {
		t.Fatalf("%v in\n%s", err, b)
	}
}

func TestNeedsTheRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := moduleRoot(); !errors.Is(err, errNoModule) {
		t.Fatalf("got %v, want %v", err, errNoModule)
	}
}

func TestPlan(t *testing.T) {
	f := func(ok bool, set flags) {
		t.Helper()
		if _, err := set.plan(); (err == nil) != ok {
			t.Fatalf("%+v gives %v", set, err)
		}
	}
	f(true, flags{scenarios: bench.Scenarios, contenders: bench.Names()})
	f(true, flags{scenarios: []string{"idle"}, contenders: []string{"throng"}})
	f(false, flags{scenarios: []string{"sleep"}})
	f(false, flags{contenders: []string{"throng", "thing"}})

	p, _ := (&flags{scenarios: []string{"idle"}, rounds: 7}).plan()
	if p.Rounds != 7 || p.Rates != nil || !slices.Equal(p.Idle.Sizes, bench.DefaultPlan().Idle.Sizes) {
		t.Fatalf("the plan is %+v", p)
	}
}

func TestQuickRunsLeaveNothing(t *testing.T) {
	quick, full := flags{quick: true}, flags{}
	quick.setDefaults("tmp")
	full.setDefaults("tmp")
	if quick.document != "" || quick.plots != "" || quick.results != "tmp" {
		t.Fatalf("a quick run writes %+v", quick)
	}
	if full.document != "BENCHMARKS.md" || full.plots != "bench/plots" || full.results != "bench/results" {
		t.Fatalf("a run writes %+v", full)
	}
}
