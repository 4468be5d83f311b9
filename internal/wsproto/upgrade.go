package wsproto

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/gobwas/ws"
)

// Refusal is why an opening handshake is refused: an HTTP status and a text for the client.
type Refusal struct {
	Status int
	Text   string
}

// Error implements error.
func (r *Refusal) Error() string { return r.Text }

// Refusals of requests that open no WebSocket connection (RFC 6455 section 4.2.1).
var (
	refuseMalformed = &Refusal{http.StatusBadRequest, "Request is not a well-formed HTTP/1.1 request"}
	refuseMethod    = &Refusal{http.StatusMethodNotAllowed, "Method must be GET"}
	refuseHTTP      = &Refusal{http.StatusHTTPVersionNotSupported, "HTTP version must be 1.1"}
	refuseUpgrade   = &Refusal{http.StatusBadRequest, "Request is not a WebSocket upgrade"}
	refuseVersion   = &Refusal{http.StatusUpgradeRequired, "Sec-WebSocket-Version must be 13"}
	refuseNoToken   = &Refusal{http.StatusUnauthorized, "Sec-WebSocket-Protocol must carry the chat token"}
	refuseTokens    = &Refusal{http.StatusUnauthorized, "Sec-WebSocket-Protocol must carry the chat token and nothing else"}
)

// Status line and text are no part of a Refusal's meaning to a browser, which shows neither; they are for people who
// read logs and for clients that are not browsers.

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

// HeadEnd returns the size of the request head at the start of b, its blank line included, or -1. The first scanned
// bytes are known to hold no end.
func HeadEnd(b []byte, scanned int) int {
	from := max(0, scanned-3)
	if i := bytes.Index(b[from:], []byte("\r\n\r\n")); i >= 0 {
		return from + i + 4
	}
	return -1
}

// Upgrade reads one whole request head. It returns the only subprotocol that the client offers, which is the chat
// token, and appends the response that accepts the handshake and echoes the token to response. The token refers to no
// memory of head.
func Upgrade(head, response []byte) (token string, accepted []byte, refusal *Refusal) {
	stream := upgradeStream{head: head, response: response}
	var offered int
	upgrader := ws.Upgrader{
		// One buffer each for what is in memory already: large enough for any head and any response.
		ReadBufferSize: 4096, WriteBufferSize: 4096,
		ProtocolCustom: func(value []byte) (string, bool) {
			offered++
			token = string(value)
			return token, isToken(value)
		},
		OnHeader: func(key, _ []byte) error {
			if len(key) == 0 {
				return ws.ErrMalformedRequest
			}
			return nil
		},
	}
	_, err := upgrader.Upgrade(&stream)
	switch {
	case offered > 0 && !isToken([]byte(token)):
		return "", nil, refuseTokens
	case err != nil:
		return "", nil, refusalOf(err)
	case offered == 0:
		return "", nil, refuseNoToken
	}
	return token, stream.response, nil
}

func refusalOf(err error) *Refusal {
	switch {
	case errors.Is(err, ws.ErrHandshakeBadProtocol):
		return refuseHTTP
	case errors.Is(err, ws.ErrHandshakeBadMethod):
		return refuseMethod
	case errors.Is(err, ws.ErrHandshakeUpgradeRequired):
		return refuseVersion
	case errors.Is(err, ws.ErrMalformedRequest), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return refuseMalformed
	}
	return refuseUpgrade
}

// isToken reports whether b is a token of HTTP (RFC 9110 section 5.6.2), so that it can be echoed in a header.
func isToken(b []byte) bool {
	for _, c := range b {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') &&
			!bytes.ContainsRune([]byte("!#$%&'*+-.^_`|~"), rune(c)) {
			return false
		}
	}
	return len(b) > 0
}

// upgradeStream is the connection as the upgrader sees it: exactly one head to read, so that no byte behind it is
// swallowed, and a response that is kept until the token's claim is decided.
type upgradeStream struct{ head, response []byte }

func (s *upgradeStream) Read(p []byte) (int, error) {
	if len(s.head) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.head)
	s.head = s.head[n:]
	return n, nil
}

func (s *upgradeStream) Write(p []byte) (int, error) {
	s.response = append(s.response, p...)
	return len(p), nil
}
