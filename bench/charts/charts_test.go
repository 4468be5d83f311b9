package charts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/throngchat/throng/bench"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	r := &bench.Results{Contenders: []string{"throng", "unheard-of"}}
	for _, name := range r.Contenders {
		for _, n := range []int{1000, 10_000} {
			r.Idle = append(r.Idle, bench.Idle{Repetition: bench.Repetition{Contender: name}, Connections: n, Resident: 1000})
		}
	}
	if err := Write(r, dir); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(filepath.Join(dir, "memory.svg"))
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, first)
	for _, want := range []string{">throng<", ">unheard-of<", ">10,000<", ">MiB<", ">connections<"} {
		if !bytes.Contains(first, []byte(want)) {
			t.Fatalf("no %s in\n%s", want, first)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v: a plot without results was written", entries, err)
	}
	if err := Write(r, dir); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(filepath.Join(dir, "memory.svg")); !bytes.Equal(first, again) {
		t.Fatal("the same results make another plot")
	}
}

// TestOnePoint has no line to draw, and no range.
func TestOnePoint(t *testing.T) {
	for _, log := range []bool{true, false} {
		svg, err := chart{x: axis{log: log, at: true}, y: axis{log: log}, lines: []bench.Line{{Name: "throng", Points: []bench.Point{{X: 2, Y: 7}}}}}.draw()
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, svg)
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		switch _, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
}

func TestLabels(t *testing.T) {
	f := func(v float64, want string) {
		t.Helper()
		if got := label(v); got != want {
			t.Fatalf("%g is labelled %q, want %q", v, got, want)
		}
	}
	f(0.5, "0.5")
	f(0.1*3, "0.3")
	f(100, "100")
	f(18_000, "18,000")
	f(300_000, "300,000")
	f(1_000_000, "1 M")
}
