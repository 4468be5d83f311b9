package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// busyRoom creates a room whose own rate limit is out of the way.
func (b *backend) busyRoom() string {
	b.t.Helper()
	return b.room(func(in *ivschat.CreateRoomInput) { in.MaximumMessageRatePerSecond = aws.Int32(100) })
}

const hello = `{"Action":"SEND_MESSAGE","Content":"` + content + `"}`

// Every frame that RFC 6455 forbids ends the connection with the status code that it asks for.
func TestIllegalFrames(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)

	ping := func(n int) rawws.Frame { return rawws.Frame{Opcode: rawws.Ping, Payload: bytes.Repeat([]byte("p"), n)} }
	type frames = []rawws.Frame
	cases := []struct {
		name   string
		frames frames
		code   uint16
	}{
		{"an unmasked text", frames{{Opcode: rawws.Text, Unmasked: true, Payload: []byte(hello)}}, 1002},
		{"an unmasked ping", frames{{Opcode: rawws.Ping, Unmasked: true}}, 1002},
		{"an unmasked close", frames{{Opcode: rawws.Close, Unmasked: true}}, 1002},
		{"a ping of 126 bytes", frames{ping(126)}, 1002},
		{"a close of 126 bytes", frames{rawws.CloseFrame(1000, strings.Repeat("r", 124))}, 1002},
		{"a ping in fragments", frames{{Opcode: rawws.Ping, More: true}, {}}, 1002},
		{"a close in fragments", frames{{Opcode: rawws.Close, More: true}, {}}, 1002},
		{"a continuation of nothing", frames{{Payload: []byte(hello)}}, 1002},
		{"a first continuation of nothing", frames{{More: true, Payload: []byte(hello)}}, 1002},
		{"a text inside a text", frames{{Opcode: rawws.Text, More: true, Payload: []byte(hello)}, rawws.TextFrame(hello)}, 1002},
		{"a binary inside a text", frames{{Opcode: rawws.Text, More: true}, {Opcode: rawws.Binary}}, 1002},
		{"a length with its top bit set", frames{{Opcode: rawws.Text, DeclaredLength: 1 << 63}}, 1002},
		{"a message over the cap", frames{rawws.TextFrame(strings.Repeat("x", 32<<10+1))}, 1009},
		{"a declared length of 1 TB", frames{{Opcode: rawws.Text, DeclaredLength: 1 << 40}}, 1009},
		{"fragments over the cap", frames{
			{Opcode: rawws.Text, More: true, Payload: bytes.Repeat([]byte("x"), 20<<10)},
			{Payload: bytes.Repeat([]byte("x"), 20<<10)},
		}, 1009},
		{"text that is not UTF-8", frames{rawws.TextFrame("{\"Action\":\"SEND_MESSAGE\",\"Content\":\"\xff\"}")}, 1007},
		{"text that ends inside a character", frames{rawws.TextFrame(hello + "\xe2\x82")}, 1007},
		{"a surrogate in text", frames{rawws.TextFrame("\xed\xa0\x80")}, 1007},
		{"an overlong form in text", frames{rawws.TextFrame("\xc0\xaf")}, 1007},
		{"fragments that are not UTF-8", frames{{Opcode: rawws.Text, More: true, Payload: []byte("\xe2\x82")}, {Payload: []byte("x")}}, 1007},
		{"a close of 1 byte", frames{{Opcode: rawws.Close, Payload: []byte{3}}}, 1002},
		{"a close with a reason that is not UTF-8", frames{rawws.CloseFrame(1000, "\xff")}, 1007},
	}
	for _, rsv := range []byte{1, 2, 4, 7} {
		cases = append(cases, struct {
			name   string
			frames frames
			code   uint16
		}{fmt.Sprintf("reserved bits %03b", rsv), frames{{Opcode: rawws.Text, RSV: rsv, Payload: []byte(hello)}}, 1002})
	}
	for _, opcode := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		cases = append(cases, struct {
			name   string
			frames frames
			code   uint16
		}{fmt.Sprintf("opcode %d", opcode), frames{{Opcode: opcode}}, 1002})
	}
	for _, code := range []uint16{1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535} {
		cases = append(cases, struct {
			name   string
			frames frames
			code   uint16
		}{fmt.Sprintf("a close with code %d", code), frames{rawws.CloseFrame(code, "")}, 1002})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := b.in(t).illegal(room)
			if err := v.conn.Send(c.frames...); err != nil {
				t.Fatal(err)
			}
			v.closes(c.code)
		})
	}
}

// illegal joins a user who passes over what others send.
func (b *backend) illegal(room string) *viewer {
	b.t.Helper()
	v := b.join(room, "illegal")
	heard := v.frames
	own := make(chan frame, backlog)
	go func() {
		defer close(own)
		for f := range heard {
			if f.Sender.UserID != "healthy-sender" {
				own <- f
			}
		}
	}()
	v.frames = own
	return v
}

// A close frame is answered with its own code.
func TestClose(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	for code, want := range map[uint16]uint16{0: 0, 1000: 1000, 1001: 1001, 1012: 1012, 3000: 3000, 4999: 4999} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			v := b.in(t).join(room, "u")
			if err := v.conn.Send(rawws.CloseFrame(code, "bye"), rawws.TextFrame(hello)); err != nil {
				t.Fatal(err)
			}
			if want == 0 {
				// An empty close may be answered with an empty one or with 1000.
				if f, err := v.tryNext(patience); err == nil {
					t.Fatalf("got %s", f.raw)
				}
				return
			}
			v.closes(want)
		})
	}
}

// What RFC 6455 allows works, however unusual it is.
func TestUnusualFrames(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()

	message := func(content string) []byte {
		out, err := json.Marshal(map[string]string{"Action": "SEND_MESSAGE", "Content": content})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Run("JSON in a binary frame", func(t *testing.T) {
		v := b.in(t).join(room, "binary")
		if err := v.conn.Send(rawws.Frame{Opcode: rawws.Binary, Payload: message("binary")}); err != nil {
			t.Fatal(err)
		}
		v.hears("binary")
	})
	t.Run("bytes that are not UTF-8 in a binary frame", func(t *testing.T) {
		v := b.in(t).join(room, "binary")
		if err := v.conn.Send(rawws.Frame{Opcode: rawws.Binary, Payload: []byte("{\"Action\":\"SEND_MESSAGE\",\"Content\":\"\xff\"}")}); err != nil {
			t.Fatal(err)
		}
		if f, err := v.tryNext(patience); err == nil && f.ErrorCode != 400 {
			t.Fatalf("got %s, want error 400 or a close", f.raw)
		}
	})
	t.Run("one fragment for each byte, with pings between", func(t *testing.T) {
		v := b.in(t).join(room, "fragments")
		text := message("grüße €😀")
		frames := []rawws.Frame{{Opcode: rawws.Text, More: true, Payload: text[:1]}}
		for i := 1; i < len(text); i++ {
			if i%20 == 0 {
				frames = append(frames, rawws.Frame{Opcode: rawws.Ping, Payload: []byte("between")})
			}
			frames = append(frames, rawws.Frame{More: i < len(text)-1, Payload: text[i : i+1]})
		}
		if err := v.conn.Send(frames...); err != nil {
			t.Fatal(err)
		}
		v.hears("grüße €😀")
	})
	t.Run("empty fragments", func(t *testing.T) {
		v := b.in(t).join(room, "empty fragments")
		if err := v.conn.Send(rawws.Frame{Opcode: rawws.Text, More: true}, rawws.Frame{More: true},
			rawws.Frame{More: true, Payload: message("empty fragments")}, rawws.Frame{}); err != nil {
			t.Fatal(err)
		}
		v.hears("empty fragments")
	})
	t.Run("ten messages in one segment", func(t *testing.T) {
		v := b.in(t).join(room, "segment")
		var frames []rawws.Frame
		for i := range 10 {
			frames = append(frames, rawws.Frame{Opcode: rawws.Text, Payload: message(fmt.Sprint("segment ", i))})
		}
		if err := v.conn.Send(frames...); err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			v.hears(fmt.Sprint("segment ", i))
		}
	})
	t.Run("a message of the largest size", func(t *testing.T) {
		v := b.in(t).join(room, "largest")
		text := message("largest")
		text = append(text, bytes.Repeat([]byte(" "), 32<<10-len(text))...)
		if err := v.conn.Send(rawws.Frame{Opcode: rawws.Text, Payload: text}); err != nil {
			t.Fatal(err)
		}
		v.hears("largest")
	})
	t.Run("a pong that nobody asked for", func(t *testing.T) {
		v := b.in(t).join(room, "pong")
		if err := v.conn.Send(rawws.Frame{Opcode: rawws.Pong, Payload: []byte("unasked")}); err != nil {
			t.Fatal(err)
		}
		v.say("pong")
		v.hears("pong")
	})
}

// A ping is answered with its payload, also in the middle of a fragmented message.
func TestPing(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	conn, err := rawws.Open(s.Edge, b.token(b.room(nil), "u", everything...))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	for _, payload := range []string{"", "x", strings.Repeat("\x00\xff", 62) + "y"} {
		if err := conn.Send(
			rawws.Frame{Opcode: rawws.Text, More: true, Payload: []byte(hello[:9])},
			rawws.Frame{Opcode: rawws.Ping, Payload: []byte(payload)},
		); err != nil {
			t.Fatal(err)
		}
		f, err := conn.ReadFrame()
		if err != nil || f.Opcode != rawws.Pong || string(f.Payload) != payload {
			t.Fatalf("got opcode %d with %d bytes, %v, want the pong of %d bytes", f.Opcode, len(f.Payload), err, len(payload))
		}
		if err := conn.Send(rawws.Frame{Payload: []byte(hello[9:])}); err != nil {
			t.Fatal(err)
		}
		if text, err := conn.ReadText(); err != nil || !strings.Contains(string(text), content) {
			t.Fatalf("got %s, %v, want the echo of the fragmented message", text, err)
		}
	}
}

// A message may arrive in any two pieces.
func TestMessageInPieces(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)
	frame := rawws.TextFrame(`{"Action":"SEND_MESSAGE","Content":"pieces"}`).Bytes()
	var v *viewer
	for cut := 1; cut < len(frame); cut++ {
		// A connection may send ten messages at once, then one each 100 ms: a new one is quicker.
		if v == nil || cut%10 == 0 {
			v = b.illegal(room)
		}
		for _, piece := range [][]byte{frame[:cut], frame[cut:]} {
			if _, err := v.conn.Write(piece); err != nil {
				t.Fatalf("cut at byte %d: %v", cut, err)
			}
		}
		v.hears("pieces")
		if cut%10 == 9 {
			_ = v.conn.Close()
		}
	}
}
