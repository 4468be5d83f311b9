package controlplane

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/sigv4"
	"github.com/throngchat/throng/internal/store"
	"github.com/throngchat/throng/internal/token"
)

const (
	testRegion  = "us-west-2"
	testAccount = "123456789012"
	testSecret  = "throng-test-secret"
)

// fixture is a control plane with everything that it works with, listening on a port of its own.
type fixture struct {
	t       testing.TB
	url     string
	addr    string
	server  *Server
	rooms   *store.Rooms
	ring    *token.Ring
	stats   *metrics.Set
	log     *logBuffer
	events  chan bus.Envelope // what an edge receives from the rooms it has joined
	edge    *bus.Bus
	nc      *nats.Conn // the control plane's
	account *limit.Account

	mu       sync.Mutex
	now      time.Time
	realTime bool
}

type options struct {
	config Config
	rates  limit.AccountRates
	sealer Sealer
	// realTime is for clients that sign by their own clock.
	realTime bool
}

func start(t testing.TB, change ...func(*options)) *fixture {
	t.Helper()
	f := &fixture{
		t: t, now: time.Date(2026, 3, 4, 5, 6, 7, 89_123_456, time.UTC), log: new(logBuffer), stats: metrics.NewSet(),
		events: make(chan bus.Envelope, 100),
	}
	o := options{
		config: Config{
			Region: testRegion, AccountID: testAccount,
			Credentials: []sigv4.Credential{
				{AccessKeyID: "AKIDTEST", SecretAccessKey: testSecret},
				{AccessKeyID: "ASIATEST", SecretAccessKey: testSecret, SessionToken: "session", Expires: f.now.Add(-time.Second)},
			},
		},
		rates: limit.AccountRates{SendMessage: 1000, DeleteMessage: 1000, DisconnectUser: 1000},
	}
	o.config.SendEventRate = 1000
	var err error
	if f.ring, err = token.NewRing([]token.Key{token.GenerateKey()}); err != nil {
		t.Fatal(err)
	}
	o.sealer = f.ring
	for _, c := range change {
		c(&o)
	}
	f.realTime = o.realTime

	ctx := context.Background()
	engine, err := bus.StartEngine(ctx, bus.EngineOptions{StoreDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Shutdown)
	connect := func(name string) *bus.Bus {
		nc, err := engine.Connect(name)
		if err != nil {
			t.Fatal(err)
		}
		var deliver func(bus.Envelope)
		if name == "edge" {
			deliver = func(e bus.Envelope) { f.events <- e }
		} else {
			f.nc = nc
			js, err := jetstream.New(nc)
			if err != nil {
				t.Fatal(err)
			}
			if f.rooms, err = store.OpenRooms(ctx, js, store.RoomsOptions{Log: slog.New(slog.DiscardHandler)}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(f.rooms.Close)
		}
		b := bus.New(nc, deliver)
		t.Cleanup(b.Close)
		return b
	}
	f.edge = connect("edge")
	f.account = limit.NewAccount(o.rates, new(limit.AccountBuckets))
	f.server, err = New(o.config, Deps{
		Rooms: f.rooms, Bus: connect("control plane"), Ring: o.sealer, Account: f.account,
		Log: slog.New(slog.NewJSONHandler(f.log, nil)), Now: f.clock, Stats: f.stats,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = listener.Addr().String()
	f.url = "http://" + f.addr
	served := make(chan error, 1)
	go func() { served <- f.server.Serve(listener) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := f.server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.realTime {
		return time.Now()
	}
	return f.now
}

func (f *fixture) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// sign signs a request as the SDK for Go does.
func (f *fixture) sign(req *http.Request, body []byte) {
	f.t.Helper()
	sum := sha256.Sum256(body)
	err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: testSecret},
		req, hex.EncodeToString(sum[:]), signingName, testRegion, f.clock())
	if err != nil {
		f.t.Fatal(err)
	}
}

// answer is an HTTP response.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a signed request to an operation.
func (f *fixture) call(operation, body string) answer {
	f.t.Helper()
	req, err := http.NewRequest("POST", f.url+"/"+operation, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	f.sign(req, []byte(body))
	return f.do(req)
}

func (f *fixture) do(req *http.Request) answer {
	f.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// want checks an answer. In body, ID stands for id.
func (a answer) want(t testing.TB, status int, body, id string) {
	t.Helper()
	if id != "" {
		body = strings.ReplaceAll(body, "{ID}", id)
	}
	if a.status != status || a.body != body {
		t.Fatalf("got  %d %s\nwant %d %s", a.status, a.body, status, body)
	}
}

// field returns a string at the top of the body.
func (a answer) field(t testing.TB, name string) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(a.body), &all); err != nil {
		t.Fatalf("%v in %q", err, a.body)
	}
	s, _ := all[name].(string)
	return s
}

// makeRoom makes a room and returns its id.
func (f *fixture) makeRoom(body string) string {
	f.t.Helper()
	a := f.call("CreateRoom", body)
	if a.status != 200 {
		f.t.Fatalf("CreateRoom: %d %s", a.status, a.body)
	}
	return a.field(f.t, "id")
}

func testARN(id string) string { return "arn:aws:ivschat:us-west-2:123456789012:room/" + id }

// wantInvalid checks that an answer is a ValidationException about exactly these members.
func (a answer) wantInvalid(t testing.TB, members ...string) {
	t.Helper()
	var e apiError
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("%v in %q", err, a.body)
	}
	if a.status != 400 || a.header.Get("x-amzn-errortype") != codeValidation || e.Type != codeValidation {
		t.Fatalf("got %d %s, want a %s", a.status, a.body, codeValidation)
	}
	named := map[string]bool{}
	for _, f := range e.FieldList {
		if f.Message == "" {
			t.Errorf("no message for %s", f.Name)
		}
		named[f.Name] = true
	}
	slices.Sort(members)
	if got := slices.Sorted(maps.Keys(named)); !slices.Equal(got, members) || e.Reason != reasonFields {
		t.Fatalf("%s names %v, want %v: %s", e.Reason, got, members, a.body)
	}
}

// wantError checks the code of an error, in header and body.
func (a answer) wantError(t testing.TB, status int, code string) {
	t.Helper()
	var e apiError
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("%v in %q", err, a.body)
	}
	if a.status != status || e.Type != code || a.header.Get("x-amzn-errortype") != code || e.Message == "" {
		t.Fatalf("got %d %q %s, want %d %s", a.status, a.header.Get("x-amzn-errortype"), a.body, status, code)
	}
	if len(a.header.Get("x-amzn-requestid")) != 36 || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("headers %v", a.header)
	}
}

// object writes a JSON object from keys and values.
func object(t testing.TB, members ...any) string {
	t.Helper()
	all := map[string]any{}
	for i := 0; i < len(members); i += 2 {
		all[members[i].(string)] = members[i+1]
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// logBuffer keeps the log for tests to read.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) lines() []string {
	return strings.Split(strings.TrimSuffix(l.String(), "\n"), "\n")
}
