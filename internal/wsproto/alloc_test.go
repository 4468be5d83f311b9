//go:build !race

package wsproto

import (
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

// TestAllocations pins what the paths of every message cost. It is not for builds with the race detector, whose
// sync.Pool forgets on purpose.
func TestAllocations(t *testing.T) {
	f := func(name string, want float64, run func()) {
		t.Helper()
		if got := testing.AllocsPerRun(200, run); got != want {
			t.Errorf("%s: %v allocations, want %v", name, got, want)
		}
	}
	stream := textFrame(strings.Repeat("a", 200))
	b := make([]byte, len(stream))
	var r Reader
	read := func(b []byte) {
		if _, n, _, err := r.Read(b, 1000); n != len(b) || err != nil {
			t.Fatal(n, err)
		}
	}
	f("reading a whole frame", 0, func() {
		copy(b, stream)
		read(b)
	})
	f("reading a frame in two pieces", 0, func() {
		copy(b, stream)
		read(b[:100])
		read(b[100:])
	})
	f("reading a ping", 0, func() {
		copy(b, stream)
		b[0], b[1] = fin|ping, 0x80
		read(b[:6])
	})
	payload := []byte(strings.Repeat("a", 200))
	buf := make([]byte, Headroom+len(payload))
	f("Frame", 0, func() { Frame(ws.OpText, buf) })
	f("AppendFrame", 0, func() { AppendFrame(buf[:0], ws.OpText, payload[:200]) })
	f("AppendClose", 0, func() { AppendClose(buf[:0], ws.StatusNormalClosure, "bye") })
	f("HeadEnd", 0, func() { HeadEnd(stream, 0) })
	f("a violation", 0, func() {
		copy(b, stream)
		b[0] = fin | rsv1
		if _, _, _, err := r.Read(b, 1000); err != errReservedBits {
			t.Fatal(err)
		}
	})
	// The token, its response, and what gobwas takes for itself.
	in := []byte(request())
	if got := testing.AllocsPerRun(200, func() { _, _, _ = Upgrade(in, nil) }); got > 12 {
		t.Errorf("Upgrade: %v allocations", got)
	}
}
