package wsproto

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gobwas/ws"
)

// Bits of a frame's first byte.
const (
	fin  = 0x80
	rsv1 = 0x40
	rsv2 = 0x20
	rsv3 = 0x10
)

var mask = [4]byte{0x37, 0xfa, 0x21, 0x3d} // of the examples in RFC 6455 section 5.7

// head returns a frame header with a mask; first is the whole first byte, form the 7-bit length: 126 and 127 announce a
// longer one.
func head(first, form byte, length uint64) []byte {
	b := []byte{first, 0x80 | form}
	switch form {
	case 126:
		b = binary.BigEndian.AppendUint16(b, uint16(length))
	case 127:
		b = binary.BigEndian.AppendUint64(b, length)
	}
	return append(b, mask[:]...)
}

// frameOf returns a client's frame.
func frameOf(first byte, payload string) []byte {
	n := uint64(len(payload))
	form := byte(min(n, 126))
	if n > 0xffff {
		form = 127
	}
	b := head(first, form, n)
	for i := range len(payload) {
		b = append(b, payload[i]^mask[i%4])
	}
	return b
}

func textFrame(payload string) []byte { return frameOf(fin|byte(ws.OpText), payload) }

// got is a message that was read, copied.
type got struct {
	op      ws.OpCode
	payload string
}

// read feeds stream to r in pieces of the sizes that next returns, each in memory of its own that is overwritten
// afterwards, and returns the messages up to the first violation.
func read(t testing.TB, r *Reader, stream []byte, limit int, next func() int) (messages []got, violation *Error) {
	t.Helper()
	for len(stream) > 0 {
		piece := slices.Clone(stream[:min(len(stream), max(next(), 1))])
		stream = stream[len(piece):]
		for rest := piece; len(rest) > 0; {
			m, n, ok, err := r.Read(rest, limit)
			if n < 0 || n > len(rest) || n == 0 && !ok && err == nil {
				t.Fatalf("took %d of %d bytes", n, len(rest))
			}
			if err != nil {
				return messages, err
			}
			if !ok && n != len(rest) {
				t.Fatalf("took %d of %d bytes without a message", n, len(rest))
			}
			rest = rest[n:]
			if ok {
				messages = append(messages, got{m.Op, string(m.Payload)})
			}
		}
		for i := range piece {
			piece[i] = 0xaa
		}
	}
	return messages, nil
}

func whole() int { return 1 << 30 }

func pieces(seed uint64, largest int) func() int {
	r := rand.New(rand.NewPCG(seed, 1))
	return func() int { return 1 + r.IntN(largest) }
}

// everyCut checks that stream gives the same messages and the same violation however it arrives: in one piece, cut in
// two at every offset, byte by byte, in random pieces.
func everyCut(t *testing.T, name string, stream []byte, limit int, want []got, violation *Error) {
	t.Helper()
	f := func(how string, at int, next func() int) {
		t.Helper()
		var r Reader
		defer r.Release()
		messages, err := read(t, &r, stream, limit, next)
		if !slices.Equal(messages, want) || err != violation {
			t.Errorf("%s, %s %d:\ngot  %.200q, %v\nwant %.200q, %v", name, how, at, messages, err, want, violation)
		}
	}
	f("in pieces of", len(stream), whole)
	f("in pieces of", 1, func() int { return 1 })
	step := 1 // the long ones are payload for the most part: after its header, every so often
	for at := 1; at < len(stream); at += step {
		f("cut at", at, slicesOf(at, whole()))
		if at > 1000 {
			step = 1 + len(stream)/200
		}
	}
	for seed := range uint64(20) {
		f("random", int(seed), pieces(seed, 1+len(stream)/3))
	}
}

// slicesOf returns the sizes in turn, the last again and again.
func slicesOf(sizes ...int) func() int {
	return func() int {
		n := sizes[0]
		if len(sizes) > 1 {
			sizes = sizes[1:]
		}
		return n
	}
}
