package loadtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	RunWorkerIfAsked(lines())
	os.Exit(m.Run())
}

func newTestWorkers(t *testing.T, o Options, n int) *Workers {
	t.Helper()
	w, err := NewWorkers(o, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// inRooms returns n tokens for each room, with the rooms in turn, as lines of a token file.
func inRooms(n int, rooms ...string) []string {
	var list []string
	for k := range n {
		for _, name := range rooms {
			list = append(list, fmt.Sprintf("%s %s~user-%d", name, name, k))
		}
	}
	return list
}

func TestWorkersMeasureRooms(t *testing.T) {
	r, _, url := newRoom(t, false)
	sources, err := ParseSources("2")
	if err != nil {
		t.Fatal(err)
	}
	w := newTestWorkers(t, Options{URL: url, Sources: sources}, 2)
	opened, err := w.Open(t.Context(), append(inRooms(7, "a", "b", "c"), "a a~alone", "used"))
	if err != nil || opened.Opened != 22 || opened.Asked != 23 || opened.Refused["HTTP 401"] != 1 || opened.Connect.Count() != 22 {
		t.Fatalf("opened %+v, %v", opened, err)
	}
	until(t, "all members joined", func() bool { return r.size() == 22 })
	if n := w.Connections(); n != 22 {
		t.Fatalf("%d connections", n)
	}
	var shown Progress
	m, err := w.Run(t.Context(), Load{
		Rate: 20, ContentSize: 300, Duration: 1100 * time.Millisecond, Publishers: 3, Progress: func(p Progress) { shown = p },
	})
	if err != nil {
		t.Fatal(err)
	}
	// The phases of the three rooms decide whether the last message is the 22nd.
	if m.Sent < 63 || m.Sent > 66 || m.Unsent != 0 || m.Rooms != 3 || m.Publishers != 9 || m.Processes != 2 || m.Rate != 60 {
		t.Fatalf("measured %+v", m)
	}
	if m.Received != m.Expected || m.Expected < 21*22 || m.Expected > 22*22 || m.RoomsShort != 0 || m.Latency.Count() != m.Received {
		t.Fatalf("measured %+v", m)
	}
	var inSeconds int64
	for _, s := range m.Seconds {
		inSeconds += s.Received
	}
	if inSeconds != m.Received || len(m.CPU) == 0 || shown.Sent == 0 || m.Usage.ClientCPU <= 0 {
		t.Fatalf("%d deliveries in seconds, CPU %+v, progress %+v, usage %+v", inSeconds, m.CPU, shown, m.Usage)
	}

	// Messages that one process sends and the server refuses are not expected in the other.
	r.mu.Lock()
	r.throttle = 100
	r.mu.Unlock()
	m, err = w.Run(t.Context(), Load{Total: 44, ContentSize: 50, Duration: 500 * time.Millisecond})
	if err != nil || m.Sent < 21 || m.Errors[429] != int64(m.Sent) || m.Expected != 0 || m.Received != 0 {
		t.Fatalf("measured %+v, %v", m, err)
	}

	w.Close()
	if n := w.Closes()[1000]; n != 22 {
		t.Fatalf("%d close frames answered, want 22", n)
	}
	until(t, "all members left", func() bool { return r.size() == 0 })
	if _, err := w.Open(t.Context(), []string{"late"}); !errors.Is(err, errWorker) {
		t.Fatalf("got %v, want %v", err, errWorker)
	}
}

func TestWorkersSpeakADialect(t *testing.T) {
	_, url := newBoard(t)
	d := lines()
	d.Name = ""
	if _, err := NewWorkers(Options{URL: url, Dialect: d}, 1); !errors.Is(err, errTLS) {
		t.Fatalf("got %v, want %v", err, errTLS)
	}
	d.Name = "other"
	if _, err := NewWorkers(Options{URL: url, Dialect: d}, 1); err == nil || !strings.Contains(err.Error(), errDialect.Error()) {
		t.Fatalf("got %v, want %v", err, errDialect)
	}
	d.Name = "lines"
	w := newTestWorkers(t, Options{URL: url, Dialect: d}, 2)
	if opened, err := w.Open(t.Context(), tokens(4)); err != nil || opened.Opened != 4 {
		t.Fatalf("opened %+v, %v", opened, err)
	}
	m, err := w.Run(t.Context(), Load{Rate: 50, ContentSize: 50, Duration: 200 * time.Millisecond})
	// The board delivers everything twice, in one frame; a run does not wait for more than was expected.
	if err != nil || m.Sent != 10 || m.Expected != 40 || m.Received < 40 {
		t.Fatalf("measured %+v, %v", m, err)
	}
}

func TestWorkersGiveUp(t *testing.T) {
	r, _, url := newRoom(t, false)
	w := newTestWorkers(t, Options{URL: url}, 2)
	if _, err := w.Run(t.Context(), Load{Rate: 1, ContentSize: 200, Duration: time.Second}); !errors.Is(err, errNoConnections) {
		t.Fatalf("got %v, want %v", err, errNoConnections)
	}
	if _, err := w.Open(t.Context(), tokens(4)); err != nil {
		t.Fatal(err)
	}
	until(t, "all members joined", func() bool { return r.size() == 4 })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := w.Run(ctx, Load{Rate: 10, ContentSize: 200, Duration: time.Hour}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, context.DeadlineExceeded)
	}
	// A process that dies is an error of the run, and not a hang.
	if err := w.workers[0].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Run(t.Context(), Load{Rate: 10, ContentSize: 200, Duration: time.Hour}); !errors.Is(err, errWorker) {
		t.Fatalf("got %v, want %v", err, errWorker)
	}
}

func TestProcesses(t *testing.T) {
	if n := Processes(0); n != 1 {
		t.Fatalf("%d processes for nothing", n)
	}
	if few, many := Processes(100), Processes(100_000_000); few > many {
		t.Fatalf("%d processes for a few connections and %d for many", few, many)
	}
}
