package loadtest

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// board is a server with a protocol of lines in binary frames: INFO at once, SUB makes a member and is answered with OK,
// PUB goes to all members, twice in one frame, PING wants a PONG. It is silent after a SUB "mute" and hangs up on "bye".
type board struct {
	mu      sync.Mutex
	members map[net.Conn]bool
	pongs   int
}

func newBoard(t *testing.T) (*board, string) {
	t.Helper()
	b := &board{members: map[net.Conn]bool{}}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, "ws" + strings.TrimPrefix(s.URL, "http")
}

func (b *board) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	u := ws.HTTPUpgrader{Protocol: func(p string) bool { return p == "lines" }}
	c, _, _, err := u.Upgrade(q, w)
	if err != nil {
		return
	}
	defer c.Close()
	b.write(c, "INFO")
	for {
		line, op, err := wsutil.ReadClientData(c)
		if err != nil || op != ws.OpBinary {
			break
		}
		b.line(c, string(line))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.members, c)
}

func (b *board) line(c net.Conn, line string) {
	verb, rest, _ := strings.Cut(line, " ")
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case verb == "SUB" && rest == "mute":
	case verb == "SUB" && rest == "bye":
		c.Close()
	case verb == "SUB":
		b.members[c] = true
		// The first message comes in the same packet as the answer.
		var both bytes.Buffer
		_ = wsutil.WriteServerBinary(&both, []byte("OK"))
		_ = wsutil.WriteServerBinary(&both, []byte("PING"))
		_, _ = c.Write(both.Bytes())
	case verb == "PONG":
		b.pongs++
	case verb == "PUB":
		for m := range b.members {
			_ = wsutil.WriteServerBinary(m, []byte("MSG "+rest+"\nMSG "+rest+"\n"))
		}
	}
}

func (b *board) write(c net.Conn, s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = wsutil.WriteServerBinary(c, []byte(s))
}

func lines() *Dialect {
	return &Dialect{
		Name: "lines", Subprotocol: "lines", Binary: true, Batches: true,
		Hello: func(token string) [][]byte { return [][]byte{[]byte("HELLO"), []byte("SUB " + token)} },
		Receive: func(payload []byte, _ int) ([]byte, bool) {
			if string(payload) == "PING" {
				return []byte("PONG"), false
			}
			return nil, string(payload) == "OK"
		},
		Publish: func(_ int, content []byte) []byte { return append([]byte("PUB "), content...) },
	}
}

func TestFleetSpeaksADialect(t *testing.T) {
	b, url := newBoard(t)
	f := newTestFleet(t, Options{URL: url, Dialect: lines(), Loops: 2, HandshakeTimeout: 300 * time.Millisecond})
	defer f.Close()
	opened, err := f.Open(t.Context(), append(tokens(10), "mute", "bye"))
	if err != nil {
		t.Fatal(err)
	}
	if opened.Opened != 10 || opened.Refused["upgraded, but not made a member"] != 1 ||
		opened.Refused["upgraded, then closed by the server"] != 1 {
		t.Fatalf("opened %+v", opened)
	}
	if n := f.Connections(); n != 10 {
		t.Fatalf("%d connections are open", n)
	}
	b.mu.Lock()
	members := len(b.members) // all of them, without waiting
	b.mu.Unlock()
	if members != 10 {
		t.Fatalf("%d members joined", members)
	}
	until(t, "each ping is answered", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.pongs == 10
	})

	m, err := f.Run(t.Context(), Load{Rate: 100, ContentSize: 200, Duration: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "both messages of each frame are counted", func() bool { return f.tally().staying() == 200 })
	if m.Sent != 10 || m.Expected != 100 || m.Errors != nil {
		t.Fatalf("measured %+v", m)
	}
}

func TestDialectWithoutHello(t *testing.T) {
	r, _, url := newRoom(t, false)
	d := &Dialect{Publish: func(_ int, content []byte) []byte {
		return []byte(`{"Action":"SEND_MESSAGE","Content":"` + string(content) + `"}`)
	}}
	f := newTestFleet(t, Options{URL: url, Dialect: d})
	defer f.Close()
	opened, err := f.Open(t.Context(), []string{"", "not-sent", "used"})
	if err != nil || opened.Opened != 3 {
		t.Fatalf("opened %+v, %v", opened, err)
	}
	until(t, "all members joined", func() bool { return r.size() == 3 })
	m, err := f.Run(t.Context(), Load{Rate: 100, ContentSize: 450, Duration: 100 * time.Millisecond})
	if err != nil || m.Received != 30 || m.Expected != 30 {
		t.Fatalf("measured %+v, %v", m, err)
	}
}

func TestForeignMessages(t *testing.T) {
	f := func(payload string, batches bool, marks int) {
		t.Helper()
		r := recorder{marker: marker{[]byte("[throng:00000000:")}, now: 1 << 60}
		c := &conn{room: new(chatRoom)}
		if got := r.foreign(c, []byte(payload), batches); got != marks || r.staying() != int64(marks) || r.latency[0].Count() != int64(marks) {
			t.Fatalf("%q has %d marks (%d, %d), want %d", payload, got, r.staying(), r.latency[0].Count(), marks)
		}
		if none := marks == 0; none != (r.other == 1) {
			t.Fatalf("%q counts %d times as something else", payload, r.other)
		}
	}
	mark := "[throng:00000000:0123456789abcdef]"
	f("", true, 0)
	f("PING", true, 0)
	f(mark, true, 1)
	f(mark+mark+mark, true, 3)
	f("42"+mark+"  x"+mark+"\n", true, 2)
	f("42"+mark+"  x"+mark+"\n", false, 1)
	f(mark+mark[:len(mark)-2], true, 1)
	f(mark+"[throng:00000000:0123456789abcdeg]", true, 1)
}

// A client that costs as much as the server measures itself.
func TestMessagesAllocateNothing(t *testing.T) {
	m := newMarker()
	content := string(m.content(5, 200))
	f := func(what string, d *Dialect, payload string) {
		t.Helper()
		c := &conn{fleet: &Fleet{dialect: d, clock: newClock()}, recorder: new(recorder), room: new(chatRoom)}
		start := c.fleet.clock.now()
		c.recorder.begin(m, marker{}, start)
		c.recorder.arrive(c, start, 0)
		c.recorder.mark(c, start) // makes the histograms
		frames := bytes.Repeat(ws.MustCompileFrame(ws.NewTextFrame([]byte(payload))), 3)
		if n := testing.AllocsPerRun(100, func() {
			if err := c.receive(frames); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Fatalf("%s: a read of three messages allocates %v times", what, n)
		}
	}
	f("IVS Chat", nil, `{"Type":"MESSAGE","Content":"`+content+`"}`)
	f("dialect", lines(), "MSG "+content+"\nMSG "+content)
}
