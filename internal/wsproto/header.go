package wsproto

import (
	"encoding/binary"

	"github.com/gobwas/ws"
)

// MaxHeaderSize is the size of the largest frame header, in bytes: two bytes, a 64-bit length and a mask.
const MaxHeaderSize = 14

// maxControlPayload bounds the payload of control frames (RFC 6455 section 5.5).
const maxControlPayload = 125

// parseHeader reads the frame header at the start of b and returns its size. Size 0 means that more bytes are needed.
// The length must take the shortest of the three forms and at most 63 bits (RFC 6455 section 5.2).
func parseHeader(b []byte) (h ws.Header, size int, err *Error) {
	if len(b) < 2 {
		return h, 0, nil
	}
	h.Fin = b[0]&0x80 != 0
	h.Rsv = b[0] >> 4 & 7
	h.OpCode = ws.OpCode(b[0] & 0x0f)
	h.Masked = b[1]&0x80 != 0
	length := uint64(b[1] & 0x7f)
	size = 2
	switch length {
	case 126:
		size = 4
		if len(b) < size {
			return h, 0, nil
		}
		length = uint64(binary.BigEndian.Uint16(b[2:]))
		if length < 126 {
			return h, 0, errLengthForm
		}
	case 127:
		size = 10
		if len(b) < size {
			return h, 0, nil
		}
		length = binary.BigEndian.Uint64(b[2:])
		if length>>63 != 0 {
			return h, 0, errLength
		}
		if length < 1<<16 {
			return h, 0, errLengthForm
		}
	}
	h.Length = int64(length)
	if h.Masked {
		if len(b) < size+4 {
			return h, 0, nil
		}
		copy(h.Mask[:], b[size:])
		size += 4
	}
	return h, size, nil
}

// checkHeader holds the header of a client's frame against every rule of RFC 6455 that a header alone can break.
func checkHeader(h ws.Header, fragmented bool) *Error {
	switch {
	case h.Rsv != 0: // section 5.2: zero unless an extension was negotiated, and none ever is
		return errReservedBits
	case h.OpCode.IsReserved(): // section 5.2: opcodes 3-7 and 11-15
		return errReservedOpcode
	case !h.Masked: // section 5.1: a client must mask every frame
		return errUnmasked
	case h.OpCode.IsControl() && h.Length > maxControlPayload: // section 5.5
		return errControlTooLong
	case h.OpCode.IsControl() && !h.Fin: // section 5.5
		return errControlFragmented
	case h.OpCode == ws.OpContinuation && !fragmented: // section 5.4
		return errNothingToContinue
	case h.OpCode.IsData() && h.OpCode != ws.OpContinuation && fragmented: // section 5.4
		return errExpectedContinuation
	}
	return nil
}
