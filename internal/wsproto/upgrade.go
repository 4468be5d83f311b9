package wsproto

import (
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

// Upgrade reads one whole request head. It returns the only subprotocol that the client offers, which is the chat
// token, and appends the response that accepts the handshake and echoes the token to response. The token refers to no
// memory of head.
func Upgrade(head, response []byte) (token string, accepted []byte, refusal *Refusal) {
	if refusal := checkHead(head); refusal != nil {
		return "", nil, refusal
	}
	stream := upgradeStream{head: head, response: response}
	var offered bool
	upgrader := ws.Upgrader{
		// One buffer each for what is in memory already: large enough for any head and any response.
		ReadBufferSize: 4096, WriteBufferSize: 4096,
		ProtocolCustom: func(value []byte) (string, bool) {
			offered, token = true, string(value)
			return token, isToken(value)
		},
	}
	_, err := upgrader.Upgrade(&stream)
	switch {
	case offered && !isToken([]byte(token)):
		return "", nil, refuseTokens
	case err != nil:
		return "", nil, refusalOf(err)
	case !offered:
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
