package loadtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// room is a small chat server: what one member sends, all members with the same room get. A token is "ROOM~USER", or
// "USER" for the room "". The token "used" is refused, as is everybody with 503 as often as busy says; content is
// answered with ERROR 429 as often as throttle says.
type room struct {
	mu       sync.Mutex
	members  map[net.Conn]member
	pongs    int
	throttle int
	busy     int
	sent     int
	actions  map[string]int
	after    func(sent int) // called after each message, with mu held
}

type member struct{ room, user string }

// newRoom serves until the test ends and returns the endpoint's URL.
func newRoom(t *testing.T, secure bool) (*room, *httptest.Server, string) {
	t.Helper()
	r := &room{members: map[net.Conn]member{}, actions: map[string]int{}}
	s := httptest.NewUnstartedServer(r)
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return r, s, "ws" + strings.TrimPrefix(s.URL, "http")
}

func (r *room) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	token := q.Header.Get("Sec-WebSocket-Protocol")
	if r.isBusy() {
		w.Header().Set("Retry-After", "0")
		http.Error(w, "come again", http.StatusServiceUnavailable)
		return
	}
	if token == "used" {
		http.Error(w, `{"ErrorCode":401,"ErrorMessage":"token already used"}`, http.StatusUnauthorized)
		return
	}
	u := ws.HTTPUpgrader{Protocol: func(string) bool { return true }}
	c, _, _, err := u.Upgrade(q, w)
	if err != nil {
		return
	}
	defer c.Close()
	// Behind the 101 at once, often in the same read: a ping, and a message that no client asked for.
	r.write(c, ws.OpPing, "hello")
	r.write(c, ws.OpText, `{"Type":"EVENT","Id":"000000000000","EventName":"welcome"}`)
	r.mu.Lock()
	m := member{user: token}
	if name, user, ok := strings.Cut(token, "~"); ok {
		m = member{name, user}
	}
	r.members[c] = m
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.members, c)
		r.mu.Unlock()
	}()
	for r.serve(c) {
	}
}

func (r *room) serve(c net.Conn) bool {
	h, err := ws.ReadHeader(c)
	if err != nil || !h.Masked || h.Length > 1<<16 {
		return false
	}
	payload := make([]byte, h.Length)
	if _, err := io.ReadFull(c, payload); err != nil {
		return false
	}
	ws.Cipher(payload, h.Mask, 0)
	switch h.OpCode {
	case ws.OpPong:
		r.mu.Lock()
		r.pongs++
		r.mu.Unlock()
	case ws.OpClose:
		r.write(c, ws.OpClose, string(payload))
		return false
	case ws.OpText:
		r.message(c, payload)
	}
	return true
}

func (r *room) isBusy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy--
	return r.busy >= 0
}

func (r *room) message(from net.Conn, payload []byte) {
	var request struct{ Action, RequestID, Content, ID, UserID, Reason string }
	if json.Unmarshal(payload, &request) != nil {
		from.Close()
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.actions[request.Action]++
	if r.throttle > 0 {
		r.throttle--
		b, _ := json.Marshal(map[string]any{
			"Type": "ERROR", "Id": "000000000000", "ErrorCode": 429, "ErrorMessage": "rate limit exceeded", "RequestId": request.RequestID,
		})
		write(from, ws.OpText, string(b))
		return
	}
	r.sent++
	answer := map[string]any{"Id": fmt.Sprintf("%012d", r.sent), "RequestId": request.RequestID}
	switch request.Action {
	case "SEND_MESSAGE":
		answer["Type"], answer["Content"] = "MESSAGE", request.Content
		answer["Sender"] = map[string]any{"UserId": r.members[from].user}
	case "DELETE_MESSAGE":
		answer["Type"], answer["EventName"] = "EVENT", "aws:DELETE_MESSAGE"
		answer["Attributes"] = map[string]any{"MessageID": request.ID, "Reason": request.Reason}
	case "DISCONNECT_USER":
		answer["Type"], answer["EventName"] = "EVENT", "aws:DISCONNECT_USER"
		answer["Attributes"] = map[string]any{"UserId": request.UserID, "Reason": request.Reason}
	default:
		from.Close()
		return
	}
	if r.after != nil {
		defer func() { r.after(r.sent) }()
	}
	b, _ := json.Marshal(answer)
	for c, m := range r.members {
		if m.room != r.members[from].room {
			continue
		}
		write(c, ws.OpText, string(b))
		if request.Action == "DISCONNECT_USER" && m.user == request.UserID {
			write(c, ws.OpClose, string(ws.NewCloseFrameBody(ws.StatusNormalClosure, request.Reason)))
			delete(r.members, c)
		}
	}
}

func (r *room) write(c net.Conn, op ws.OpCode, payload string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	write(c, op, payload)
}

// write sends a frame at once; a text is sent in two fragments when it is long.
func write(c net.Conn, op ws.OpCode, payload string) {
	var b bytes.Buffer
	if half := len(payload) / 2; half > 200 {
		_ = ws.WriteFrame(&b, ws.NewFrame(op, false, []byte(payload[:half])))
		op, payload = ws.OpContinuation, payload[half:]
	}
	_ = wsutil.WriteMessage(&b, ws.StateServerSide, op, []byte(payload))
	_, _ = c.Write(b.Bytes())
}

func (r *room) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members)
}

// kick closes the connections of a user without a word. The caller holds mu.
func (r *room) kick(user string) {
	for c, m := range r.members {
		if m.user == user {
			c.Close()
			delete(r.members, c)
		}
	}
}

func (r *room) did(action string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.actions[action]
}
