package wsproto

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
)

// TestReadInPlace is what makes the usual case cheap: a whole frame is unmasked where it lies, and nothing is held.
func TestReadInPlace(t *testing.T) {
	b := join(textFrame("hello"), textFrame("next"))
	var r Reader
	m, n, ok, err := r.Read(b, 100)
	if !ok || err != nil || string(m.Payload) != "hello" || n != len(textFrame("hello")) {
		t.Fatalf("got %q, %d, %v, %v", m.Payload, n, ok, err)
	}
	if &m.Payload[0] != &b[n-len("hello")] {
		t.Error("the payload was copied")
	}
	if cap(m.Payload) != len(m.Payload) {
		t.Error("the payload can be appended to over the next frame")
	}
	if r.part != nil {
		t.Error("memory is held")
	}
	if !slices.Equal(b[n:], textFrame("next")) {
		t.Error("the next frame was touched")
	}
}

// TestReadHoldsWhatIsIncomplete follows a Reader's memory through cut frames and fragments.
func TestReadHoldsWhatIsIncomplete(t *testing.T) {
	var r Reader
	f := func(b []byte, wantOK, wantHeld bool) {
		t.Helper()
		_, n, ok, err := r.Read(slices.Clone(b), 100)
		if ok != wantOK || err != nil || n != len(b) || (r.part != nil) != wantHeld {
			t.Errorf("got %v, %v, %d of %d bytes, held %v", ok, err, n, len(b), r.part != nil)
		}
	}
	hello := textFrame("hello")
	f(nil, false, false)
	f(hello[:1], false, true)
	f(hello[1:7], false, true)
	f(nil, false, true)
	f(hello[7:], true, true) // the payload lies in what is held
	f(nil, false, false)
	f(hello[:7], false, true)
	f(hello[7:], true, true)
	f(hello, true, false) // the next message needs nothing
	f(frameOf(text, "a"), false, true)
	f(frameOf(fin|ping, "p"), true, true)
	f(nil, false, true)
	f(frameOf(fin|more, "b"), true, true)
	f(nil, false, false)

	f(frameOf(text, "a"), false, true)
	r.Release()
	if r.part != nil {
		t.Error("memory is held after Release")
	}
	r.Release()
	f(hello, true, false) // as new
}

// TestReadersShareNoMemory interleaves two Readers: each payload stays as it was until its own Reader goes on, although
// memory moves between them through the pool.
func TestReadersShareNoMemory(t *testing.T) {
	var a, b Reader
	defer a.Release()
	defer b.Release()
	feed := func(r *Reader, in []byte) []byte {
		t.Helper()
		m, n, _, err := r.Read(slices.Clone(in), 1000)
		if err != nil || n != len(in) {
			t.Fatalf("took %d of %d bytes, %v", n, len(in), err)
		}
		return m.Payload
	}
	for i := range 200 {
		ours, theirs := strings.Repeat("a", 20+i), strings.Repeat("b", 20+i)
		fa, fb := textFrame(ours), textFrame(theirs)
		feed(&a, fa[:9])
		feed(&b, fb[:15])
		inA := feed(&a, fa[9:])
		inB := feed(&b, fb[15:])
		if string(inA) != ours || string(inB) != theirs {
			t.Fatalf("round %d: got %q and %q", i, inA, inB)
		}
		feed(&b, nil) // what b held is for anybody now
		feed(&b, frameOf(text, theirs))
		if string(inA) != ours {
			t.Fatalf("round %d: another Reader wrote into the payload: %q", i, inA)
		}
		feed(&b, frameOf(fin|more, theirs))
		feed(&a, nil)
	}
}

func TestReadersConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for id := range 8 {
		wg.Go(func() {
			var stream []byte
			var want []got
			for i := range 50 {
				s := strings.Repeat(string(rune('a'+id)), 1+i*7)
				stream = append(stream, join(frameOf(text, s), frameOf(fin|ping, s[:min(len(s), 125)]), frameOf(fin|more, s), frameOf(fin|bin, s))...)
				want = append(want, got{ws.OpPing, s[:min(len(s), 125)]}, got{ws.OpText, s + s}, got{ws.OpBinary, s})
			}
			for seed := range uint64(10) {
				var r Reader
				messages, err := read(t, &r, stream, 1<<20, pieces(seed, 100))
				r.Release()
				if err != nil || !slices.Equal(messages, want) {
					t.Errorf("reader %d, seed %d: messages are not its own (%v)", id, seed, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestPoolKeepsNoLargeBuffers(t *testing.T) {
	large := strings.Repeat("a", 3*maxPooled)
	streams := [][]byte{
		textFrame(large), // cut: a large frame, and no message
		join(frameOf(text, large[:3000]), frameOf(more, large[:3000]), frameOf(fin|more, "")), // a large message of small frames
	}
	for i := range 50 {
		var r Reader
		if _, err := read(t, &r, streams[i%2], 1<<20, pieces(1, 1000)); err != nil {
			t.Fatal(err)
		}
		r.Release()
		p := parts.Get().(*part)
		if cap(p.frame) > maxPooled || cap(p.message) > maxPooled {
			t.Fatalf("the pool holds %d and %d bytes", cap(p.frame), cap(p.message))
		}
		if len(p.frame) != 0 || len(p.message) != 0 || p.fragments != 0 || p.done {
			t.Fatalf("the pool holds a part in use: %+v", p)
		}
	}
}
