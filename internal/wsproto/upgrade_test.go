package wsproto

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// exampleKey is the key of RFC 6455 section 1.3, which says what accepts it.
const exampleKey, exampleAccept = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

// request returns a handshake. Each edit replaces the header line of its name, or removes it when nothing is behind the
// colon; "GET..." replaces the first line.
func request(edits ...string) string {
	lines := []string{
		"GET / HTTP/1.1", "Host: edge.example.org", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Key: " + exampleKey, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: 1key.abc-DEF_09",
	}
	for _, edit := range edits {
		name, value, header := strings.Cut(edit, ":")
		at := 0
		if header {
			at = slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+":") })
		}
		switch {
		case at < 0:
			lines = append(lines, edit)
		case header && value == "":
			lines = slices.Delete(lines, at, at+1)
		default:
			lines[at] = edit
		}
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

func TestUpgrade(t *testing.T) {
	f := func(head, want string) {
		t.Helper()
		b := []byte(head)
		token, response, refusal := Upgrade(b, []byte("before"))
		if refusal != nil || token != want {
			t.Errorf("%q: got %q, %v, want %q", head, token, refusal, want)
			return
		}
		if string(b) != head {
			t.Errorf("%q: was changed to %q", head, b)
		}
		for i := range b {
			b[i] = 'X'
		}
		accept := "beforeHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: " + exampleAccept + "\r\nSec-WebSocket-Protocol: " + want + "\r\n\r\n"
		if string(response) != accept || token != want {
			t.Errorf("%q: answered %q, want %q", head, response, accept)
		}
	}
	const token = "1key.abc-DEF_09"
	f(request(), token)
	f(request("GET /some/path?query=1 HTTP/1.1"), token)
	f(request("GET / HTTP/1.2"), token) // "or higher", RFC 6455 section 4.1
	f(request("Upgrade: WebSocket"), token)
	f(request("Connection: keep-alive, Upgrade"), token) // Firefox
	f(request("Connection: upgrade"), token)
	f(request("Host:  "), token)
	f(request("Origin: https://other.example.com", "Cookie: a=b", "Cookie2: c"), token) // any origin is welcome
	f(strings.Replace(request(), "Sec-WebSocket-Protocol", "sec-websocket-PROTOCOL", 1), token)
	// Extensions are offered by every browser, and none is accepted.
	f(request("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), token)
	// The token may be any token of HTTP, with white space around it, and large.
	f(request("Sec-WebSocket-Protocol:\t !#$%&'*+-.^_`|~09azAZ \t"), "!#$%&'*+-.^_`|~09azAZ")
	f(request("Sec-WebSocket-Protocol: "+strings.Repeat("a", 4096)), strings.Repeat("a", 4096))
	f(request("Sec-WebSocket-Protocol: "+strings.Repeat("a", 10_000), "Cookie: "+strings.Repeat("b", 10_000)), strings.Repeat("a", 10_000))
}

func TestUpgradeRefuses(t *testing.T) {
	f := func(head string, want *Refusal) {
		t.Helper()
		token, response, refusal := Upgrade([]byte(head), []byte("before"))
		if refusal != want || token != "" || response != nil {
			t.Errorf("%.200q: got %v, %q, %q, want %v", head, refusal, token, response, want)
		}
	}
	// RFC 6455 section 4.2.1, in its order. First "An HTTP/1.1 or higher GET request".
	f(request("POST / HTTP/1.1"), refuseMethod)
	f(request("HEAD / HTTP/1.1"), refuseMethod)
	f(request("get / HTTP/1.1"), refuseMethod)
	f(request("GET / HTTP/1.0"), refuseHTTP)
	f(request("GET / HTTP/2.0"), refuseHTTP)
	f(request("GET / HTTP/0.9"), refuseHTTP)
	f(request("GET /"), refuseMalformed)
	f("", refuseMalformed)
	f("GET / HTTP/1.1\r\n\r\n", refuseUpgrade)
	// Host, Upgrade, Connection.
	f(request("Host:"), refuseUpgrade)
	f(request("Host: a\r\nHost: b"), refuseMalformed)
	f(request("Upgrade:"), refuseUpgrade)
	f(request("Upgrade: h2c"), refuseUpgrade)
	f(request("Upgrade: websocket2"), refuseUpgrade)
	f(request("Connection:"), refuseUpgrade)
	f(request("Connection: close"), refuseUpgrade)
	f(request("Connection: keep-alive"), refuseUpgrade)
	f(request("Connection: xupgrade"), refuseUpgrade)
	// Sec-WebSocket-Key and Sec-WebSocket-Version.
	f(request("Sec-WebSocket-Key:"), refuseUpgrade)
	f(request("Sec-WebSocket-Key: "+exampleKey[1:]), refuseUpgrade)
	f(request("Sec-WebSocket-Key: "+exampleKey+"="), refuseUpgrade)
	f(request("Sec-WebSocket-Version:"), refuseUpgrade)
	f(request("Sec-WebSocket-Version: 8"), refuseVersion)
	f(request("Sec-WebSocket-Version: 013"), refuseVersion)
	f(request("Sec-WebSocket-Version: 13, 8"), refuseVersion)
	// The token, and nothing that could end the header line it is echoed in.
	f(request("Sec-WebSocket-Protocol:"), refuseNoToken)
	f(request("Sec-WebSocket-Protocol: "), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a, b"), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a,"), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a b"), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a=="), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a/b"), refuseTokens)
	f(request("Sec-WebSocket-Protocol: \"a\""), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a\xc3\xa9"), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b"), refuseTokens)
	f(request("Sec-WebSocket-Protocol: a\nX: b"), refuseMalformed)
	f(request("Sec-WebSocket-Protocol: a\rX: b"), refuseMalformed)
	f(request("Sec-WebSocket-Protocol: a\x00"), refuseMalformed)
	// A head is whole and is one.
	for n := range len(request()) {
		f(request()[:n], refuseMalformed)
	}
	f(request()+"x", refuseMalformed)
	f(request()+request(), refuseMalformed)
}

// TestRefusalsAreOfHTTP checks what a refusal says: a status of an error, and one line that names no input.
func TestRefusalsAreOfHTTP(t *testing.T) {
	for _, r := range []*Refusal{refuseMalformed, refuseMethod, refuseHTTP, refuseUpgrade, refuseVersion, refuseNoToken, refuseTokens} {
		if r.Status < 400 || r.Status > 599 || http.StatusText(r.Status) == "" || r.Error() != r.Text || !isFieldValue([]byte(r.Text)) {
			t.Errorf("got %d %q", r.Status, r.Text)
		}
	}
}

// checkAccepted reads a response as a client would and fails unless it accepts the handshake with token and says no
// more than it must.
func checkAccepted(t *testing.T, response []byte, token string) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(response)), nil)
	if err != nil {
		t.Fatalf("%q: %v", response, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Upgrade") != "websocket" ||
		resp.Header.Get("Connection") != "Upgrade" || len(resp.Header.Get("Sec-WebSocket-Accept")) != 28 ||
		!slices.Equal(resp.Header["Sec-Websocket-Protocol"], []string{token}) {
		t.Fatalf("%q does not accept %q", response, token)
	}
	if len(resp.Header) != 4 || bytes.Count(response, crlf) != 6 || bytes.Count(response, []byte{'\n'}) != 6 || !bytes.HasSuffix(response, []byte("\r\n\r\n")) {
		t.Fatalf("%q has more lines than it must", response)
	}
}
