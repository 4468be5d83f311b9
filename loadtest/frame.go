package loadtest

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/gobwas/ws"
)

// maxPayload bounds one message of a server, in bytes. A MESSAGE frame of the service is below 8 KiB.
const maxPayload = 1 << 20

// Errors of a frameReader: the server broke RFC 6455, or sent more than this package takes.
var (
	errReserved   = errors.New("frame with reserved bits or opcode")
	errMasked     = errors.New("masked frame from a server")
	errControl    = errors.New("control frame too long or fragmented")
	errFragments  = errors.New("fragments out of order")
	errTooLarge   = errors.New("message over 1 MiB")
	errServerLeft = errors.New("closed by the server")
)

// handler gets what a frameReader found. Payloads are valid until it returns.
type handler interface {
	// onMessage gets a whole text or binary message.
	onMessage(payload []byte)
	onPing(payload []byte)
	// onClose gets the payload of a close frame. What follows it is not read.
	onClose(payload []byte)
}

// frameReader cuts the bytes that a server sends into messages. (wsproto.Reader is the other side's: it asks for masks
// and checks UTF-8.) The zero value is ready; beyond its eight bytes it holds memory only while something is incomplete.
type frameReader struct{ kept *kept }

type kept struct {
	frame      []byte // the bytes so far of an incomplete frame
	message    []byte // the payload so far of a fragmented message
	fragmented bool
}

// feed takes the next bytes. After an error the reader is not to be used again.
func (r *frameReader) feed(b []byte, h handler) error {
	if r.kept != nil && len(r.kept.frame) > 0 {
		r.kept.frame = append(r.kept.frame, b...)
		b = r.kept.frame
	}
	for len(b) > 0 {
		head, size, err := parseHeader(b)
		if err != nil {
			return err
		}
		if size == 0 || len(b)-size < int(head.Length) {
			break
		}
		end := size + int(head.Length)
		if err := r.dispatch(head, b[size:end], h); err != nil {
			return err
		}
		b = b[end:]
	}
	r.keep(b)
	return nil
}

// keep stores an incomplete frame, or lets go of the memory when there is nothing to store.
func (r *frameReader) keep(rest []byte) {
	switch {
	case len(rest) > 0 && r.kept == nil:
		r.kept = &kept{frame: slices.Clone(rest)}
	case len(rest) > 0:
		r.kept.frame = append(r.kept.frame[:0], rest...)
	case r.kept != nil && r.kept.fragmented:
		r.kept.frame = nil
	default:
		r.kept = nil
	}
}

func (r *frameReader) dispatch(head ws.Header, payload []byte, h handler) error {
	switch head.OpCode {
	case ws.OpPing:
		h.onPing(payload)
		return nil
	case ws.OpPong:
		return nil
	case ws.OpClose:
		h.onClose(payload)
		return errServerLeft
	}
	fragmented := r.kept != nil && r.kept.fragmented
	if fragmented != (head.OpCode == ws.OpContinuation) {
		return errFragments
	}
	if head.Fin && !fragmented {
		h.onMessage(payload)
		return nil
	}
	if r.kept == nil {
		r.kept = new(kept)
	}
	if len(r.kept.message)+len(payload) > maxPayload {
		return errTooLarge
	}
	r.kept.message = append(r.kept.message, payload...)
	r.kept.fragmented = !head.Fin
	if head.Fin {
		h.onMessage(r.kept.message)
		r.kept.message = nil
	}
	return nil
}

// parseHeader reads the header at the start of b, and its size; size 0 means that more bytes are needed.
func parseHeader(b []byte) (head ws.Header, size int, err error) {
	if len(b) < 2 {
		return head, 0, nil
	}
	head.Fin = b[0]&0x80 != 0
	head.OpCode = ws.OpCode(b[0] & 0x0f)
	length := uint64(b[1] & 0x7f)
	switch {
	case b[0]&0x70 != 0 || head.OpCode.IsReserved():
		return head, 0, errReserved
	case b[1]&0x80 != 0:
		return head, 0, errMasked
	case head.OpCode.IsControl() && (length > ws.MaxControlFramePayloadSize || !head.Fin):
		return head, 0, errControl
	}
	size = 2
	switch length {
	case 126:
		size = 4
		if len(b) < size {
			return head, 0, nil
		}
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		size = 10
		if len(b) < size {
			return head, 0, nil
		}
		length = binary.BigEndian.Uint64(b[2:])
	}
	if length > maxPayload {
		return head, 0, errTooLarge
	}
	head.Length = int64(length)
	return head, size, nil
}
