package wsproto

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

func TestReadLimit(t *testing.T) {
	const limit = 200
	f := func(name string, stream []byte, violation *Error, want ...got) {
		t.Helper()
		everyCut(t, name, stream, limit, want, violation)
	}
	full, half := strings.Repeat("a", limit), strings.Repeat("b", limit/2)
	f("at the limit", textFrame(full), nil, got{ws.OpText, full})
	f("beyond it", textFrame(full+"a"), errTooBig)
	f("fragments at the limit", join(frameOf(text, half), frameOf(fin|more, half)), nil, got{ws.OpText, half + half})
	f("fragments beyond it", join(frameOf(text, half), frameOf(more, half), frameOf(fin|more, "c")), errTooBig)
	f("first fragment beyond it", frameOf(text, full+"a"), errTooBig)
	f("empty end at the limit", join(frameOf(text, full), frameOf(fin|more, "")), nil, got{ws.OpText, full})
	// Each message has the limit for itself, and control frames have their own.
	f("two at the limit", join(frameOf(text, full), frameOf(fin|more, ""), textFrame(full)), nil, got{ws.OpText, full}, got{ws.OpText, full})
	f("pings at the limit", join(frameOf(text, full), frameOf(fin|ping, half), frameOf(fin|ping, half), frameOf(fin|more, "")), nil,
		got{ws.OpPing, half}, got{ws.OpPing, half}, got{ws.OpText, full})
}

// TestReadLimitFragments bounds the frames of a message: a peer that sends empty ones would otherwise never be done.
func TestReadLimitFragments(t *testing.T) {
	f := func(limit, frames int, want bool) {
		t.Helper()
		stream := frameOf(text, "")
		for range frames - 2 {
			stream = append(stream, frameOf(more, "")...)
		}
		stream = append(stream, frameOf(fin|more, "")...)
		for _, next := range []func() int{whole, pieces(1, 50)} {
			var r Reader
			messages, err := read(t, &r, stream, limit, next)
			r.Release()
			if want != (err == nil) || want != (len(messages) == 1) || err != nil && err != errTooManyFragments {
				t.Errorf("limit %d, %d frames: got %d messages, %v", limit, frames, len(messages), err)
			}
		}
	}
	f(100, 2, true)
	f(100, 1024, true)
	f(100, 1025, false)
	f(100, 2048, false)
	// It follows the limit on the message's size from where one frame of 32 bytes after another would be more.
	f(32<<10, 1024, true)
	f(32<<10, 1025, false)
	f(64<<10, 2048, true)
	f(64<<10, 2049, false)
}

// TestReadTakesNoMemoryForPromises declares large payloads that never come.
func TestReadTakesNoMemoryForPromises(t *testing.T) {
	for _, length := range []uint64{1 << 20, 1 << 31, 1 << 32, 1 << 62, 1<<63 - 1} {
		var r Reader
		if _, _, _, err := r.Read(head(fin|bin, 127, length), 1<<20-1); err != errTooBig {
			t.Errorf("%d bytes: got %v", length, err)
		}
		if r.part != nil {
			t.Errorf("%d bytes: memory is held", length)
		}
		// The same in two pieces: the first is copied, the rest is not waited for.
		h := head(fin|bin, 127, length)
		if _, _, _, err := r.Read(h[:9], 1<<20-1); err != nil {
			t.Errorf("%d bytes: got %v for half a header", length, err)
		}
		if _, _, _, err := r.Read(h[9:], 1<<20-1); err != errTooBig || cap(r.part.frame) > maxPooled {
			t.Errorf("%d bytes: got %v, %d bytes are held", length, err, cap(r.part.frame))
		}
		r.Release()
	}
	// What is within the limit takes memory as it arrives.
	var r Reader
	defer r.Release()
	stream := slices.Concat(head(fin|bin, 127, 1<<29), make([]byte, 100_000))
	for n := 0; n < len(stream); n += 100 {
		if _, _, ok, err := r.Read(slices.Clone(stream[n:min(n+100, len(stream))]), 1<<30); ok || err != nil {
			t.Fatalf("got %v, %v", ok, err)
		}
		if held := cap(r.part.frame); held > 2*(n+100)+1024 {
			t.Fatalf("%d bytes are held after %d have arrived", held, n+100)
		}
	}
}

// TestReadWithoutALimit declares the largest payload to a Reader that is told to take anything.
func TestReadWithoutALimit(t *testing.T) {
	for _, length := range []uint64{1 << 31, 1<<63 - 1, 1<<63 - MaxHeaderSize} {
		var r Reader
		if _, _, _, err := r.Read(head(fin|bin, 127, length), math.MaxInt); err != errTooBig {
			t.Errorf("%d bytes: got %v", length, err)
		}
	}
}

// TestReadLimitMayChange as it does when the node's settings are other than those of the frame's first half.
func TestReadLimitMayChange(t *testing.T) {
	stream := textFrame("hello")
	var r Reader
	defer r.Release()
	if _, _, ok, err := r.Read(slices.Clone(stream[:8]), 100); ok || err != nil {
		t.Fatalf("got %v, %v", ok, err)
	}
	if _, _, _, err := r.Read(slices.Clone(stream[8:]), 4); err != errTooBig {
		t.Errorf("got %v", err)
	}
	for _, limit := range []int{0, -1, math.MinInt + MaxHeaderSize} {
		var r Reader
		if _, _, _, err := r.Read(textFrame("a"), limit); err != errTooBig {
			t.Errorf("limit %d: got %v", limit, err)
		}
	}
}
