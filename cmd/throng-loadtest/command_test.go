package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/throngchat/throng/loadtest"
)

func TestMain(m *testing.M) {
	loadtest.RunWorkerIfAsked()
	os.Exit(m.Run())
}

// execute runs the command and returns what it wrote to standard output.
func execute(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var out, progress bytes.Buffer
	c := newCommand()
	c.SetArgs(args)
	c.SetIn(strings.NewReader(stdin))
	c.SetOut(&out)
	c.SetErr(&progress)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestRefusesWhatCannotWork(t *testing.T) {
	f := func(want, stdin string, args ...string) {
		t.Helper()
		if _, err := execute(t, stdin, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want an error with %q", err, want)
		}
	}
	f(`"url"`, "token\n", "--tokens", "-")
	f("--format", "token\n", "--url", "ws://127.0.0.1:1", "--tokens", "-", "--format", "xml")
	f("--source-addresses", "token\n", "--url", "ws://127.0.0.1:1", "--tokens", "-", "--source-addresses", "0")
	f("--tokens: no tokens", "", "--url", "ws://127.0.0.1:1", "--tokens", "-")
	f("--tokens: 1 tokens for 2 connections", "token\n", "--url", "ws://127.0.0.1:1", "--tokens", "-", "--connections", "2")
	f("--scenario", "token\n", "--url", "ws://127.0.0.1:1", "--tokens", "-", "--scenario", "peace")
	f("1 tokens for 0 connections", "token\n", "--url", "ws://127.0.0.1:1", "--tokens", "-", "--scenario", "storm")
	f("2 tokens for 2 connections and 2", "a\nb\n", "--url", "ws://127.0.0.1:1", "--tokens", "-", "--scenario", "storm", "--connections", "2")
}

// An endpoint that refuses everything is reported, in JSON too, before the error that nothing can be published.
func TestReportsRefusals(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "ws://" + l.Addr().String()
	l.Close()
	out, err := execute(t, "a\nb\n", "--url", url, "--tokens", "-", "--rate", "1", "--duration", "1s", "--format", "json")
	if err == nil {
		t.Fatal("nothing could be published, and there was no error")
	}
	var r loadtest.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if r.Opened.Asked != 2 || r.Opened.Refused["connection refused"] != 2 || r.Measurement != nil || r.Scenario != "chat" {
		t.Fatalf("reported %s", out)
	}
	page := filepath.Join(t.TempDir(), "report.html")
	out, err = execute(t, "a\n", "--url", url, "--tokens", "-", "--scenario", "idle", "--duration", "1ms", "--html", page)
	if err == nil || !strings.Contains(out, "1: connection refused") {
		t.Fatalf("reported %s, %v", out, err)
	}
	if b, err := os.ReadFile(page); err != nil || !strings.Contains(string(b), "connections refused: connection refused") {
		t.Fatalf("the page is %s, %v", b, err)
	}
}
