package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/throngchat/throng/loadtest"
)

// echoRoom is a chat server with one room, where all get what one says, and everything is said by the same user.
type echoRoom struct {
	mu      sync.Mutex
	members map[net.Conn]bool
	said    int
}

func serveRoom(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(&echoRoom{members: map[net.Conn]bool{}})
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func (r *echoRoom) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	u := ws.HTTPUpgrader{Protocol: func(string) bool { return true }}
	// Whoever has the answer is a member: the room is held until both are so.
	r.mu.Lock()
	c, _, _, err := u.Upgrade(q, w)
	if err != nil {
		r.mu.Unlock()
		return
	}
	r.members[c] = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.members, c)
		c.Close()
	}()
	for {
		b, _, err := wsutil.ReadClientData(c)
		if err != nil {
			return
		}
		r.say(b)
	}
}

func (r *echoRoom) say(request []byte) {
	var q struct{ Action, RequestID, Content, Reason string }
	if json.Unmarshal(request, &q) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said++
	answer := map[string]any{"Type": "MESSAGE", "Id": fmt.Sprintf("%012d", r.said), "RequestId": q.RequestID, "Content": q.Content}
	if q.Action != "SEND_MESSAGE" {
		answer["Type"], answer["Attributes"] = "EVENT", map[string]any{"Reason": q.Reason}
	}
	b, err := json.Marshal(answer)
	if err != nil {
		return
	}
	var frame bytes.Buffer
	_ = wsutil.WriteServerText(&frame, b)
	for c := range r.members {
		_, _ = c.Write(frame.Bytes())
	}
}

func TestScenarios(t *testing.T) {
	var lines strings.Builder
	for k := range 40 {
		fmt.Fprintf(&lines, "everybody token-%d\n", k)
	}
	f := func(name string, connections int, check func(*loadtest.Report) bool, args ...string) {
		t.Helper()
		args = append([]string{"--url", serveRoom(t), "--tokens", "-", "--scenario", name, "--format", "json", "--duration", "300ms"}, args...)
		out, err := execute(t, lines.String(), args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var r loadtest.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatalf("%s: %v in %s", name, err, out)
		}
		if r.Opened.Opened != connections || r.Measurement == nil || r.Measurement.Received != r.Measurement.Expected || !check(&r) {
			t.Fatalf("%s reported %s", name, out)
		}
	}
	f("idle", 40, func(r *loadtest.Report) bool { return r.Measurement.Sent == 0 })
	f("chat", 40, func(r *loadtest.Report) bool { return r.Measurement.Received == 2*40 })
	f("rooms", 40, func(r *loadtest.Report) bool { return r.Measurement.Rate == 20 && r.Measurement.Sent == 6 },
		"--total-rate", "20", "--processes", "2")
	f("churn", 32, func(r *loadtest.Report) bool {
		return r.Measurement.Churn.Left == 8 && r.Measurement.Churn.Opened.Opened == 8
	},
		"--churn", "0.8", "--rate", "10")
	f("storm", 20, func(r *loadtest.Report) bool { return r.Storm.Dropped == 20 && r.Storm.Opened.Opened == 20 }, "--rate", "10")
	f("storm", 10, func(r *loadtest.Report) bool { return r.Measurement == nil || r.Storm.Opened.Opened == 10 },
		"--rate", "10", "--connections", "10")
	f("slow", 40, func(r *loadtest.Report) bool { return r.Measurement.Slow != nil && r.Measurement.Slow.Connections <= 4 }, "--slow", "0.1")
	f("moderation", 40, func(r *loadtest.Report) bool {
		m := r.Measurement.Moderation
		return m.Deletes > 0 && m.Received == m.Expected
	}, "--deletes", "10", "--rate", "30")
}
