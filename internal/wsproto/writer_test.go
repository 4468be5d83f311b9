package wsproto

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

func TestFrame(t *testing.T) {
	f := func(op ws.OpCode, size int, header ...byte) {
		t.Helper()
		payload := bytes.Repeat([]byte("xyz"), size/3+1)[:size]
		var want bytes.Buffer
		if err := ws.WriteFrame(&want, ws.NewFrame(op, true, payload)); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(want.Bytes(), header) || want.Len() != len(header)+size {
			t.Fatalf("%d bytes: gobwas writes another header than % x", size, header)
		}
		buf := append(bytes.Repeat([]byte{0xee}, Headroom), payload...)
		got := Frame(op, buf)
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%d bytes: Frame begins with % x, want % x", size, got[:min(len(got), 12)], header)
		}
		if &got[len(got)-1] != &buf[len(buf)-1] {
			t.Errorf("%d bytes: the payload was moved", size)
		}
		for _, prefix := range []string{"", "before"} {
			if got := AppendFrame([]byte(prefix), op, payload); string(got) != prefix+want.String() {
				t.Errorf("%d bytes: AppendFrame begins with % x, want % x", size, got[:min(len(got), 18)], header)
			}
		}
	}
	f(ws.OpText, 0, 0x81, 0)
	f(ws.OpText, 1, 0x81, 1)
	f(ws.OpText, 125, 0x81, 125)
	f(ws.OpText, 126, 0x81, 126, 0, 126)
	f(ws.OpText, 127, 0x81, 126, 0, 127)
	f(ws.OpText, 65535, 0x81, 126, 0xff, 0xff)
	f(ws.OpText, 65536, 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0)
	f(ws.OpBinary, 65537, 0x82, 127, 0, 0, 0, 0, 0, 1, 0, 1)
	f(ws.OpPing, 0, 0x89, 0)
	f(ws.OpPong, 125, 0x8a, 125)
}

func TestAppendClose(t *testing.T) {
	f := func(code ws.StatusCode, reason, wantReason string) {
		t.Helper()
		for _, prefix := range []string{"", "before"} {
			got := AppendClose([]byte(prefix), code, reason)
			want := append([]byte(prefix), ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(code, wantReason)))...)
			if !bytes.Equal(got, want) {
				t.Errorf("%d %q: got % x, want % x", code, reason, got, want)
			}
		}
		payload := AppendClose(nil, code, reason)[2:]
		gotCode, gotReason, err := ParseClose(payload)
		if err != nil || gotCode != code || gotReason != wantReason || len(payload) > maxControlPayload {
			t.Errorf("%d %q: is read as %d %q, %v", code, reason, gotCode, gotReason, err)
		}
	}
	f(1000, "", "")
	f(1000, "bye", "bye")
	f(4999, "😀", "😀")
	f(1000, strings.Repeat("r", 123), strings.Repeat("r", 123))
	f(1000, strings.Repeat("r", 124), strings.Repeat("r", 123))
	f(1000, strings.Repeat("😀", 64), strings.Repeat("😀", 30))
}

func TestCutReason(t *testing.T) {
	for _, c := range []string{"a", "é", "€", "😀"} {
		for lead := range 5 {
			for n := range 140 {
				in := strings.Repeat("a", lead) + strings.Repeat(c, n)
				got := CutReason(in)
				if !strings.HasPrefix(in, got) || len(got) > MaxCloseReason || !utf8.ValidString(got) {
					t.Fatalf("%q: got %q of %d bytes", in, got, len(got))
				}
				if got != in && len(got)+len(c) <= MaxCloseReason {
					t.Fatalf("%q: got %d bytes, one more character would fit", in, len(got))
				}
			}
		}
	}
}
