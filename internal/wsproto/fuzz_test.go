package wsproto

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// FuzzReader compares with gobwas: the same messages and the same verdict, however the stream arrives.
func FuzzReader(f *testing.F) {
	f.Add(textFrame("Hello"), uint64(1), uint16(100))
	f.Add(join(frameOf(text, "\xf0\x9f"), frameOf(fin|ping, "p"), frameOf(fin|more, "\x98\x80"), frameOf(fin|shut, "\x03\xe8")), uint64(2), uint16(0))
	f.Add(head(fin|bin, 127, 1<<62), uint64(3), uint16(1000))
	f.Add(join(frameOf(bin, ""), head(fin|more, 126, 300)), uint64(4), uint16(299))
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64, limit uint16) {
		if len(stream) > minFragments*6 {
			return // it could hold a message of more frames than are allowed, which gobwas does not count
		}
		atLeast := maxControlPayload + int(limit) // gobwas holds control frames against the limit too
		compare(t, stream, atLeast, whole)
		compare(t, stream, atLeast, pieces(seed, 1+len(stream)/2))
		compare(t, stream, atLeast, func() int { return 1 })
	})
}

// FuzzUpgrade holds what is accepted against net/http: the request must be one there too, with that token and no other,
// and the response must accept it and say nothing else.
func FuzzUpgrade(f *testing.F) {
	f.Add([]byte(request()))
	f.Add([]byte(request("Sec-WebSocket-Protocol: a\r\nsec-websocket-protocol: b", "Connection: keep-alive, Upgrade")))
	f.Add([]byte(request("Upgrade: WEBSOCKET", "X: y\n\nGET / HTTP/1.1")))
	f.Fuzz(func(t *testing.T, head []byte) {
		before := slices.Clone(head)
		token, response, refusal := Upgrade(head, nil)
		if !bytes.Equal(head, before) {
			t.Fatal("the head was changed")
		}
		if refusal != nil {
			if token != "" || response != nil || refusal.Status < 400 {
				t.Fatalf("refused with %v, and gave %q, %q", refusal, token, response)
			}
			return
		}
		checkAccepted(t, response, token)
		if end := HeadEnd(head, 0); end != len(head) || !StartsRequest(head) {
			t.Fatalf("accepted a head that ends at %d of %d", end, len(head))
		}
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
		if err != nil {
			return // net/http has opinions about targets and lengths of bodies that are nothing to a handshake
		}
		if r.Method != http.MethodGet || !slices.Equal(r.Header["Sec-Websocket-Protocol"], []string{token}) || len(r.Header["Sec-Websocket-Key"]) != 1 {
			t.Fatalf("net/http reads %s with %q, we read %q", r.Method, r.Header, token)
		}
	})
}

// FuzzParseClose checks that what is accepted can be sent back, and that gobwas agrees but for the codes that it knows
// otherwise.
func FuzzParseClose(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x03\xe8bye"))
	f.Add([]byte("\x03\xf4\xff"))
	f.Add([]byte("\x0f\xa0😀"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		code, reason, violation := ParseClose(payload)
		if len(payload) == 0 {
			if code != ws.StatusNoStatusRcvd || reason != "" || violation != nil {
				t.Fatalf("got %d %q, %v", code, reason, violation)
			}
			return
		}
		theirs, text := ws.ParseCloseFrameData(payload)
		broken := ws.CheckCloseFrameData(theirs, text) != nil
		if ours := violation != nil; ours != broken && !(theirs >= 1012 && theirs <= 1014) && theirs < 5000 {
			t.Fatalf("% x: got %v, gobwas says %v", payload, violation, broken)
		}
		if violation != nil {
			return
		}
		if code != theirs || reason != text || !utf8.ValidString(reason) {
			t.Fatalf("% x: got %d %q, gobwas reads %d %q", payload, code, reason, theirs, text)
		}
		if sent := AppendClose(nil, code, reason); len(payload) <= maxControlPayload && !bytes.Equal(sent[2:], payload) {
			t.Fatalf("% x is sent back as % x", payload, sent)
		}
	})
}
