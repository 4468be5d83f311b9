package wsproto

import (
	"strings"
	"testing"
)

func TestStartsRequest(t *testing.T) {
	f := func(b string, want bool) {
		t.Helper()
		if got := StartsRequest([]byte(b)); got != want {
			t.Errorf("%q: got %v", b, got)
		}
	}
	f("", true)
	f("G", true)
	f("GET", true)
	f("GET ", true)
	f("GET / HTTP/1.1\r\n", true)
	f("ABCDEFGHIJKLMNOP", true)
	f("ABCDEFGHIJKLMNOP ", true)
	f("ABCDEFGHIJKLMNOPQ", false)
	f(" GET", false)
	f("get ", false)
	f("\r\nGET ", false)
	f("GE\x00", false)
	f("\x16\x03\x01\x02\x00\x01", false) // a TLS client that speaks to the port without TLS
	f("\x81\x85", false)                 // a frame
}

// TestHeadEnd lets a head arrive in two pieces, cut at every offset, and in single bytes.
func TestHeadEnd(t *testing.T) {
	f := func(b string, want int) {
		t.Helper()
		if got := HeadEnd([]byte(b), 0); got != want {
			t.Errorf("%q: got %d, want %d", b, got, want)
		}
		scanned := 0
		for n := 1; n <= len(b); n++ {
			end := HeadEnd([]byte(b[:n]), scanned)
			if end != want && (end >= 0 || want >= 0 && n >= want) {
				t.Errorf("%q: got %d of the first %d bytes, want %d", b, end, n, want)
			}
			if end < 0 {
				scanned = n
			}
		}
		for n := range len(b) {
			if HeadEnd([]byte(b[:n]), 0) >= 0 {
				continue
			}
			if got := HeadEnd([]byte(b), n); got != want {
				t.Errorf("%q scanned to %d: got %d, want %d", b, n, got, want)
			}
		}
	}
	f("", -1)
	f("\r\n\r", -1)
	f("\r\n\r\n", 4)
	f("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27)
	f("GET / HTTP/1.1\r\nHost: a\r\n\r\n\x81\x80\x00\x00\x00\x00", 27)
	f("a\r\n\r\n\r\n\r\n", 5)
	f("a\n\nb\r\r\r\nc\r\n\n", -1)
	f(strings.Repeat("\r\n\r", 10), -1)
}

// TestCheckHead holds heads against the grammar, which the upgrader alone does not: everything here that is refused has
// been read in two ways by some pair of parsers.
func TestCheckHead(t *testing.T) {
	const request, host, end = "GET / HTTP/1.1\r\n", "Host: a\r\n", "\r\n"
	f := func(head string, want *Refusal) {
		t.Helper()
		if got := checkHead([]byte(head)); got != want {
			t.Errorf("%q: got %v, want %v", head, got, want)
		}
	}
	f(request+host+end, nil)
	f(request+end, nil) // what is missing is for the upgrader to say
	f("OPTIONS * HTTP/1.0\r\n"+end, nil)
	f("get /a?b=%20&c=é#! HTTP/2.0\r\n"+end, nil)
	f(request+"X-Empty:\r\nX-Tabs:\ta\tb\t\r\nX-Latin1: \xe9\r\n!#$%&'*+-.^_`|~: x\r\n"+end, nil)

	for _, line := range []string{
		"", " ", "GET", "GET /", "GET / ", "GET  HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET / / HTTP/1.1", " GET / HTTP/1.1",
		"GET\t/ HTTP/1.1", "G(T / HTTP/1.1", "GET /\x00 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /\n HTTP/1.1", "GET /\r HTTP/1.1",
		"GET / HTTP/1", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/01.1", "GET / HTTP/+1.1", "GET / http/1.1", "GET / HTTP/1,1", "GET / HTTPS/1.1",
	} {
		f(line+"\r\n"+host+end, refuseMalformed)
	}
	for _, line := range []string{
		"Host", ": a", "Host : a", "Ho st: a", " Host: a", "\tHost: a", "H\x00st: a", "Hóst: a", "\"Host\": a",
		"X: a\nHost: b", "X: a\rHost: b", "X: a\x00", "X: a\x1f", "X: a\x7f", "X: a\r\n folded",
	} {
		f(request+line+end+end, refuseMalformed)
		f(request+host+line+end+end, refuseMalformed)
	}
	// A head that does not end, and one that ends twice.
	f("", refuseMalformed)
	f(end, refuseMalformed)
	f(strings.TrimSuffix(request, "\n"), refuseMalformed)
	f(request, refuseMalformed)
	f(request+host, refuseMalformed)
	f(request+host+"\r", refuseMalformed)
	f(request+host+"\n", refuseMalformed)
	f(request+host+end+end, refuseMalformed)
	f(request+end+host+end, refuseMalformed)
	f(request+host+end+request+host+end, refuseMalformed)
	f("GET / HTTP/1.1\nHost: a\n\n", refuseMalformed)

	// Two of what must be one, in any case.
	f(request+host+"hOST: a\r\n"+end, refuseMalformed)
	f(request+"Sec-WebSocket-Key: a\r\nSEC-WEBSOCKET-KEY: a\r\n"+end, refuseMalformed)
	f(request+"Sec-WebSocket-Version: 13\r\nsec-websocket-version: 13\r\n"+end, refuseMalformed)
	f(request+"Sec-WebSocket-Protocol: a\r\n"+host+"sec-websocket-protocol: b\r\n"+end, refuseTokens)
	f(request+"Cookie: a\r\nCookie: b\r\n"+end, nil)
}
