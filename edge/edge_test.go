package edge

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/ledger"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/store"
	"github.com/throngchat/throng/internal/token"
)

// node is an edge with everything behind it, in this process.
type node struct {
	t     *testing.T
	edge  *Edge
	rooms *store.Rooms
	ring  *token.Ring
	room  string
	other *bus.Bus // another process of the cluster
}

func startNode(t *testing.T, change ...func(*Config)) *node {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.NewTextHandler(testWriter{t}, nil))
	engine, err := bus.StartEngine(ctx, bus.EngineOptions{StoreDir: t.TempDir(), Log: log})
	must(err)
	t.Cleanup(engine.Shutdown)
	nc, err := engine.Connect("test")
	must(err)
	js, err := jetstream.New(nc)
	must(err)
	rooms, err := store.OpenRooms(ctx, js, store.RoomsOptions{})
	must(err)
	t.Cleanup(rooms.Close)
	claims, err := bus.OpenClaims(ctx, js, bus.ClaimsOptions{})
	must(err)
	ring, err := token.NewRing([]token.Key{token.GenerateKey()})
	must(err)
	n := &node{t: t, rooms: rooms, ring: ring, room: chat.NewID(), other: bus.New(nc, nil)}
	must(rooms.Create(ctx, &store.Room{
		ID: n.room, MaximumMessageLength: 500, MaximumMessageRatePerSecond: 100,
		CreateTime: time.Now(), UpdateTime: time.Now(),
	}))
	cfg := DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	for _, f := range change {
		f(&cfg)
	}
	counts := ledger.New()
	n.edge = New(cfg, Deps{
		Rooms: rooms, Claims: claims, Ring: ring, Log: log, Metrics: metrics.NewSet(),
		Ledger: counts, Account: limit.NewAccount(limit.DefaultAccountRates, counts.Account()),
		Connect: func(deliver func(bus.Envelope)) (*bus.Bus, error) {
			nc, err := engine.Connect("edge")
			if err != nil {
				return nil, err
			}
			return bus.New(nc, deliver), nil
		},
	})
	must(n.edge.Start())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := n.edge.ConsistencyCheck(ctx); err != nil {
			t.Error(err)
		}
		if err := n.edge.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return n
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// token seals a token of the test's room that may do everything.
func (n *node) token(user string, change ...func(*token.Claims)) string {
	n.t.Helper()
	now := time.Now()
	c := token.Claims{
		RoomID: n.room, UserID: user, Capabilities: ^chat.Capabilities(0), Attributes: map[string]string{"name": user},
		IssuedAt: now, ExpiresAt: now.Add(time.Minute), SessionEndsAt: now.Add(time.Hour),
	}
	for _, f := range change {
		f(&c)
	}
	sealed, err := n.ring.Seal(c)
	if err != nil {
		n.t.Fatal(err)
	}
	return sealed
}

// viewer is a client.
type viewer struct {
	t    *testing.T
	conn net.Conn
	rw   io.ReadWriter
}

// dial connects with a token, and returns the status of a refusal when it is refused.
func (n *node) dial(tok string) (*viewer, int) {
	n.t.Helper()
	var status int
	d := ws.Dialer{
		Protocols: []string{tok}, Timeout: 10 * time.Second,
		OnStatusError: func(code int, _ []byte, _ io.Reader) { status = code },
	}
	conn, br, _, err := d.Dial(context.Background(), "ws://"+n.edge.Addr())
	if err != nil {
		if status == 0 {
			n.t.Fatal(err)
		}
		return nil, status
	}
	n.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	v := &viewer{t: n.t, conn: conn, rw: conn}
	if br != nil {
		v.rw = struct {
			io.Reader
			io.Writer
		}{io.MultiReader(br, conn), conn}
	}
	return v, http.StatusSwitchingProtocols
}

func (n *node) connect(user string) *viewer {
	n.t.Helper()
	v, status := n.dial(n.token(user))
	if v == nil {
		n.t.Fatalf("refused with %d", status)
	}
	return v
}

func (v *viewer) send(text string) {
	v.t.Helper()
	if err := wsutil.WriteClientText(v.conn, []byte(text)); err != nil {
		v.t.Fatal(err)
	}
}

// frame is any frame of the server.
type frame struct {
	Type, ID, RequestID, Content, EventName, ErrorMessage string
	ErrorCode                                             int
	Attributes                                            map[string]string
	Sender                                                struct {
		UserID     string
		Attributes map[string]string
	}
}

func (v *viewer) next() frame {
	v.t.Helper()
	data, err := wsutil.ReadServerText(v.rw)
	if err != nil {
		v.t.Fatal(err)
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		v.t.Fatalf("%v in %s", err, data)
	}
	return f
}

// closed reads on to the close frame.
func (v *viewer) closed() (ws.StatusCode, string) {
	v.t.Helper()
	for {
		h, err := ws.ReadHeader(v.rw)
		if err != nil {
			v.t.Fatal(err)
		}
		p := make([]byte, h.Length)
		if _, err := io.ReadFull(v.rw, p); err != nil {
			v.t.Fatal(err)
		}
		if h.OpCode == ws.OpClose {
			return ws.ParseCloseFrameData(p)
		}
	}
}

func TestAMessageReachesTheRoom(t *testing.T) {
	n := startNode(t)
	alice, bob := n.connect("alice"), n.connect("bob")
	alice.send(`{"Action":"SEND_MESSAGE","RequestId":"r1","Content":"hi","Attributes":{"a":"b"}}`)
	for _, v := range []*viewer{alice, bob} {
		f := v.next()
		if f.Type != "MESSAGE" || f.Content != "hi" || f.RequestID != "r1" || f.Attributes["a"] != "b" ||
			f.Sender.UserID != "alice" || f.Sender.Attributes["name"] != "alice" || !chat.ValidID(f.ID) {
			t.Fatalf("got %+v", f)
		}
	}
}

func TestATokenOpensOneConnection(t *testing.T) {
	n := startNode(t)
	tok := n.token("alice")
	if v, status := n.dial(tok); v == nil {
		t.Fatalf("refused with %d", status)
	}
	if _, status := n.dial(tok); status != http.StatusUnauthorized {
		t.Fatalf("the second use got %d", status)
	}
}

func TestRefusals(t *testing.T) {
	n := startNode(t, func(c *Config) { c.MaxConnections = 1 })
	f := func(want int, change func(*token.Claims)) {
		t.Helper()
		if _, status := n.dial(n.token("u", change)); status != want {
			t.Errorf("got %d, want %d", status, want)
		}
	}
	f(http.StatusUnauthorized, func(c *token.Claims) { c.IssuedAt, c.ExpiresAt = time.Now().Add(-2*time.Minute), time.Now() })
	f(http.StatusUnauthorized, func(c *token.Claims) { c.IssuedAt = time.Now().Add(-time.Hour) })
	f(http.StatusNotFound, func(c *token.Claims) { c.RoomID = "nosuchroom12" })
	if _, status := n.dial("not-a-token"); status != http.StatusUnauthorized {
		t.Errorf("garbage got %d", status)
	}
	n.connect("alice")
	f(http.StatusTooManyRequests, func(*token.Claims) {})
}

func TestADisconnectFromAnotherProcess(t *testing.T) {
	n := startNode(t)
	alice, bob := n.connect("alice"), n.connect("bob")
	err := n.other.Publish(bus.Envelope{
		Kind: bus.Disconnect, Room: n.room, UserID: "bob", Reason: "be nice", Action: "DISCONNECT_USER",
		Payload: []byte(`{"Type":"EVENT","EventName":"aws:DISCONNECT_USER"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*viewer{alice, bob} {
		if f := v.next(); f.EventName != "aws:DISCONNECT_USER" {
			t.Fatalf("got %+v", f)
		}
	}
	if code, reason := bob.closed(); code != ws.StatusNormalClosure || reason != "be nice" {
		t.Fatalf("closed with %d %q", code, reason)
	}
}

func TestTheSessionEndsWithAnErrorAndAClose(t *testing.T) {
	n := startNode(t)
	v := n.connect("u")
	n.edge.eachLoop(func(l *loop) {
		l.mailbox.post(mail{run: func(l *loop) {
			for _, c := range l.conns {
				if c != nil {
					l.wheel.unset(l, c)
					c.session = l.now
					l.wheel.set(l, c)
				}
			}
		}})
	})
	if f := v.next(); f.Type != "ERROR" || f.ErrorCode != 401 || f.ID == "" {
		t.Fatalf("got %+v", f)
	}
	code, reason := v.closed()
	if code != ws.StatusNormalClosure || reason != `{"ErrorCode":401,"ErrorMessage":"Session has expired"}` {
		t.Fatalf("closed with %d %q", code, reason)
	}
}

func TestAChangeOfTheRoomAppliesAtOnce(t *testing.T) {
	n := startNode(t)
	v := n.connect("u")
	v.send(`{"Action":"SEND_MESSAGE","Content":"12345"}`)
	if f := v.next(); f.Content != "12345" {
		t.Fatalf("got %+v", f)
	}
	_, err := n.rooms.Update(context.Background(), n.room, func(r *store.Room) error {
		r.MaximumMessageLength = 4
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	v.send(`{"Action":"SEND_MESSAGE","Content":"12345","RequestId":"r"}`)
	if f := v.next(); f.ErrorCode != 400 || f.ErrorMessage != "Message exceeds maximum length" || f.RequestID != "r" {
		t.Fatalf("got %+v", f)
	}
	if err := n.rooms.Delete(context.Background(), n.room); err != nil {
		t.Fatal(err)
	}
	v.send(`{"Action":"SEND_MESSAGE","Content":"1234"}`)
	if f := v.next(); f.ErrorCode != 404 {
		t.Fatalf("got %+v", f)
	}
}

func TestAnAnswerToARequestThatIsNoUpgrade(t *testing.T) {
	n := startNode(t)
	f := func(request string, want int) {
		t.Helper()
		conn, err := net.Dial("tcp", n.edge.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		go func() { _, _ = io.WriteString(conn, request) }()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%.40q: %v", request, err)
			return
		}
		defer resp.Body.Close()
		var e chat.Error
		if err := json.NewDecoder(resp.Body).Decode(&e); err != nil || resp.StatusCode != want || e.Code != want || e.Message == "" {
			t.Errorf("%.40q: got %d %+v %v, want %d", request, resp.StatusCode, e, err, want)
		}
	}
	f("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400)
	f("POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405)
	f("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400)
	f("GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("a", 1<<20), 431)
	upgrade := "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	f(upgrade+"Sec-WebSocket-Version: 13\r\n\r\n", 401)
	f(upgrade+"Sec-WebSocket-Version: 12\r\nSec-WebSocket-Protocol: abc\r\n\r\n", 426)
	f(upgrade+"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: abc, def\r\n\r\n", 401)
}

func TestASecondProcessCannotListenOnTheSameAddress(t *testing.T) {
	n := startNode(t)
	if r, err := Reserve(n.edge.Addr()); err == nil {
		r.Release()
		t.Fatal("the address is taken, but was had a second time")
	}
}

func TestStopTellsEverybodyToComeBack(t *testing.T) {
	n := startNode(t)
	v := n.connect("u")
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		n.edge.drain(ctx)
		done <- ctx.Err()
	}()
	if f := v.next(); f.ErrorCode != 401 {
		t.Fatalf("got %+v", f)
	}
	if code, _ := v.closed(); code != ws.StatusNormalClosure {
		t.Fatalf("closed with %d", code)
	}
	_ = v.conn.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n.edge.Ready() == nil {
		t.Fatal("a draining edge says that it is ready")
	}
}
