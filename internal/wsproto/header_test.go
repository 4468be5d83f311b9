package wsproto

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/gobwas/ws"
)

// TestParseHeader compares headers of every first byte and every form of length with gobwas, whole and cut.
func TestParseHeader(t *testing.T) {
	f := func(b []byte) {
		t.Helper()
		want, err := ws.ReadHeader(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("% x: %v", b, err)
		}
		got, size, bad := parseHeader(append(b, "payload"...))
		if bad != nil || got != want || size != len(b) {
			t.Errorf("% x: got %+v, %d, %v, want %+v, %d", b, got, size, bad, want, len(b))
		}
		for n := range b {
			if got, size, bad := parseHeader(b[:n]); bad != nil || size != 0 {
				t.Errorf("% x cut at %d: got %+v, %d, %v", b, n, got, size, bad)
			}
		}
		if size > MaxHeaderSize {
			t.Errorf("% x: header of %d bytes", b, size)
		}
	}
	for first := range 256 {
		for _, masked := range []byte{0, 0x80} {
			tail := mask[:]
			if masked == 0 {
				tail = nil
			}
			for _, n := range []byte{0, 1, 125} {
				f(append([]byte{byte(first), masked | n}, tail...))
			}
			for _, n := range []uint16{126, 127, 0x7fff, 0xffff} {
				b := binary.BigEndian.AppendUint16([]byte{byte(first), masked | 126}, n)
				f(append(b, tail...))
			}
			for _, n := range []uint64{0x10000, 1 << 32, 1 << 62, 1<<63 - 1} {
				b := binary.BigEndian.AppendUint64([]byte{byte(first), masked | 127}, n)
				f(append(b, tail...))
			}
		}
	}
}

// TestCheckHeader compares verdicts with gobwas over all headers that differ in what a rule looks at.
func TestCheckHeader(t *testing.T) {
	for first := range 256 {
		for _, masked := range []bool{false, true} {
			for _, length := range []int64{0, 1, 125, 126, 1 << 40} {
				for _, fragmented := range []bool{false, true} {
					h := ws.Header{
						Fin: first&fin != 0, Rsv: byte(first) >> 4 & 7, OpCode: ws.OpCode(first & 15),
						Masked: masked, Length: length,
					}
					state := ws.StateServerSide
					if fragmented {
						state |= ws.StateFragmented
					}
					got, want := checkHeader(h, fragmented), ws.CheckHeader(h, state)
					if (got == nil) != (want == nil) {
						t.Errorf("%+v, fragmented %v: got %v, gobwas says %v", h, fragmented, got, want)
					}
					if got != nil && got.Code != ws.StatusProtocolError {
						t.Errorf("%+v: code %d", h, got.Code)
					}
				}
			}
		}
	}
}
