package ops

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metrics"
)

// serveSocket starts a server on a socket.
func serveSocket(t *testing.T, c Config) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c.Listener = l
	serve(t, c)
	return path
}

func TestProcesses(t *testing.T) {
	help := map[string]string{"c_total": "Things.", "own_total": "Own things.", "theirs": "Their things."}
	set := func(n int) *metrics.Set {
		s := metrics.NewSet()
		s.NewCounter(`c_total{kind="a b{"}`).Add(n)
		return s
	}
	one, two := set(1), set(2)
	two.NewGauge("theirs", func() float64 { return 7 })
	own := set(10)
	own.NewCounter("own_total").Inc()
	inconsistent := func() error { return errors.New("two and two is five") }
	first := NewProcess("1", serveSocket(t, Config{Metrics: []*metrics.Set{one}, Help: help}))
	second := NewProcess("2", serveSocket(t, Config{Metrics: []*metrics.Set{two}, Help: help, Consistency: inconsistent}))
	gone := NewProcess("3", filepath.Join(t.TempDir(), "none"))
	s := serve(t, Config{Metrics: []*metrics.Set{own}, Help: help, Processes: []*Process{first, second, gone}})

	status, text := get(t, s, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	families, err := parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	for sample, want := range map[string]float64{
		`c_total{kind="a b{"}`:             10,
		`c_total{process="1",kind="a b{"}`: 1,
		`c_total{process="2",kind="a b{"}`: 2,
	} {
		if got, ok := families["c_total"].samples[sample]; !ok || got != want {
			t.Errorf("%s is %v, want %v", sample, got, want)
		}
	}
	if got := families["theirs"].samples[`theirs{process="2"}`]; got != 7 || len(families["theirs"].samples) != 1 {
		t.Errorf("a family that this process has not: %v", families["theirs"])
	}
	if f := families["own_total"]; len(f.samples) != 1 || f.help != "Own things." {
		t.Errorf("a family that only this process has: %v", f)
	}
	if n := len(families["go_goroutines"].samples); n != 3 {
		t.Errorf("%d processes show their goroutines, want 3", n)
	}

	if _, err := first.Get(context.Background(), "/debug/consistency"); err != nil {
		t.Error(err)
	}
	if _, err := second.Get(context.Background(), "/debug/consistency"); err == nil || err.Error() != "process 2: two and two is five" {
		t.Errorf("an inconsistent process: %v", err)
	}
	if _, err := gone.Get(context.Background(), "/livez"); err == nil || err.Error() != "process 3 does not answer" {
		t.Errorf("a process that is gone: %v", err)
	}

	f := func(path string, wantStatus int, want string) {
		t.Helper()
		if status, body := get(t, s, path); status != wantStatus || !strings.Contains(body, want) {
			t.Errorf("%s answers %d %.80q, want %d %q", path, status, body, wantStatus, want)
		}
	}
	f("/processes/1/livez", http.StatusOK, "alive")
	f("/processes/2/debug/consistency", http.StatusInternalServerError, "five")
	f("/processes/1/debug/pprof/goroutine?debug=1", http.StatusOK, "goroutine profile")
	f("/processes/3/livez", http.StatusBadGateway, "process 3 does not answer")
	f("/processes/4/livez", http.StatusNotFound, "")
}
