package wsproto

import (
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

const (
	text = byte(ws.OpText)
	bin  = byte(ws.OpBinary)
	more = byte(ws.OpContinuation)
	ping = byte(ws.OpPing)
	pong = byte(ws.OpPong)
	shut = byte(ws.OpClose)
)

func join(frames ...[]byte) (stream []byte) {
	for _, f := range frames {
		stream = append(stream, f...)
	}
	return stream
}

func TestReadMessages(t *testing.T) {
	f := func(name string, stream []byte, want ...got) {
		t.Helper()
		everyCut(t, name, stream, 1<<20, want, nil)
	}
	// RFC 6455 section 5.7: "A single-frame masked text message".
	f("example", []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}, got{ws.OpText, "Hello"})
	f("nothing", nil)
	f("empty text", textFrame(""), got{ws.OpText, ""})
	f("empty binary", frameOf(fin|bin, ""), got{ws.OpBinary, ""})
	f("two", join(textFrame("a"), textFrame("b")), got{ws.OpText, "a"}, got{ws.OpText, "b"})
	f("binary need not be UTF-8", frameOf(fin|bin, "\xff\x00"), got{ws.OpBinary, "\xff\x00"})
	// Every form of the length, on both sides of its borders.
	for _, n := range []int{1, 124, 125, 126, 127, 255, 256, 0xffff, 0x10000, 0x10001} {
		s := strings.Repeat("xyz", n)[:n]
		f("length", textFrame(s), got{ws.OpText, s})
	}
	// Control frames, with and without payload. Section 5.5.3 lets a pong come unasked.
	f("control", join(frameOf(fin|ping, ""), frameOf(fin|ping, "p"), frameOf(fin|pong, "q"), frameOf(fin|shut, "\x03\xe8bye")),
		got{ws.OpPing, ""}, got{ws.OpPing, "p"}, got{ws.OpPong, "q"}, got{ws.OpClose, "\x03\xe8bye"})
	f("largest control", frameOf(fin|ping, strings.Repeat("p", 125)), got{ws.OpPing, strings.Repeat("p", 125)})
	f("controls are not text", frameOf(fin|ping, "\xff"), got{ws.OpPing, "\xff"})

	// Section 5.4: "A fragmented message consists of a single frame with the FIN bit clear and an opcode other than 0,
	// followed by zero or more frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame
	// with the FIN bit set and an opcode of 0."
	f("two fragments", join(frameOf(text, "Hel"), frameOf(fin|more, "lo")), got{ws.OpText, "Hello"})
	f("three fragments, then a whole", join(frameOf(bin, "a"), frameOf(more, "b"), frameOf(fin|more, "c"), textFrame("d")),
		got{ws.OpBinary, "abc"}, got{ws.OpText, "d"})
	f("empty fragments", join(frameOf(text, ""), frameOf(more, ""), frameOf(fin|more, "")), got{ws.OpText, ""})
	f("empty but one", join(frameOf(text, ""), frameOf(more, "a"), frameOf(more, ""), frameOf(fin|more, "")), got{ws.OpText, "a"})
	f("two fragmented", join(frameOf(text, "a"), frameOf(fin|more, "b"), frameOf(bin, "c"), frameOf(fin|more, "d")),
		got{ws.OpText, "ab"}, got{ws.OpBinary, "cd"})
	// "Control frames MAY be injected in the middle of a fragmented message."
	f("controls between fragments",
		join(frameOf(fin|ping, "1"), frameOf(text, "a"), frameOf(fin|ping, "2"), frameOf(fin|pong, ""), frameOf(more, "b"),
			frameOf(fin|ping, "3"), frameOf(fin|more, "c"), frameOf(fin|ping, "4")),
		got{ws.OpPing, "1"}, got{ws.OpPing, "2"}, got{ws.OpPong, ""}, got{ws.OpPing, "3"}, got{ws.OpText, "abc"}, got{ws.OpPing, "4"})
	f("close between fragments", join(frameOf(text, "a"), frameOf(fin|shut, "\x03\xe8")), got{ws.OpClose, "\x03\xe8"})
	// Section 5.6: "a particular text frame might include a partial UTF-8 sequence".
	f("character in four fragments",
		join(frameOf(text, "\xf0"), frameOf(more, "\x9f"), frameOf(fin|ping, "\xff"), frameOf(more, "\x98"), frameOf(fin|more, "\x80")),
		got{ws.OpPing, "\xff"}, got{ws.OpText, "😀"})
	// What has not come whole is no message.
	f("half a frame", join(textFrame("a"), textFrame("bcd")[:8]), got{ws.OpText, "a"})
	f("half a message", join(textFrame("a"), frameOf(text, "b"), frameOf(more, "c")), got{ws.OpText, "a"})
}

func TestReadViolations(t *testing.T) {
	f := func(name string, stream []byte, violation *Error, before ...got) {
		t.Helper()
		everyCut(t, name, stream, 1<<20, before, violation)
		// What the peer sent before does not make it better, nor does what it sends later.
		hello := got{ws.OpText, "hello"}
		everyCut(t, name+" after a message", join(textFrame("hello"), stream), 1<<20, append([]got{hello}, before...), violation)
		everyCut(t, name+" before a message", join(stream, textFrame("hello")), 1<<20, before, violation)
	}
	// Section 5.2: RSV "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values".
	for _, rsv := range []byte{rsv1, rsv2, rsv3, rsv1 | rsv2 | rsv3} {
		f("reserved bits", frameOf(fin|rsv|text, "a"), errReservedBits)
		f("reserved bits of a control frame", frameOf(fin|rsv|ping, ""), errReservedBits)
		f("reserved bits of a continuation", join(frameOf(text, "a"), frameOf(fin|rsv|more, "b")), errReservedBits)
	}
	// Section 5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		f("reserved opcode", frameOf(fin|op, "a"), errReservedOpcode)
		f("reserved opcode", frameOf(op, ""), errReservedOpcode)
	}
	// Section 5.1: "The server MUST close the connection upon receiving a frame that is not masked."
	f("unmasked", []byte{fin | text, 1, 'a'}, errUnmasked)
	f("unmasked and empty", []byte{fin | text, 0}, errUnmasked)
	f("unmasked ping", []byte{fin | ping, 0}, errUnmasked)
	f("unmasked and long", []byte{fin | text, 126, 0, 200}, errUnmasked)
	// Section 5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
	for _, op := range []byte{ping, pong, shut} {
		f("long control", frameOf(fin|op, strings.Repeat("p", 126)), errControlTooLong)
		f("fragmented control", frameOf(op, "p"), errControlFragmented)
		f("continued control", join(frameOf(text, "a"), frameOf(op, "p")), errControlFragmented)
		f("control of 64 KiB", head(fin|op, 127, 1<<16), errControlTooLong)
	}
	// Section 5.4, both ways to get the order of fragments wrong.
	f("nothing to continue", frameOf(fin|more, "a"), errNothingToContinue)
	f("nothing to continue", frameOf(more, "a"), errNothingToContinue)
	f("continued after its end", join(frameOf(text, "a"), frameOf(fin|more, "b"), frameOf(fin|more, "c")), errNothingToContinue, got{ws.OpText, "ab"})
	f("text in a message", join(frameOf(text, "a"), textFrame("b")), errExpectedContinuation)
	f("binary in a message", join(frameOf(text, "a"), frameOf(bin, "b")), errExpectedContinuation)
	f("text in a message, a ping before", join(frameOf(text, ""), frameOf(fin|ping, ""), textFrame("b")), errExpectedContinuation, got{ws.OpPing, ""})
	// Section 5.2: "the minimal number of bytes MUST be used to encode the length", "the most significant bit MUST be 0".
	f("0 in 16 bits", head(fin|text, 126, 0), errLengthForm)
	f("125 in 16 bits", head(fin|text, 126, 125), errLengthForm)
	f("0 in 64 bits", head(fin|text, 127, 0), errLengthForm)
	f("65535 in 64 bits", head(fin|text, 127, 0xffff), errLengthForm)
	f("64-bit length", head(fin|text, 127, 1<<63), errLength)
	f("64-bit length", head(fin|text, 127, 1<<64-1), errLength)
	// Section 8.1: invalid UTF-8 fails the connection. It is found when a message is whole.
	for _, bad := range []string{"\xff", "a\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98", "κόσμε\xed\xa0\x80edited"} {
		f("invalid UTF-8", textFrame(bad), errUTF8)
		f("invalid UTF-8 in fragments", join(frameOf(text, bad[:1]), frameOf(fin|more, bad[1:])), errUTF8)
		f("invalid UTF-8 before an empty end", join(frameOf(text, bad), frameOf(fin|more, "")), errUTF8)
	}
}
