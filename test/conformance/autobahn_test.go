//go:build conformance

// Package conformance runs the fuzzing client of the Autobahn suite against the edge, which the build tag conformance
// makes echo. docs/conformance.md has the outcome, and the reason for every case that is not simply passed.
package conformance

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

const (
	tools    = "../../.tools/autobahn" // where install puts the suite, and where reports are kept
	document = "../../docs/conformance.md"
	agent    = "throng"
)

// announced matches the line in which the suite says how many cases it will run.
var announced = regexp.MustCompile(`will run (\d+) test cases`)

func TestAutobahn(t *testing.T) {
	explained, err := readExplanations(document)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs(filepath.Join(tools, "runs", time.Now().Format("2006-01-02T15-04-05")))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Log("the report is kept in", dir)
	verdicts := runSuite(t, dir, startProxy(t, startNode(t, dir)).addr())

	counts := map[string]int{}
	for _, id := range slices.SortedFunc(maps.Keys(verdicts), compareCases) {
		word := verdicts[id].word()
		counts[word]++
		want := explained[id]
		if want == "" {
			want = "OK"
		}
		if word != want {
			t.Errorf("case %s: %+v; docs/conformance.md says %s", id, verdicts[id], want)
		}
	}
	for id := range explained {
		if _, ran := verdicts[id]; !ran {
			t.Errorf("case %s is explained and was not run", id)
		}
	}
	t.Logf("%d cases: %v", len(verdicts), counts)
}

// runSuite runs every case but those of compression, which the edge does not negotiate, and returns the verdicts.
func runSuite(t *testing.T, dir, addr string) map[string]verdict {
	t.Helper()
	spec, err := json.Marshal(map[string]any{
		"outdir":        filepath.Join(dir, "report"),
		"servers":       []any{map[string]any{"agent": agent, "url": "ws://" + addr}},
		"cases":         []string{"*"},
		"exclude-cases": []string{"12.*", "13.*"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fuzzingclient.json"), spec, 0o644); err != nil {
		t.Fatal(err)
	}
	suite, err := filepath.Abs(filepath.Join(tools, "venv", "bin", "wstest"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), suite, "--mode", "fuzzingclient", "--spec", "fuzzingclient.json")
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	if err := os.WriteFile(filepath.Join(dir, "wstest.log"), output, 0o644); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatalf("wstest: %v; see wstest.log", err)
	}
	verdicts, err := readReport(filepath.Join(dir, "report", "index.json"), agent)
	if err != nil {
		t.Fatal(err)
	}
	wanted := announced.FindSubmatch(output)
	if wanted == nil || !bytes.Equal(wanted[1], strconv.AppendInt(nil, int64(len(verdicts)), 10)) || len(verdicts) == 0 {
		t.Fatalf("%d cases have a verdict, the suite announced %q", len(verdicts), wanted)
	}
	return verdicts
}
