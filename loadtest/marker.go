package loadtest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
)

// marker is what a message carries at the start of its content, so that whoever receives it knows when it was due:
// "[throng:" run ":" time "]", with eight hexadecimal digits that tell this run from any other, and sixteen of
// nanoseconds of the clock that the machine's processes share. It consists of characters that JSON does not escape.
type marker struct{ prefix []byte }

const (
	markerTimeSize = 16
	// MinContentSize is the size of the smallest content that can carry a marker, in bytes.
	MinContentSize = len("[throng:01234567:") + markerTimeSize + len("]")
)

func newMarker() marker {
	var run [4]byte
	_, _ = rand.Read(run[:]) // never fails (crypto/rand)
	return marker{[]byte("[throng:" + hex.EncodeToString(run[:]) + ":")}
}

// content returns text of size bytes, at least MinContentSize, that is marked with due.
func (m marker) content(due instant, size int) []byte {
	b := fmt.Appendf(make([]byte, 0, size), "%s%0*x]", m.prefix, markerTimeSize, int64(due))
	const filler = " the quick brown fox jumps over the lazy dog"
	for len(b) < size {
		b = append(b, filler[:min(len(filler), size-len(b))]...)
	}
	return b
}

// find returns when the message was due. hint is where the marker was found last: a room's frames are alike, so it is
// mostly there again and nothing need be searched.
func (m marker) find(payload []byte, hint *int) (due instant, ok bool) {
	at := *hint
	if at > len(payload) || !bytes.HasPrefix(payload[at:], m.prefix) {
		if at = bytes.Index(payload, m.prefix); at < 0 {
			return 0, false
		}
		*hint = at
	}
	digits := payload[at+len(m.prefix):]
	if len(digits) < markerTimeSize {
		return 0, false
	}
	t, err := strconv.ParseInt(string(digits[:markerTimeSize]), 16, 64)
	return instant(t), err == nil
}
