package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/store"
)

// writerEnv names the data folder to the process that is killed.
const writerEnv = "THRONG_TEST_WRITER"

// write creates, updates and deletes rooms until it is killed. It prints "+id" when a room was created, "=id name" when
// one was updated, "?id" before one is deleted and "-id" after.
func write(dir string) {
	say := func(line ...any) { fmt.Fprintln(os.Stdout, line...) } // one write, and not buffered
	fail := func(err error) {
		if err != nil {
			say("!", err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	e, err := bus.StartEngine(ctx, bus.EngineOptions{StoreDir: dir, Log: bustest.Discard()})
	fail(err)
	nc, err := e.Connect("writer")
	fail(err)
	js, err := jetstream.New(nc)
	fail(err)
	rooms, err := store.OpenRooms(ctx, js, store.RoomsOptions{})
	fail(err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				r := newRoom("first")
				fail(rooms.Create(ctx, r))
				say("+" + r.ID)
				if i%3 == 1 {
					_, err := rooms.Update(ctx, r.ID, func(r *store.Room) error { r.Name = "second"; return nil })
					fail(err)
					say("="+r.ID, "second")
				}
				if i%5 == 4 {
					say("?" + r.ID)
					fail(rooms.Delete(ctx, r.ID))
					say("-" + r.ID)
				}
			}
		})
	}
	all.Wait()
}

func newRoom(name string) *store.Room {
	now := time.Now()
	return &store.Room{
		ID: chat.NewID(), Name: name, CreateTime: now, UpdateTime: now,
		MaximumMessageRatePerSecond: 10, MaximumMessageLength: 500, Tags: map[string]string{"key": "value"},
	}
}

// TestKill holds that what was acknowledged survives kill -9, at any moment. Each round goes on in the folder that the
// round before left.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	state := map[string]string{} // id → name, "" when deleted, "?" when being deleted
	for round := range 6 {
		said := writeAndKill(t, dir, time.Duration(rand.IntN(int(400*time.Millisecond))))
		for _, line := range said {
			id, name, _ := strings.Cut(line[1:], " ")
			switch line[0] {
			case '+':
				state[id] = "first"
			case '=':
				state[id] = name
			case '?':
				state[id] = "?"
			case '-':
				state[id] = ""
			default:
				t.Fatal(line)
			}
		}

		e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
		rooms := open(t, bustest.JetStream(t, e))
		for id, want := range state {
			r, ok := rooms.Get(id)
			switch {
			case want == "" && ok:
				t.Errorf("round %d: a room is there although its deletion was acknowledged", round)
			case want == "" || want == "?":
			case !ok:
				t.Errorf("round %d: an acknowledged room is lost", round)
			case r.Name != want && !(want == "first" && r.Name == "second"): // updated, but not acknowledged
				t.Errorf("round %d: an acknowledged update is lost: %q, want %q", round, r.Name, want)
			}
		}
		t.Logf("round %d: %d lines, %d rooms", round, len(said), rooms.Len())
		rooms.Close()
		e.Shutdown()
	}
	if len(state) < 20 {
		t.Fatalf("only %d rooms were written", len(state))
	}
}

// writeAndKill runs write in another process, kills it some time after its first line, and returns what it said.
func writeAndKill(t *testing.T, dir string, after time.Duration) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	var said []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if len(said) == 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		said = append(said, lines.Text())
	}
	if len(said) == 0 {
		t.Fatal("the writer said nothing")
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return said
}
