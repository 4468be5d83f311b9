package rawws

import "encoding/binary"

// Opcodes of RFC 6455 section 5.2.
const (
	Continuation = 0x0
	Text         = 0x1
	Binary       = 0x2
	Close        = 0x8
	Ping         = 0x9
	Pong         = 0xA
)

// Frame describes one frame, legal or not.
type Frame struct {
	// More clears the FIN bit: fragments follow.
	More bool
	// RSV holds the three reserved bits, 0 to 7.
	RSV    byte
	Opcode byte
	// Unmasked leaves the mask out, which a client must not.
	Unmasked bool
	// DeclaredLength, when not 0, is written as a 64-bit length in place of the payload's own.
	DeclaredLength uint64
	Payload        []byte
}

// mask is the key of every masked frame. Any four bytes do, as long as they change the payload.
var mask = [4]byte{0x3a, 0xc5, 0x5c, 0xa3}

// Bytes returns the frame as it goes over the wire.
func (f Frame) Bytes() []byte {
	first := f.Opcode | f.RSV<<4
	if !f.More {
		first |= 0x80
	}
	var masked byte
	if !f.Unmasked {
		masked = 0x80
	}
	b := []byte{first}
	switch n := len(f.Payload); {
	case f.DeclaredLength != 0:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), f.DeclaredLength)
	case n > 0xffff:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	case n > 125:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = append(b, masked|byte(n))
	}
	if f.Unmasked {
		return append(b, f.Payload...)
	}
	b = append(b, mask[:]...)
	for i, c := range f.Payload {
		b = append(b, c^mask[i%4])
	}
	return b
}

// TextFrame returns a whole text message as one frame.
func TextFrame(s string) Frame { return Frame{Opcode: Text, Payload: []byte(s)} }

// CloseFrame returns a close frame. A code of 0 means an empty payload.
func CloseFrame(code uint16, reason string) Frame {
	if code == 0 {
		return Frame{Opcode: Close}
	}
	return Frame{Opcode: Close, Payload: append(binary.BigEndian.AppendUint16(nil, code), reason...)}
}
