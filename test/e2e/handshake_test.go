package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// refused sends request and returns the server's refusal, which must have one of the statuses and a body that says so.
func (s *server) refused(t *testing.T, request string, statuses ...int) {
	t.Helper()
	conn, err := rawws.Dial(s.Edge)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	// The server may refuse before it has read all: then writing fails, and the answer is there all the same.
	go func() { _, _ = io.WriteString(conn, request) }()
	checkRefusal(t, conn.ReadUpgrade(""), statuses...)
	if err := conn.ReadEnd(); err != nil {
		t.Errorf("after the refusal: %v", err)
	}
}

// checkRefusal fails the test unless err is a refusal with one of the statuses, and a JSON body that repeats it.
func checkRefusal(t *testing.T, err error, statuses ...int) {
	t.Helper()
	var refusal *rawws.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with status %v", err, statuses)
	}
	var body struct {
		ErrorCode    int
		ErrorMessage string
	}
	if err := json.Unmarshal([]byte(refusal.Body), &body); err != nil {
		t.Errorf("the body of the refusal is not JSON: %v: %.100s", err, refusal.Body)
	}
	if body.ErrorCode != refusal.Status || body.ErrorMessage == "" {
		t.Errorf("status %d with body %.200s", refusal.Status, refusal.Body)
	}
	if got := refusal.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		t.Errorf("the refusal has Content-Type %q", got)
	}
	for _, want := range statuses {
		if refusal.Status == want {
			return
		}
	}
	t.Errorf("status %d (%s), want %v", refusal.Status, body.ErrorMessage, statuses)
}

func TestHandshakeRefusals(t *testing.T) {
	t.Parallel()
	s := serve(t)
	other := serve(t) // another server, with keys of its own
	b := s.backend()
	room := b.room(nil)
	b.chat(room)

	without := func(line string) string {
		request := rawws.Request(s.Edge, b.token(room, "u"))
		i := strings.Index(request, line)
		if i < 0 {
			t.Fatalf("the request has no %q", line)
		}
		end := i + strings.Index(request[i:], "\r\n") + 2
		return request[:i] + request[end:]
	}
	with := func(old, replacement string) string {
		return strings.Replace(rawws.Request(s.Edge, b.token(room, "u")), old, replacement, 1)
	}
	ask := func(token string, extra ...string) string { return rawws.Request(s.Edge, token, extra...) }
	good := func() string { return b.token(room, "u") }
	altered := func() string {
		// The last character but one: the last may carry bits that no byte of the token uses.
		tok := []byte(good())
		if i := len(tok) - 2; tok[i] == 'A' {
			tok[i] = 'B'
		} else {
			tok[i] = 'A'
		}
		return string(tok)
	}
	deleted := b.room(nil)
	orphan := b.token(deleted, "u")
	b.deleteRoom(deleted)
	expired := s.throng("token", "--data-dir", s.dataDir, "--dev", "--room", room, "--user", "u", "--ttl", "1s")
	expiry := time.Now().Add(time.Second)
	foreign := other.backend()
	foreignToken := foreign.token(foreign.room(nil), "u")

	time.Sleep(time.Until(expiry))
	for _, c := range []struct {
		name    string
		request string
		status  []int
	}{
		{"garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not HTTP at all\r\n\r\n", []int{400}},
		{"a line without a method", "hello\r\n\r\n", []int{400}},
		{"an empty head", "\r\n\r\n", []int{400}},
		{"a header of 1 MB", ask(good(), "X-Padding: "+strings.Repeat("x", 1<<20)), []int{431}},
		{"a head just over the cap", ask(good(), "X-Padding: "+strings.Repeat("x", 8<<10)), []int{431}},
		{"a head without end", strings.Repeat("X-Padding: xxxxxxxxxxxxxxxx\r\n", 1000), []int{400, 431}},
		{"10000 headers", ask(good(), strings.Split(strings.Repeat("A: b\n", 9999)+"A: b", "\n")...), []int{431}},
		{"POST", with("GET / ", "POST / "), []int{405}},
		{"HTTP/1.0", with("HTTP/1.1", "HTTP/1.0"), []int{505}},
		{"HTTP/2", with("HTTP/1.1", "HTTP/2.0"), []int{505}},
		{"no Upgrade", without("Upgrade: "), []int{400}},
		{"no Connection", without("Connection: "), []int{400}},
		{"another Upgrade", with("Upgrade: websocket", "Upgrade: h2c"), []int{400}},
		{"no Host", without("Host: "), []int{400}},
		{"no key", without("Sec-WebSocket-Key: "), []int{400}},
		{"a short key", with(rawws.Key, "c2hvcnQ="), []int{400}},
		{"no version", without("Sec-WebSocket-Version: "), []int{400}},
		{"version 8", with("Version: 13", "Version: 8"), []int{426}},
		{"no token", ask(""), []int{401}},
		{"an empty token", ask("", "Sec-WebSocket-Protocol: "), []int{401}},
		{"two subprotocols", ask(good() + ", chat"), []int{401}},
		{"two subprotocol headers", ask(good(), "Sec-WebSocket-Protocol: chat"), []int{401}},
		{"a malformed token", ask("chat"), []int{401}},
		{"a token of 7 KB", ask("1dev." + strings.Repeat("A", 7<<10)), []int{401}},
		{"a token that is not base64url", ask("1dev.&&&&"), []int{401}},
		{"an altered token", ask(altered()), []int{401}},
		{"a token cut short", ask(good()[:60]), []int{401}},
		{"an expired token", ask(expired), []int{401}},
		{"a token sealed elsewhere", ask(foreignToken), []int{401}},
		{"a token for a room that was deleted", ask(orphan), []int{404}},
	} {
		t.Run(c.name, func(t *testing.T) { s.refused(t, c.request, c.status...) })
	}

	t.Run("a used token", func(t *testing.T) {
		used := good()
		v := b.in(t).connect(used)
		s.refused(t, ask(used), 401)
		v.leave()
		s.refused(t, ask(used), 401)
	})
}

// A token that many connections present at the same time admits exactly one of them.
func TestTokenAdmitsOne(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	for range 10 {
		token := b.token(room, "u")
		results := make(chan error)
		const tries = 8
		for range tries {
			go func() {
				c, err := rawws.Open(s.Edge, token)
				if err == nil {
					_ = c.Close()
				}
				results <- err
			}()
		}
		admitted := 0
		for range tries {
			err := <-results
			var refusal *rawws.Refusal
			switch {
			case err == nil:
				admitted++
			case !errors.As(err, &refusal) || refusal.Status != 401:
				t.Errorf("got %v, want a refusal with status 401", err)
			}
		}
		if admitted != 1 {
			t.Errorf("a token admitted %d connections", admitted)
		}
	}
}

// A connection that does not finish its request is ended, and the others go on.
func TestHandshakeDeadline(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_HANDSHAKE_TIMEOUT=1s")
	b := s.backend()
	room := b.room(nil)
	b.chat(room)
	request := rawws.Request(s.Edge, b.token(room, "u"))
	for _, sent := range []string{"", "G", request[:20], request[:len(request)-2]} {
		t.Run(fmt.Sprintf("after %d bytes", len(sent)), func(t *testing.T) {
			t.Parallel()
			conn, err := rawws.Dial(s.Edge)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			err = conn.ReadUpgrade("")
			var refusal *rawws.Refusal
			if errors.As(err, &refusal) {
				checkRefusal(t, err, 408)
			} else if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("got %v, want the connection to be ended", err)
			}
		})
	}
}

// A request may arrive in any two pieces, and even byte by byte.
func TestHandshakeInPieces(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	length := len(rawws.Request(s.Edge, b.token(room, "user")))
	tokens := s.tokens(room, "user", length+40)
	send := func(token string, cuts []int) error {
		conn, err := rawws.Dial(s.Edge)
		if err != nil {
			return err
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		request := rawws.Request(s.Edge, token)
		at := 0
		for _, cut := range append(cuts, len(request)) {
			if _, err := io.WriteString(conn, request[at:cut]); err != nil {
				return err
			}
			at = cut
		}
		return conn.ReadUpgrade(token)
	}
	last := tokens[length]
	for cut := 1; cut < length; cut++ {
		if err := send(tokens[cut], []int{cut}); err != nil {
			t.Errorf("cut at byte %d: %v", cut, err)
		}
	}
	var every []int
	for i := 1; i < len(rawws.Request(s.Edge, last)); i++ {
		every = append(every, i)
	}
	if err := send(last, every); err != nil {
		t.Errorf("byte by byte: %v", err)
	}
}

// A frame that follows the request before its answer is the first frame of the session.
func TestFrameBehindRequest(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	token := b.token(b.room(nil), "u", everything...)
	conn, err := rawws.Dial(s.Edge)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	first := rawws.TextFrame(`{"Action":"SEND_MESSAGE","Content":"early"}`).Bytes()
	if _, err := io.WriteString(conn, rawws.Request(s.Edge, token)+string(first)); err != nil {
		t.Fatal(err)
	}
	if err := conn.ReadUpgrade(token); err != nil {
		t.Fatal(err)
	}
	text, err := conn.ReadText()
	if err != nil || !strings.Contains(string(text), `"Content":"early"`) {
		t.Fatalf("got %s, %v, want the echo of the early message", text, err)
	}
}

// What real browsers and proxies send besides is no reason to refuse, and no header is looked for in one spelling only.
func TestHandshakeForms(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	for _, c := range []struct {
		name             string
		old, replacement string
	}{
		{"Connection of Firefox", "Connection: Upgrade", "Connection: keep-alive, Upgrade"},
		{"Upgrade in capitals", "Upgrade: websocket", "Upgrade: WebSocket"},
		{"headers in lower case", "Sec-WebSocket-Key", "sec-websocket-key"},
		{"headers in capitals", "Sec-WebSocket-Protocol", "SEC-WEBSOCKET-PROTOCOL"},
		{"no space behind the colon", "Sec-WebSocket-Protocol: ", "Sec-WebSocket-Protocol:"},
		{"space around a value", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: \t13 "},
		{"extensions", "Connection:", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nConnection:"},
		{"a foreign origin", "Connection:", "Origin: https://example.com\r\nConnection:"},
		{"cookies of 5 KB", "Connection:", "Cookie: a=" + strings.Repeat("c", 5<<10) + "\r\nConnection:"},
		{"a path and a query", "GET / ", "GET /path/?query=%20 "},
		{"an absolute target", "GET / ", "GET http://" + s.Edge + "/ "},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := b.token(room, "u")
			conn, err := rawws.Dial(s.Edge)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			if _, err := io.WriteString(conn, strings.Replace(rawws.Request(s.Edge, token), c.old, c.replacement, 1)); err != nil {
				t.Fatal(err)
			}
			if err := conn.ReadUpgrade(token); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("the largest token", func(t *testing.T) {
		user := strings.Repeat("😀", 128)
		out, err := b.CreateChatToken(context.Background(), &ivschat.CreateChatTokenInput{
			RoomIdentifier: &room, UserId: &user, Capabilities: everything, Attributes: map[string]string{"k": strings.Repeat("ü", 511) + "x"},
		})
		if err != nil {
			t.Fatal(err)
		}
		v := b.in(t).connect(*out.Token)
		v.say("hello")
		if f := v.hears("hello"); f.Sender.UserID != user || len(f.Sender.Attributes["k"]) != 1023 {
			t.Errorf("got %.300s", f.raw)
		}
	})
}
