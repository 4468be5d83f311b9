package wsproto

import (
	"sync"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// minFragments is how many frames any message may come in.
const minFragments = 1024

// maxFragments bounds the frames of a message of at most limit bytes: each costs a header's work, however empty it is.
// One for every 32 bytes keeps that work in proportion to the bytes which are allowed anyway.
func maxFragments(limit int) int { return max(minFragments, limit/32) }

// maxLimit bounds what a caller may allow, so that no sum of sizes overflows an int on any platform.
const maxLimit = 1<<31 - 1 - MaxHeaderSize

// Message is a whole message or a control frame.
type Message struct {
	// Op is OpText, OpBinary, OpPing, OpPong or OpClose.
	Op ws.OpCode
	// Payload is unmasked and, for OpText, valid UTF-8. It may be used until the next call of Read or Release.
	Payload []byte
}

// Reader reads the messages of one connection from bytes as they arrive, in pieces of any size. The zero value is ready
// to use. A whole unfragmented frame is unmasked where it lies; only what is incomplete is copied. A Reader holds memory
// beyond its own eight bytes while a message is incomplete and until the Read after it, which may be of no bytes.
type Reader struct{ part *part }

// part is what an incomplete message needs.
type part struct {
	frame     []byte // the bytes so far of an incomplete frame, its header first
	message   []byte // the unmasked payload of the fragments so far
	op        ws.OpCode
	fragments int  // 0 when no message is fragmented
	done      bool // message was handed out and ends with the next call
}

var parts = sync.Pool{New: func() any { return new(part) }}

// maxPooled bounds the buffers that a part keeps when it goes back to the pool, in bytes.
const maxPooled = 4096

// Read takes bytes from the start of b, which it may change, and returns how many it took. When they complete a message
// it returns it, and ok; the rest of b is for the next call. Otherwise it has taken all of b, or err tells what rule the
// peer broke: then the connection is to be closed.
//
// limit bounds the payload of a message, in bytes. It is applied to the length that a header declares, before memory is
// taken, and memory grows with the bytes that arrive, not with those that are promised.
func (r *Reader) Read(b []byte, limit int) (m Message, n int, ok bool, err *Error) {
	r.forget()
	for n < len(b) {
		frame, took, whole, err := r.frame(b[n:], limit)
		n += took
		if err != nil {
			return Message{}, n, false, err
		}
		if !whole {
			return Message{}, n, false, nil
		}
		m, ok, err = r.accept(frame)
		if ok || err != nil {
			return m, n, ok, err
		}
	}
	return Message{}, n, false, nil
}

// frame is one frame with its payload unmasked.
type frame struct {
	header  ws.Header
	payload []byte
}

// frame takes the bytes of one frame from b, together with those that came before.
func (r *Reader) frame(b []byte, limit int) (f frame, took int, whole bool, err *Error) {
	if r.part == nil || len(r.part.frame) == 0 {
		h, size, err := r.header(b, limit)
		if err != nil {
			return frame{}, len(b), false, err
		}
		if size > 0 && int64(len(b)-size) >= h.Length {
			end := size + int(h.Length)
			ws.Cipher(b[size:end], h.Mask, 0)
			return frame{h, b[size:end:end]}, end, true, nil
		}
	}
	p := r.hold()
	// Bytes go over in two steps: first those that can belong to the header, for it says how many more the frame has.
	head := min(len(b), max(0, MaxHeaderSize-len(p.frame)))
	had := len(p.frame)
	p.frame = append(p.frame, b[:head]...)
	h, size, err := r.header(p.frame, limit)
	if err != nil {
		return frame{}, len(b), false, err
	}
	if size == 0 {
		return frame{}, head, false, nil // a header is at most MaxHeaderSize, so b is used up
	}
	end := size + int(h.Length)
	if len(p.frame) > end { // the next frame's bytes: give them back
		p.frame = p.frame[:end]
	}
	took = len(p.frame) - had
	more := min(len(b)-took, end-len(p.frame))
	p.frame = append(p.frame, b[took:took+more]...)
	took += more
	if len(p.frame) < end {
		return frame{}, took, false, nil
	}
	payload := p.frame[size:end]
	ws.Cipher(payload, h.Mask, 0)
	p.frame = p.frame[:0] // its bytes stay where they are until the next call
	return frame{h, payload}, took, true, nil
}

// header parses and checks a header, and the size of the message that its frame would make.
func (r *Reader) header(b []byte, limit int) (ws.Header, int, *Error) {
	h, size, err := parseHeader(b)
	if err != nil || size == 0 {
		return h, 0, err
	}
	if err := checkHeader(h, r.fragments() > 0); err != nil {
		return h, 0, err
	}
	if h.OpCode.IsControl() {
		return h, size, nil
	}
	had := 0
	if r.part != nil {
		had = len(r.part.message)
	}
	if h.Length > int64(min(limit, maxLimit)-had) {
		return h, 0, errTooBig
	}
	if r.fragments() >= maxFragments(limit) {
		return h, 0, errTooManyFragments
	}
	return h, size, nil
}

// accept turns a frame into a message, or adds it to one.
func (r *Reader) accept(f frame) (Message, bool, *Error) {
	op, payload := f.header.OpCode, f.payload
	if !op.IsControl() && (!f.header.Fin || r.fragments() > 0) {
		p := r.hold()
		if p.fragments == 0 {
			p.op = op
		}
		p.fragments++
		p.message = append(p.message, payload...)
		if !f.header.Fin {
			return Message{}, false, nil
		}
		op, payload, p.done = p.op, p.message, true
	}
	if op == ws.OpText && !utf8.Valid(payload) {
		return Message{}, false, errUTF8
	}
	return Message{op, payload}, true, nil
}

func (r *Reader) fragments() int {
	if r.part == nil {
		return 0
	}
	return r.part.fragments
}

func (r *Reader) hold() *part {
	if r.part == nil {
		r.part = parts.Get().(*part)
	}
	return r.part
}

// forget gives the memory back when nothing is incomplete. What completed a message took all bytes of the frame.
func (r *Reader) forget() {
	if p := r.part; p != nil && (p.done || p.fragments == 0 && len(p.frame) == 0) {
		r.Release()
	}
}

// Release gives the Reader's memory back, the payload of the last message with it. It must be called when the
// connection ends.
func (r *Reader) Release() {
	p := r.part
	if p == nil {
		return
	}
	r.part = nil
	if cap(p.frame) > maxPooled || cap(p.message) > maxPooled {
		return
	}
	*p = part{frame: p.frame[:0], message: p.message[:0]}
	parts.Put(p)
}
