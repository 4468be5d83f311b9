package loadtest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

// collected is a handler that keeps what it got, with a letter for the kind.
type collected []string

func (c *collected) onMessage(p []byte) { *c = append(*c, "m:"+string(p)) }
func (c *collected) onPing(p []byte)    { *c = append(*c, "p:"+string(p)) }
func (c *collected) onClose(p []byte)   { *c = append(*c, "c:"+string(p)) }

func frame(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.NewFrame(op, fin, []byte(payload)))
}

func TestFrameReaderAtEveryCut(t *testing.T) {
	f := func(stream []byte, want ...string) {
		t.Helper()
		for cut := range len(stream) + 1 {
			var got collected
			var r frameReader
			if err := errors.Join(r.feed(slices.Clone(stream[:cut]), &got), r.feed(slices.Clone(stream[cut:]), &got)); err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("cut at %d: got %q, want %q", cut, got, want)
			}
			if r.kept != nil {
				t.Fatalf("cut at %d: memory is held though everything is complete", cut)
			}
		}
		// A byte at a time.
		var got collected
		var r frameReader
		for _, b := range stream {
			if err := r.feed([]byte{b}, &got); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("a byte at a time: got %q, want %q", got, want)
		}
	}
	cat := func(frames ...[]byte) []byte { return slices.Concat(frames...) }
	long := strings.Repeat("x", 300)

	// one message, with each form of length that is small enough to cut everywhere
	f(frame(ws.OpText, true, ""), "m:")
	f(frame(ws.OpText, true, "hello"), "m:hello")
	f(frame(ws.OpText, true, long), "m:"+long)
	// several in one read
	f(cat(frame(ws.OpText, true, "a"), frame(ws.OpBinary, true, "b"), frame(ws.OpText, true, "c")), "m:a", "m:b", "m:c")
	// a ping between fragments
	f(cat(frame(ws.OpText, false, "he"), frame(ws.OpPing, true, "now"), frame(ws.OpContinuation, false, "ll"),
		frame(ws.OpContinuation, true, "o")), "p:now", "m:hello")
	// a pong asks for nothing
	f(cat(frame(ws.OpPong, true, ""), frame(ws.OpText, true, "a")), "m:a")
}

func TestFrameReaderRefuses(t *testing.T) {
	f := func(stream []byte, want error) {
		t.Helper()
		var got collected
		var r frameReader
		if err := r.feed(stream, &got); !errors.Is(err, want) {
			t.Fatalf("got %v, want %v", err, want)
		}
		if len(got) > 0 && want != errServerLeft {
			t.Fatalf("got %q along with the error", got)
		}
	}
	f([]byte{0xc1, 0}, errReserved)
	f([]byte{0x83, 0}, errReserved)
	f([]byte{0x81, 0x80}, errMasked)
	f([]byte{0x09, 0}, errControl)
	f([]byte{0x89, 126}, errControl)
	f(frame(ws.OpContinuation, true, "x"), errFragments)
	f(slices.Concat(frame(ws.OpText, false, "a"), frame(ws.OpText, true, "b")), errFragments)
	// a length is refused before any of it arrives
	f([]byte{0x81, 127, 0, 0, 0, 0, 0, 0x10, 0, 1}, errTooLarge)
	f([]byte{0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, errTooLarge)
	f(frame(ws.OpClose, true, "\x03\xe8bye"), errServerLeft)

	// fragments that are too large together
	var r frameReader
	var got collected
	half := frame(ws.OpText, false, strings.Repeat("x", maxPayload/2+1))
	if err := r.feed(half, &got); err != nil {
		t.Fatal(err)
	}
	half[0] = 0 // a continuation
	if err := r.feed(half, &got); !errors.Is(err, errTooLarge) {
		t.Fatalf("got %v, want %v", err, errTooLarge)
	}
}

func TestFrameReaderDoesNotAllocate(t *testing.T) {
	stream := bytes.Repeat(frame(ws.OpText, true, strings.Repeat("x", 400)), 8)
	var r frameReader
	var c countingHandler
	if n := testing.AllocsPerRun(100, func() { _ = r.feed(stream, &c) }); n != 0 {
		t.Fatalf("%v allocations to read whole frames, want 0", n)
	}
}

type countingHandler int

func (c *countingHandler) onMessage([]byte) { *c++ }
func (c *countingHandler) onPing([]byte)    {}
func (c *countingHandler) onClose([]byte)   {}

// FuzzFrameReader compares with the library's reader, and reading in pieces with reading at once.
func FuzzFrameReader(f *testing.F) {
	f.Add(frame(ws.OpText, true, "hello"), 3)
	f.Add(slices.Concat(frame(ws.OpText, false, "he"), frame(ws.OpContinuation, true, "llo")), 1)
	f.Add([]byte{0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'}, 9)
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		var whole, pieces collected
		var r1, r2 frameReader
		err1 := r1.feed(slices.Clone(stream), &whole)
		cut = min(max(cut, 0), len(stream))
		err2 := r2.feed(slices.Clone(stream[:cut]), &pieces)
		if err2 == nil {
			err2 = r2.feed(slices.Clone(stream[cut:]), &pieces)
		}
		if !errors.Is(err1, err2) || !slices.Equal(whole, pieces) {
			t.Fatalf("at once: %q, %v; cut at %d: %q, %v", whole, err1, cut, pieces, err2)
		}
		head, size, err := parseHeader(stream)
		if err != nil || size == 0 {
			return
		}
		in := bytes.NewReader(stream)
		want, err := ws.ReadHeader(in)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatalf("the library refuses what parseHeader takes: %v", err)
		}
		if head != want || size != len(stream)-in.Len() {
			t.Fatalf("got %+v of %d bytes, want %+v of %d", head, size, want, len(stream)-in.Len())
		}
	})
}
