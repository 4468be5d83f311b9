package bus_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

const keys = 50

// fill makes a data folder with a bucket that holds keys, and returns the folder of the bucket.
func fill(t *testing.T, dir string) string {
	t.Helper()
	ctx := context.Background()
	e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
	kv, err := bustest.JetStream(t, e).CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range keys {
		if _, err := kv.Put(ctx, fmt.Sprint("key", i), []byte(strings.Repeat("v", 100))); err != nil {
			t.Fatal(err)
		}
	}
	// Deletions leave records of another form.
	if err := kv.Purge(ctx, "key0"); err != nil {
		t.Fatal(err)
	}
	e.Shutdown()
	return filepath.Join(dir, "jetstream", "$G", "streams", "KV_test")
}

// change rewrites a file.
func change(t *testing.T, name string, edit func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, edit(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flip(at float64) func([]byte) []byte {
	return func(data []byte) []byte {
		data[int(at*float64(len(data)))] ^= 0x10
		return data
	}
}

// TestDamageIsRefused holds that nothing is lost silently, and that what is refused is left as it is.
func TestDamageIsRefused(t *testing.T) {
	f := func(file string, edit func([]byte) []byte) {
		t.Helper()
		dir := t.TempDir()
		name := filepath.Join(fill(t, dir), file)
		change(t, name, edit)
		damaged, _ := os.ReadFile(name)
		for range 2 {
			_, err := bus.StartEngine(context.Background(), bus.EngineOptions{StoreDir: dir, Log: bustest.Discard()})
			if !errors.Is(err, bus.ErrCorrupt) {
				t.Fatalf("%s: got %v", file, err)
			}
		}
		if after, _ := os.ReadFile(name); string(after) != string(damaged) {
			t.Fatalf("%s was changed", file)
		}
	}
	for _, at := range []float64{0, 0.001, 0.01, 0.1, 0.5, 0.9} {
		f("msgs/1.blk", flip(at))
	}
	f("msgs/1.blk", func(data []byte) []byte { return append(data[:1000:1000], data[1001:]...) }) // a byte is missing
	f("msgs/1.blk", func(data []byte) []byte { clear(data[1000:2000]); return data })
	f("meta.inf", flip(0.5))
	f("meta.sum", flip(0.5))
	f("meta.inf", func([]byte) []byte { return nil })
}

// TestHarmlessDamage holds that what a killed process leaves behind, and what can be made again, is no obstacle.
func TestHarmlessDamage(t *testing.T) {
	f := func(file string, edit func([]byte) []byte) {
		t.Helper()
		dir := t.TempDir()
		change(t, filepath.Join(fill(t, dir), file), edit)
		e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
		defer e.Shutdown()
		kv, err := bustest.JetStream(t, e).KeyValue(context.Background(), "test")
		if err != nil {
			t.Fatal(err)
		}
		for i := range keys {
			_, err := kv.Get(context.Background(), fmt.Sprint("key", i))
			if i == 0 && !errors.Is(err, jetstream.ErrKeyNotFound) || i > 0 && err != nil {
				t.Fatalf("%s: key %d: %v", file, i, err)
			}
		}
	}
	torn := func(tail string) func([]byte) []byte {
		return func(data []byte) []byte { return append(data, tail...) }
	}
	f("msgs/1.blk", torn("\x40"))                                     // part of a header
	f("msgs/1.blk", torn("\x40\x00\x00\x00"+strings.Repeat("x", 30))) // part of a record
	f("msgs/1.blk", torn(strings.Repeat("\x00", 4096)))               // a file made longer, not yet written
	f("msgs/index.db", flip(0.5))
	f("msgs/index.db", func([]byte) []byte { return nil })
}

// TestHalfMadeBucket is the folder of a process that was killed while it made a bucket.
func TestHalfMadeBucket(t *testing.T) {
	f := func(left string, content []byte) {
		t.Helper()
		dir := t.TempDir()
		stream := fill(t, dir)
		meta, err := os.ReadFile(filepath.Join(stream, "meta.inf"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.RemoveAll(stream), os.MkdirAll(filepath.Join(stream, "msgs"), 0o700)); err != nil {
			t.Fatal(err)
		}
		if content == nil {
			content = meta
		}
		if err := os.WriteFile(filepath.Join(stream, left), content, 0o600); err != nil {
			t.Fatal(err)
		}
		fill(t, dir)
		// What was stored after that is there after another start.
		e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
		defer e.Shutdown()
		kv, err := bustest.JetStream(t, e).KeyValue(context.Background(), "test")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := kv.Get(context.Background(), "key1"); err != nil {
			t.Fatal(err)
		}
	}
	f("meta.inf", nil)
	f("meta.inf", []byte("{}"))
	f("meta.inf.tmp", nil)
	f("meta.sum", []byte("0123456789abcdef"))
}
