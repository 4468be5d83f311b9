package bus

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestEnvelopeRoundTrip(t *testing.T) {
	f := func(want Envelope) {
		t.Helper()
		data, err := AppendEnvelope([]byte("before"), &want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseEnvelope(data[len("before"):])
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != want.Kind || got.Room != want.Room || got.UserID != want.UserID || got.Reason != want.Reason ||
			got.Action != want.Action || got.Origin != want.Origin || !bytes.Equal(got.Payload, want.Payload) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		frame := got.Frame()
		if len(frame) != FrameSpare+len(want.Payload) || !bytes.Equal(frame[FrameSpare:], want.Payload) {
			t.Fatalf("frame is %q", frame)
		}
		// A header in front of the payload must not reach the other fields.
		clear(frame[:FrameSpare])
		if got.Room != want.Room || got.UserID != want.UserID || got.Reason != want.Reason || got.Action != want.Action {
			t.Fatal("the frame shares memory with a string")
		}
	}
	f(Envelope{Kind: Message, Room: "g1H2I3j4k5L6", Payload: []byte(`{"Type":"MESSAGE"}`)})
	f(Envelope{Kind: Event, Room: "g1H2I3j4k5L6", Action: "DELETE_MESSAGE", Payload: []byte(`{}`)})
	f(Envelope{Kind: Disconnect, Room: "g1H2I3j4k5L6", UserID: "übel", Reason: "be nice", Action: "DISCONNECT_USER"})
	f(Envelope{Kind: Message, Room: "a"})
	f(Envelope{Kind: Message, Room: "a", Origin: Origin{Process: 1}})
	f(Envelope{Kind: Event, Room: "a", Origin: Origin{Process: 63, Loop: 1 << 15, Slot: 1 << 31, Gen: 1<<32 - 1}, Payload: []byte("p")})
	f(Envelope{Kind: Disconnect, Room: strings.Repeat("r", MaxRoomSize), UserID: strings.Repeat("u", MaxUserIDSize),
		Reason: strings.Repeat("r", MaxReasonSize), Action: strings.Repeat("a", MaxActionSize),
		Payload: make([]byte, MaxPayloadSize)})
}

func TestEnvelopeRefusedToEncode(t *testing.T) {
	f := func(e Envelope, want error) {
		t.Helper()
		b, err := AppendEnvelope([]byte("before"), &e)
		if !errors.Is(err, want) || string(b) != "before" {
			t.Fatalf("got %q, %v, want %v", b, err, want)
		}
	}
	f(Envelope{Room: "r"}, ErrEnvelopeForm)
	f(Envelope{Kind: Disconnect + 1, Room: "r"}, ErrEnvelopeForm)
	f(Envelope{Kind: Message, Room: "r", UserID: "u"}, ErrEnvelopeForm)
	f(Envelope{Kind: Event, Room: "r", Reason: "u"}, ErrEnvelopeForm)
	f(Envelope{Kind: Event, Room: "r", Origin: Origin{Slot: 1}}, ErrEnvelopeForm)
	for _, room := range []string{"", "a.b", "*", ">", "a b", "ü", "a\n", strings.Repeat("r", MaxRoomSize+1)} {
		f(Envelope{Kind: Message, Room: room}, ErrRoom)
	}
	f(Envelope{Kind: Disconnect, Room: "r", UserID: strings.Repeat("u", MaxUserIDSize+1)}, ErrEnvelopeSize)
	f(Envelope{Kind: Disconnect, Room: "r", Reason: strings.Repeat("u", MaxReasonSize+1)}, ErrEnvelopeSize)
	f(Envelope{Kind: Event, Room: "r", Action: strings.Repeat("u", MaxActionSize+1)}, ErrEnvelopeSize)
	f(Envelope{Kind: Event, Room: "r", Payload: make([]byte, MaxPayloadSize+1)}, ErrEnvelopeSize)
}

func TestEnvelopeRefusedToParse(t *testing.T) {
	f := func(data string, want error) {
		t.Helper()
		if _, err := ParseEnvelope([]byte(data)); !errors.Is(err, want) {
			t.Fatalf("got %v, want %v", err, want)
		}
	}
	whole := "\x01\x03\x00\x01r\x00\x01u\x00\x01w\x01a"
	f(whole, nil)
	for n := range len(whole) {
		f(whole[:n], ErrEnvelopeForm)
	}
	f("\x02"+whole[1:], ErrEnvelopeVersion)
	f("\x01\x00"+whole[2:], ErrEnvelopeForm)     // no such kind
	f("\x01\x04"+whole[2:], ErrEnvelopeForm)     // no such kind
	f("\x01\x01"+whole[2:], ErrEnvelopeForm)     // a message with a user
	f("\x01\x03\x01"+whole[3:], ErrEnvelopeForm) // a process, and less than an origin
	f("\x01\x03\x01\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04"+whole[3:], nil)
	f("\x01\x03\x00\x01.\x00\x00\x00\x00\x00", ErrRoom) // not a room
	f("\x01\x03\x00\x01r\xff\xff"+strings.Repeat("u", 0xffff)+"\x00\x00\x00", ErrEnvelopeSize)
	f(whole+strings.Repeat("p", MaxPayloadSize+1), ErrEnvelopeSize)
}

func FuzzParseEnvelope(f *testing.F) {
	for _, e := range []Envelope{
		{Kind: Message, Room: "g1H2I3j4k5L6", Action: "SEND_MESSAGE", Payload: []byte(`{"Type":"MESSAGE"}`)},
		{Kind: Disconnect, Room: "g1H2I3j4k5L6", UserID: "u", Reason: "be nice", Action: "DISCONNECT_USER"},
		{Kind: Event, Room: "-"},
		{Kind: Event, Room: "-", Origin: Origin{Process: 2, Loop: 3, Slot: 4, Gen: 5}},
	} {
		data, err := AppendEnvelope(nil, &e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		original := bytes.Clone(data)
		e, err := ParseEnvelope(data)
		if err != nil {
			return
		}
		// There is one encoding for each envelope.
		again, err := AppendEnvelope(nil, &e)
		if err != nil || !bytes.Equal(again, original) {
			t.Fatalf("parsed %q, which encodes to %q, %v", original, again, err)
		}
		if frame := e.Frame(); len(frame) != FrameSpare+len(e.Payload) || cap(frame) != len(frame) {
			t.Fatalf("frame of %d bytes for a payload of %d", len(frame), len(e.Payload))
		}
	})
}
