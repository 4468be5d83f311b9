package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Kind says what an Envelope asks of an edge.
type Kind uint8

// The kinds of envelopes.
const (
	// Message carries a MESSAGE frame for all members of the room. It charges the room's bucket.
	Message Kind = 1 + iota
	// Event carries an EVENT frame for all members of the room.
	Event
	// Disconnect carries the EVENT frame of a disconnect for all members of the room; then every connection of UserID in
	// it is closed with Reason.
	Disconnect
)

// Sizes of an Envelope, in bytes.
const (
	MaxRoomSize    = 64
	MaxUserIDSize  = 4 * 128 // 128 characters
	MaxReasonSize  = 4 * 256 // 256 characters
	MaxActionSize  = 64
	MaxPayloadSize = 64 << 10

	// FrameSpare is the room in front of the payload of a parsed envelope: the largest WebSocket header of a server
	// (RFC 6455 section 5.2, no mask).
	FrameSpare = 10
)

// Envelope is what travels between edges, and from control planes to edges.
type Envelope struct {
	Kind Kind
	// Room is the id of the room: 1 to 64 of [a-zA-Z0-9_-], so that it can be part of a subject.
	Room string
	// UserID and Reason belong to a Disconnect, and are empty otherwise.
	UserID, Reason string
	// Action is the metric label of an Event or Disconnect: SEND_EVENT, DELETE_MESSAGE, DISCONNECT_USER.
	Action string
	// Origin is the connection whose request this answers, when that matters to its process; see NewOrdered.
	Origin Origin
	// Payload is the JSON of the frame, ready for clients. At most 64 KiB.
	Payload []byte

	frame []byte // FrameSpare bytes and the payload, when parsed
}

// Origin names a connection of one of the edges of a node, in that edge's own terms. The zero Origin is nobody.
type Origin struct {
	Process uint8 // 1 and up; 0: nobody
	Loop    uint16
	Slot    uint32
	Gen     uint32
}

// originSize is what an Origin takes besides its process, in bytes.
const originSize = 2 + 4 + 4

// Frame returns the payload of a parsed envelope with FrameSpare bytes in front of it, which the caller may overwrite:
// a WebSocket header written to the end of them makes the frame without a copy. It shares memory with Payload and is nil
// for an envelope that was not parsed.
func (e *Envelope) Frame() []byte { return e.frame }

// version is the first byte of an encoded envelope. A node that meets another drops the message and counts it.
const version = 1

// envelopeFixed is the size of what is always there: version, kind, process, and the lengths of the four strings. With
// the one byte that a room has at least it is no less than FrameSpare.
const envelopeFixed = 3 + 1 + 2 + 2 + 1

// Errors of the codec.
var (
	ErrEnvelopeSize    = errors.New("envelope: a field is too long")
	ErrEnvelopeVersion = errors.New("envelope: unknown version")
	ErrEnvelopeForm    = errors.New("envelope: malformed")
)

// AppendEnvelope appends the encoding of e to b:
//
//	version  kind  process  origin  len(room) room  len(user) user  len(reason) reason  len(action) action  payload
//	1        1     1        10      1               2               2                   1                   the rest
//
// Numbers are big-endian. An origin is there when its process is not 0. The payload is last, so that a receiver has room
// in front of it.
func AppendEnvelope(b []byte, e *Envelope) ([]byte, error) {
	if err := e.check(); err != nil {
		return b, err
	}
	b = append(b, version, byte(e.Kind), e.Origin.Process)
	if e.Origin.Process != 0 {
		b = binary.BigEndian.AppendUint16(b, e.Origin.Loop)
		b = binary.BigEndian.AppendUint32(b, e.Origin.Slot)
		b = binary.BigEndian.AppendUint32(b, e.Origin.Gen)
	}
	b = append(b, byte(len(e.Room)))
	b = append(b, e.Room...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(e.UserID)))
	b = append(b, e.UserID...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(e.Reason)))
	b = append(b, e.Reason...)
	b = append(b, byte(len(e.Action)))
	b = append(b, e.Action...)
	return append(b, e.Payload...), nil
}

func (e *Envelope) check() error {
	switch {
	case e.Kind < Message || e.Kind > Disconnect:
		return fmt.Errorf("%w: unknown kind", ErrEnvelopeForm)
	case !validRoom(e.Room):
		return ErrRoom
	case e.Origin.Process == 0 && e.Origin != (Origin{}):
		return fmt.Errorf("%w: an origin without its process", ErrEnvelopeForm)
	case e.Kind != Disconnect && (e.UserID != "" || e.Reason != ""):
		return fmt.Errorf("%w: only a disconnect has a user and a reason", ErrEnvelopeForm)
	case len(e.UserID) > MaxUserIDSize, len(e.Reason) > MaxReasonSize, len(e.Action) > MaxActionSize,
		len(e.Payload) > MaxPayloadSize:
		return ErrEnvelopeSize
	}
	return nil
}

// ParseEnvelope decodes an envelope. It takes b over: Payload and Frame share its memory, and the caller must not use b
// afterwards. The strings do not.
func ParseEnvelope(b []byte) (Envelope, error) {
	if len(b) < envelopeFixed {
		return Envelope{}, ErrEnvelopeForm
	}
	if b[0] != version {
		return Envelope{}, ErrEnvelopeVersion
	}
	e := Envelope{Kind: Kind(b[1])}
	rest, ok := b[3:], true
	if e.Origin.Process = b[2]; e.Origin.Process != 0 {
		if len(rest) < originSize {
			return Envelope{}, ErrEnvelopeForm
		}
		e.Origin.Loop = binary.BigEndian.Uint16(rest)
		e.Origin.Slot = binary.BigEndian.Uint32(rest[2:])
		e.Origin.Gen = binary.BigEndian.Uint32(rest[6:])
		rest = rest[originSize:]
	}
	cut := func(width int) string {
		if !ok || len(rest) < width {
			ok = false
			return ""
		}
		n := int(rest[0])
		if width == 2 {
			n = int(binary.BigEndian.Uint16(rest))
		}
		rest = rest[width:]
		if len(rest) < n {
			ok = false
			return ""
		}
		s := rest[:n]
		rest = rest[n:]
		return string(s)
	}
	e.Room, e.UserID, e.Reason, e.Action = cut(1), cut(2), cut(2), cut(1)
	if !ok {
		return Envelope{}, ErrEnvelopeForm
	}
	e.Payload = rest
	if err := e.check(); err != nil {
		return Envelope{}, err
	}
	e.frame = b[len(b)-len(rest)-FrameSpare : len(b) : len(b)]
	return e, nil
}

// validRoom reports whether a room id can be a token of a NATS subject, which must hold neither '.', '*', '>' nor space.
func validRoom(id string) bool {
	if id == "" || len(id) > MaxRoomSize {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
