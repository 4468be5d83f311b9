package wsproto

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// Headroom is the size of the largest header of a frame from a server, in bytes.
const Headroom = 10

// Frame makes a final, unmasked frame of payload = buf[Headroom:], writing its header just before it, and returns the
// part of buf that is the frame. So a payload is encoded behind Headroom spare bytes and never moved.
func Frame(op ws.OpCode, buf []byte) []byte {
	first := 0x80 | byte(op)
	switch n := len(buf) - Headroom; {
	case n < 126:
		buf[8], buf[9] = first, byte(n)
		return buf[8:]
	case n < 1<<16:
		buf[6], buf[7] = first, 126
		binary.BigEndian.PutUint16(buf[8:], uint16(n))
		return buf[6:]
	default:
		buf[0], buf[1] = first, 127
		binary.BigEndian.PutUint64(buf[2:], uint64(n))
		return buf
	}
}

// AppendFrame appends a final, unmasked frame to b.
func AppendFrame(b []byte, op ws.OpCode, payload []byte) []byte {
	first := 0x80 | byte(op)
	switch n := len(payload); {
	case n < 126:
		b = append(b, first, byte(n))
	case n < 1<<16:
		b = append(b, first, 126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, first, 127), uint64(n))
	}
	return append(b, payload...)
}

// MaxCloseReason bounds the reason in a close frame, in bytes (RFC 6455 section 5.5.1).
const MaxCloseReason = maxControlPayload - 2

// AppendClose appends a close frame to b. A reason of more than MaxCloseReason bytes is cut between two characters.
func AppendClose(b []byte, code ws.StatusCode, reason string) []byte {
	reason = CutReason(reason)
	b = append(b, 0x80|byte(ws.OpClose), byte(2+len(reason)), byte(code>>8), byte(code))
	return append(b, reason...)
}

// CutReason returns the longest prefix of a valid UTF-8 string that fits a close frame.
func CutReason(reason string) string {
	if len(reason) <= MaxCloseReason {
		return reason
	}
	n := MaxCloseReason
	for n > 0 && !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}
