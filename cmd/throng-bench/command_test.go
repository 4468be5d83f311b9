package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/throngchat/throng/bench"
)

func TestWritesTheDocumentAgain(t *testing.T) {
	dir := t.TempDir()
	r := bench.Results{Machine: bench.Machine{CPU: "A CPU", Commit: "abcdef012345"}, Rounds: 1,
		Idle: []bench.Idle{{Contender: "throng", Connections: 1000, HeapLive: 900}}}
	raw, err := r.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	document := filepath.Join(dir, "B.md")
	c := newCommand()
	c.SetArgs([]string{"--from", raw, "--document", document})
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(wd) // puts the working folder back
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(document)
	if err != nil || !strings.Contains(string(b), "An idle connection costs throng 900 bytes of heap") {
		t.Fatalf("%v in\n%s", err, b)
	}
}

func TestNeedsTheRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := moduleRoot(); !errors.Is(err, errNoModule) {
		t.Fatalf("got %v, want %v", err, errNoModule)
	}
}
