package wsproto

import (
	"bytes"
	"strings"
)

// StartsRequest reports whether b can be the start of an HTTP request: upper-case letters, then a space. It lets a peer
// that speaks another protocol be refused before it has sent a whole head.
func StartsRequest(b []byte) bool {
	const longestMethod = 16
	for i, c := range b {
		if c == ' ' {
			return i > 0
		}
		if c < 'A' || c > 'Z' || i == longestMethod {
			return false
		}
	}
	return true
}

var crlf = []byte("\r\n")

// HeadEnd returns the size of the request head at the start of b, its blank line included, or -1. The first scanned
// bytes are known to hold no end.
func HeadEnd(b []byte, scanned int) int {
	from := max(0, scanned-3)
	if i := bytes.Index(b[from:], []byte("\r\n\r\n")); i >= 0 {
		return from + i + 4
	}
	return -1
}

// once lists the header fields that a handshake has at most once, and what a request with two of one is told.
// Parsers differ on which of the two counts.
var once = [...]struct {
	name    []byte
	refusal *Refusal
}{
	{[]byte("Host"), refuseMalformed},                  // RFC 9112 section 3.2
	{[]byte("Sec-WebSocket-Key"), refuseMalformed},     // RFC 6455 section 11.3.1
	{[]byte("Sec-WebSocket-Version"), refuseMalformed}, // RFC 6455 section 11.3.5
	{[]byte("Sec-WebSocket-Protocol"), refuseTokens},   // may be repeated (section 11.3.4), but then it is two offers
}

// checkHead holds a request head against the grammar of RFC 9112 before the upgrader, which is lenient, sees it. A proxy
// on the way must not be able to read a head differently: bare line feeds, folded lines and spaces before a colon are
// refused, and so is anything behind the first blank line.
func checkHead(head []byte) *Refusal {
	line, rest, found := bytes.Cut(head, crlf)
	if !found || !isRequestLine(line) {
		return refuseMalformed
	}
	var seen [len(once)]bool
	for {
		line, rest, found = bytes.Cut(rest, crlf)
		if found && len(line) == 0 && len(rest) == 0 {
			return nil
		}
		name, value, colon := bytes.Cut(line, []byte{':'})
		if !found || !colon || !isToken(name) || !isFieldValue(value) {
			return refuseMalformed
		}
		for i := range once {
			if len(name) != len(once[i].name) || !bytes.EqualFold(name, once[i].name) {
				continue
			}
			if seen[i] {
				return once[i].refusal
			}
			seen[i] = true
		}
	}
}

// isRequestLine reports whether line is method, target and version with a space between each (RFC 9112 section 3).
func isRequestLine(line []byte) bool {
	method, rest, _ := bytes.Cut(line, []byte{' '})
	target, version, _ := bytes.Cut(rest, []byte{' '})
	for _, c := range target {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	return isToken(method) && len(target) > 0 &&
		len(version) == 8 && string(version[:5]) == "HTTP/" && digit(version[5]) && version[6] == '.' && digit(version[7])
}

// isFieldValue reports whether b holds no control character but tabs (RFC 9110 section 5.5).
func isFieldValue(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isToken reports whether b is a token of HTTP (RFC 9110 section 5.6.2), so that it can be echoed in a header.
func isToken(b []byte) bool {
	for _, c := range b {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') &&
			strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return len(b) > 0
}
