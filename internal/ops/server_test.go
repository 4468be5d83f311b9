package ops

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// serve starts a server on a free port and stops it when the test ends.
func serve(t *testing.T, c Config) *Server {
	t.Helper()
	c.Addr, c.Log = "127.0.0.1:0", slog.New(slog.DiscardHandler)
	s := New(c)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("Stop: %v", err)
		}
		select {
		case err := <-s.Failed():
			t.Errorf("serving failed: %v", err)
		default:
		}
	})
	return s
}

func get(t *testing.T, s *Server, path string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + s.Addr() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestReadiness(t *testing.T) {
	var down atomic.Bool
	s := serve(t, Config{Checks: []Check{
		{"engine", func() error { return nil }},
		{"edge", func() error {
			if down.Load() {
				return errors.New("no loop answers")
			}
			return nil
		}},
	}})
	f := func(path string, wantStatus int, want string) {
		t.Helper()
		if status, body := get(t, s, path); status != wantStatus || body != want {
			t.Errorf("%s: %d %q, want %d %q", path, status, body, wantStatus, want)
		}
	}
	f("/livez", 200, "alive\n")
	f("/readyz", 200, "ready\n")
	f("/readyz?verbose", 200, "[+] running\n[+] engine\n[+] edge\nready\n")
	down.Store(true)
	f("/readyz", 503, "not ready: edge\n")
	f("/readyz?verbose=1", 503, "[+] running\n[+] engine\n[-] edge: no loop answers\nnot ready: edge\n")
	down.Store(false)
	s.Drain()
	f("/readyz?verbose", 503, "[-] running: the process is shutting down\n[+] engine\n[+] edge\nnot ready: running\n")
	f("/livez", 200, "alive\n")
}

// TestProbeThatHangs holds that checks that never answer count as failed, together and not one after the other.
func TestProbeThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hang := func() error { <-release; return nil }
		s := New(Config{Log: slog.New(slog.DiscardHandler), Checks: []Check{
			{"a", hang}, {"b", hang}, {"c", func() error { return nil }},
		}})
		start := time.Now()
		w := httptest.NewRecorder()
		s.ready(w, httptest.NewRequest("GET", "/readyz?verbose", nil))
		want := "[+] running\n[-] a: no answer within 2s\n[-] b: no answer within 2s\n[+] c\nnot ready: a, b\n"
		if w.Code != 503 || w.Body.String() != want {
			t.Errorf("%d %q, want 503 %q", w.Code, w.Body, want)
		}
		if took := time.Since(start); took != probeTimeout {
			t.Errorf("took %v, want %v", took, probeTimeout)
		}
		close(release)
	})
}

func TestConsistency(t *testing.T) {
	f := func(check func() error, wantStatus int, want string) {
		t.Helper()
		s := serve(t, Config{Consistency: check})
		if status, body := get(t, s, "/debug/consistency"); status != wantStatus || body != want {
			t.Errorf("%d %q, want %d %q", status, body, wantStatus, want)
		}
	}
	f(nil, 200, "ok\n")
	f(func() error { return nil }, 200, "ok\n")
	f(func() error { return errors.New("loop 0 has 3 members, its rooms 4") }, 500, "loop 0 has 3 members, its rooms 4\n")
}

func TestProfiles(t *testing.T) {
	s := serve(t, Config{})
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/symbol"} {
		if status, body := get(t, s, path); status != 200 || body == "" {
			t.Errorf("%s: %d with %d bytes", path, status, len(body))
		}
	}
	if status, _ := get(t, s, "/"); status != 404 {
		t.Errorf("/: %d, want 404", status)
	}
}

func TestStartOnATakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := New(Config{Addr: l.Addr().String(), Log: slog.New(slog.DiscardHandler)})
	if err := s.Start(); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("Start: %v", err)
	}
}

// TestMetrics reads the page as a scraper does.
func TestMetrics(t *testing.T) {
	first, second := metrics.NewSet(), metrics.NewSet()
	first.NewCounter(`throng_a_total{kind="x"}`).Add(3)
	first.NewCounter(`throng_a_total{kind="y"}`).Add(4)
	first.NewGauge("throng_b", func() float64 { return 1.5 })
	h := second.NewPrometheusHistogram(`throng_c_seconds{op="z"}`)
	h.Update(0.3)
	s := serve(t, Config{
		Metrics: []*metrics.Set{first, second},
		Help: map[string]string{
			"throng_a_total": "Things.", "throng_b": "A \\ and\na line.", "throng_c_seconds": "Times.",
		},
	})
	status, page := get(t, s, "/metrics")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	families, err := parse(page)
	if err != nil {
		t.Fatalf("%v\n%s", err, page)
	}
	f := func(family, kind, help, sample string, value float64) {
		t.Helper()
		got := families[family]
		if got == nil {
			t.Fatalf("no %s in\n%s", family, page)
		}
		if got.kind != kind || got.help != help || got.samples[sample] != value {
			t.Errorf("%s: %+v, want %s %q %s=%v", family, got, kind, help, sample, value)
		}
	}
	f("throng_a_total", "counter", "Things.", `throng_a_total{kind="y"}`, 4)
	f("throng_b", "gauge", `A \\ and\na line.`, "throng_b", 1.5)
	f("throng_c_seconds", "histogram", "Times.", `throng_c_seconds_count{op="z"}`, 1)
	f("go_info_ext", "gauge", processHelp["go_info_ext"], "", 0)
	f("process_io_read_bytes_total", "counter", processHelp["process_io_read_bytes_total"], "", 0)
	for name, family := range families {
		if family.help == "Not described." {
			t.Errorf("%s is not described", name)
		}
	}
}
