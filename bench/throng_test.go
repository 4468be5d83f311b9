package bench

import (
	"errors"
	"testing"
)

func TestMetric(t *testing.T) {
	page := []byte("# TYPE go_memstats_heap_inuse_bytes gauge\ngo_memstats_heap_inuse_bytes 1.5e6\ngo_memstats_heap_inuse_bytes_else 7\nlast 3")
	f := func(name string, want int64) {
		t.Helper()
		if got, err := metric(page, name); err != nil || got != want {
			t.Fatalf("%s is %d, %v, want %d", name, got, err, want)
		}
	}
	f("go_memstats_heap_inuse_bytes", 1_500_000)
	f("last", 3)
	if _, err := metric(page, "heap"); !errors.Is(err, errNoMetric) {
		t.Fatalf("got %v, want %v", err, errNoMetric)
	}
}

func TestListens(t *testing.T) {
	m := listens.FindStringSubmatch("\n  chat clients   ws://127.0.0.1:1\n  API            http://127.0.0.1:2\n  internal port  http://127.0.0.1:3\n")
	if m == nil || m[1] != "ws://127.0.0.1:1" || m[2] != "http://127.0.0.1:2" || m[3] != "http://127.0.0.1:3" {
		t.Fatalf("found %q", m)
	}
	if m := listens.FindStringSubmatch("  chat clients   ws://127.0.0.1:1\n  API            http://127.0"); m != nil {
		t.Fatalf("found %q in half of it", m)
	}
}
