package wsproto

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// peer reads stream with gobwas, as a server that keeps the same rules, and reports whether a rule was broken. gobwas
// lets two things pass that we do not, so they are looked for first: a length that is not in its shortest form, and a
// message of too many frames (of which streams here are too short to have one).
func peer(t testing.TB, stream []byte, limit int) (messages []got, broken bool) {
	t.Helper()
	if at := longForm(stream); at >= 0 {
		messages, _ = peer(t, stream[:at], limit)
		return messages, true
	}
	r := &wsutil.Reader{Source: bytes.NewReader(stream), State: ws.StateServerSide, MaxMessageSize: int64(limit)}
	r.OnIntermediate = func(h ws.Header, body io.Reader) error {
		payload, err := io.ReadAll(body)
		if err == nil && int64(len(payload)) < h.Length {
			return io.ErrUnexpectedEOF
		}
		messages = append(messages, got{h.OpCode, string(payload)})
		return err
	}
	for {
		h, err := r.NextFrame()
		if err != nil {
			return messages, !cutShort(err)
		}
		payload, err := io.ReadAll(r)
		switch {
		case err != nil:
			return messages, !cutShort(err)
		case h.OpCode == ws.OpText && !utf8.Valid(payload):
			return messages, true
		}
		messages = append(messages, got{h.OpCode, string(payload)})
	}
}

// cutShort reports whether gobwas only ran out of bytes.
func cutShort(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// longForm returns where the first frame begins whose length is longer than it need be, or -1.
func longForm(stream []byte) int {
	for src := bytes.NewReader(stream); ; {
		at := len(stream) - src.Len()
		h, err := ws.ReadHeader(src)
		if err != nil {
			return -1
		}
		if len(stream)-src.Len()-at != ws.HeaderSize(h) {
			return at
		}
		if h.Length > int64(src.Len()) {
			return -1
		}
		_, _ = src.Seek(h.Length, io.SeekCurrent)
	}
}

// compare reads stream in the given pieces and fails unless messages and verdict are gobwas's.
func compare(t testing.TB, stream []byte, limit int, next func() int) {
	t.Helper()
	var r Reader
	defer r.Release()
	messages, err := read(t, &r, stream, limit, next)
	want, broken := peer(t, stream, limit)
	if err != nil && !broken {
		// gobwas reads the mask before it looks at the length, and may not have found one.
		want, broken = peer(t, append(slices.Clone(stream), 0, 0, 0, 0), limit)
	}
	if broken != (err != nil) || !slices.Equal(messages, want) {
		t.Fatalf("% x\ngot  %q, %v\nwant %q, broken %v", stream, messages, err, want, broken)
	}
}

// TestLikeGobwas compares on streams that are mostly right, and on the same with one bit changed.
func TestLikeGobwas(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	for seed := range uint64(3000) {
		var stream []byte
		for range 1 + rnd.IntN(6) {
			op := []byte{text, bin, more, ping, pong, shut}[rnd.IntN(6)]
			if rnd.IntN(3) > 0 {
				op |= fin
			}
			payload := make([]byte, rnd.IntN(20))
			if rnd.IntN(8) == 0 {
				payload = make([]byte, rnd.IntN(400))
			}
			for i := range payload {
				payload[i] = byte('a' + rnd.IntN(26))
			}
			stream = append(stream, frameOf(op, string(payload))...)
		}
		compare(t, stream, 300, pieces(seed, len(stream)))
		stream[rnd.IntN(len(stream))] ^= 1 << rnd.IntN(8)
		compare(t, stream, 300, pieces(seed, len(stream)))
		compare(t, stream, 300, whole)
	}
}

// TestUTF8LikeGobwas compares the check of a whole text with the incremental one of gobwas, at every cut.
func TestUTF8LikeGobwas(t *testing.T) {
	for _, s := range []string{
		"", "Hello", "κόσμε", "\x00\x7f", "\xc2\x80\xdf\xbf", "\xe0\xa0\x80\xef\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\ufeff\ufffe",
		"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\x80", "\xbf", "\xfe", "\xff", "a\xc3", "a\xe2\x82", "a\xf0\x9f\x98",
	} {
		checker := wsutil.NewUTF8Reader(bytes.NewReader([]byte(s)))
		_, err := io.ReadAll(checker)
		want := err == nil && checker.Valid()
		for cut := range len(s) + 1 {
			var r Reader
			messages, err := read(t, &r, join(frameOf(text, s[:cut]), frameOf(fin|more, s[cut:])), 100, pieces(uint64(cut), 9))
			r.Release()
			if (err == nil) != want || want && !slices.Equal(messages, []got{{ws.OpText, s}}) {
				t.Errorf("%q cut at %d: got %q, %v, gobwas says %v", s, cut, messages, err, want)
			}
		}
	}
}
