package edge

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
)

// ask sends one request and returns the ERROR that answers it, or a zero one.
func ask(t *testing.T, l *loop, c *conn, f *fakeConn, request string) chat.ErrorFrame {
	t.Helper()
	f.out = nil
	l.request(c, ws.OpText, []byte(request))
	settleAll(t, l)
	for _, text := range heard(f) {
		if text[0] != '{' {
			continue // a close frame
		}
		var e chat.ErrorFrame
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		if e.Type == chat.TypeError {
			if !chat.ValidID(e.ID) {
				t.Errorf("an error without an Id: %s", text)
			}
			return e
		}
	}
	return chat.ErrorFrame{}
}

func TestChecksRunInTheirOrder(t *testing.T) {
	f := func(name, request string, want *chat.Error, change func(*loop, *conn, *room)) {
		t.Helper()
		l := newTestLoop(t)
		r := testRoom(l)
		c, peer := enter(l, r, "u")
		if change != nil {
			change(l, c, r)
		}
		got := ask(t, l, c, peer, request)
		if want == nil {
			want = &chat.Error{}
		}
		if got.ErrorCode != want.Code || got.ErrorMessage != want.Message {
			t.Errorf("%s: got %d %q, want %d %q", name, got.ErrorCode, got.ErrorMessage, want.Code, want.Message)
		}
		if want.Code != 0 && want.Code != 401 && strings.Contains(request, "r1") && got.RequestID != "r1" {
			t.Errorf("%s: RequestId %q", name, got.RequestID)
		}
	}
	good := `{"Action":"SEND_MESSAGE","Content":"hi","RequestId":"r1"}`
	long := `{"Action":"SEND_MESSAGE","Content":"` + strings.Repeat("x", 501) + `","RequestId":"r1"}`
	viewer := func(_ *loop, c *conn, _ *room) { c.member.caps = 0 }
	empty := func(l *loop, c *conn, _ *room) {
		for c.bucket.Take(l.now, requestRate) {
		}
	}
	f("good", good, nil, nil)
	f("expired before malformed", "{", chat.ErrSessionExpired, func(l *loop, c *conn, _ *room) { c.session = l.now })
	f("malformed before forbidden", `{"RequestId":"r1"`, chat.ErrMalformed, viewer)
	f("unknown action", `{"Action":"SHOUT","RequestId":"r1"}`, chat.ErrUnknownAction, viewer)
	f("forbidden before too long", long, chat.ErrForbidden(chat.CanSendMessage), viewer)
	f("no room before too long", long, chat.ErrNoRoom, func(l *loop, _ *conn, _ *room) {
		l.edge.configOf = func(string) (*store.Room, bool) { return nil, false }
	})
	f("too long before the rate", long, chat.ErrContentTooLong, empty)
	f("the connection's rate", good, chat.ErrRateLimited, empty)
	f("the room's rate", good, chat.ErrRateLimited, func(l *loop, _ *conn, r *room) {
		cfg, _ := l.edge.configOf(r.id)
		for r.bucket.Take(l.now, rateOf(cfg)) {
		}
	})
	f("the account's rate", good, chat.ErrRateLimited, func(l *loop, _ *conn, _ *room) {
		for l.edge.deps.Account.SendMessage.Take(l.now) {
		}
	})
	f("the rate before review", good, chat.ErrRateLimited, func(l *loop, c *conn, r *room) {
		empty(l, c, r)
		withHandler(l, "DENY")
	})
	f("a handler that cannot be invoked, DENY", good, chat.ErrReviewDenied, func(l *loop, _ *conn, _ *room) { withHandler(l, "DENY") })
	f("a handler that cannot be invoked, ALLOW", good, nil, func(l *loop, _ *conn, _ *room) { withHandler(l, "ALLOW") })
	f("no capability to delete", `{"Action":"DELETE_MESSAGE","Id":"abcdefghijkl","RequestId":"r1"}`,
		chat.ErrForbidden(chat.CanDeleteMessage), func(_ *loop, c *conn, _ *room) { c.member.caps = chat.CanSendMessage })
	f("no capability to disconnect", `{"Action":"DISCONNECT_USER","UserId":"x","RequestId":"r1"}`,
		chat.ErrForbidden(chat.CanDisconnectUser), func(_ *loop, c *conn, _ *room) { c.member.caps = chat.CanSendMessage })
}

func withHandler(l *loop, fallback string) {
	cfg, _ := l.edge.configOf("")
	cfg.MessageReviewHandler = &store.ReviewHandler{URI: "arn:aws:lambda:us-west-2:123456789012:function:f", FallbackResult: fallback}
}

func TestARefusalForOnesOwnRateCostsTheRoomNothing(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	loud, loudPeer := enter(l, r, "loud")
	quiet, quietPeer := enter(l, r, "quiet")
	good := `{"Action":"SEND_MESSAGE","Content":"hi"}`
	admitted := 0
	for range 1000 {
		loud.flood.Take(l.now, floodRate)
		if ask(t, l, loud, loudPeer, good).ErrorCode == 0 {
			admitted++
		}
	}
	if admitted < 10 || admitted > 20 {
		t.Errorf("%d messages of one connection at once were admitted", admitted)
	}
	if e := ask(t, l, quiet, quietPeer, good); e.ErrorCode != 0 {
		t.Errorf("another sender was refused: %+v", e)
	}
}

func TestAFloodOfFramesIsCutOff(t *testing.T) {
	l := newTestLoop(t)
	r := testRoom(l)
	c, peer := enter(l, r, "u")
	other, _ := enter(l, r, "v")
	for range 2000 {
		peer.in = []byte{0x89, 0x80, 0, 0, 0, 0}
		l.receive(c)
	}
	if c.state < stateClosing || c.reason != reasonFlood {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
	if other.state != stateOpen {
		t.Fatal("somebody else was closed")
	}
	l.settle()
	check(t, l)
}

func TestAPeerThatAsksAndDoesNotReadIsDropped(t *testing.T) {
	l := newTestLoop(t)
	c, peer := enter(l, testRoom(l), "u")
	peer.stuck = true
	for range 5000 {
		c.flood = limit.Bucket{}
		peer.in = maskedText(`{"Action":"SHOUT"}`)
		l.receive(c)
	}
	l.settle()
	if c.state != stateDead || c.reason != reasonStalled {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
	if peer.backlog > maxDirect {
		t.Fatalf("%d bytes wait for it", peer.backlog)
	}
	check(t, l)
}

func TestWhatComesBehindACloseIsIgnored(t *testing.T) {
	l := newTestLoop(t)
	c, peer := enter(l, testRoom(l), "u")
	peer.in = append([]byte{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8}, maskedText(`{"Action":"SEND_MESSAGE","Content":"hi"}`)...)
	l.receive(c)
	l.settle()
	if c.state != stateDead || c.reason != reasonPeerClosed {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
	if string(peer.out) != "\x88\x02\x03\xe8" {
		t.Fatalf("answered with %q", peer.out)
	}
	if n := l.edge.stats.requests[chat.SendMessage].Get(); n != 0 {
		t.Fatal("a request behind the close frame was handled")
	}
}

func TestASlowCloseIsBounded(t *testing.T) {
	l := newTestLoop(t, func(c *Config) { c.CloseTimeout = 5 * time.Second })
	c, peer := enter(l, testRoom(l), "u")
	peer.in = []byte{0x81, 0x01, 'x'} // not masked
	l.receive(c)
	if c.state != stateClosing || string(peer.out[:4]) != "\x88\x1c\x03\xea" {
		t.Fatalf("state %d, sent %q", c.state, peer.out)
	}
	pass(l, 7)
	if c.state != stateDead || c.reason != reasonProtocol {
		t.Fatalf("state %d, reason %s", c.state, c.reason)
	}
	if n := l.edge.stats.closes[reasonProtocol].Get(); n != 1 {
		t.Fatalf("counted %d times", n)
	}
}

// maskedText is a client's text frame of less than 126 bytes, masked with zeros.
func maskedText(s string) []byte {
	return append([]byte{0x81, 0x80 | byte(len(s)), 0, 0, 0, 0}, s...)
}
