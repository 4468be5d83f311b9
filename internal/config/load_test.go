package config

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// whole is a file with everything that has no default.
const whole = `
region: eu-central-1
account_id: "000000000001"
api:
  credentials:
    - access_key_id: backend
      secret_access_key: a-secret-of-the-backend
token:
  keys:
    - id: k1
      secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
`

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "throng.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// load returns the configuration of a file, and fails the test when there is none.
func load(t *testing.T, from Sources) *Config {
	t.Helper()
	c, err := Load(from)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

func TestLoadFile(t *testing.T) {
	c := load(t, Sources{File: write(t, whole+`
  ttl: 5m
edge:
  addr: ":7000"
  loops: 3
  max_message_size: 16KiB
  fanout: {duty: 1, max_delay: 50ms}
nats:
quotas: {}
`)})
	want := defaults(false)
	want.Region, want.AccountID = "eu-central-1", "000000000001"
	want.API.Credentials = []Credential{{AccessKeyID: "backend", SecretAccessKey: "a-secret-of-the-backend"}}
	want.Token.Keys = []TokenKey{{ID: "k1", Secret: []byte("0123456789abcdef0123456789abcdef")}}
	want.Token.TTL = 5 * time.Minute
	want.Edge.Addr, want.Edge.Loops, want.Edge.MaxMessageSize = ":7000", 3, 16384
	want.Edge.Fanout.Duty, want.Edge.Fanout.MaxDelay = 1, 50*time.Millisecond
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestDefaults(t *testing.T) {
	c := defaults(false)
	want := &Config{
		DataDir: "/var/lib/throng",
		Edge: Edge{
			Addr: "0.0.0.0:8080", HandshakeTimeout: 10 * time.Second, MaxHeadSize: 8192, MaxMessageSize: 32768,
			PingInterval: 30 * time.Second, CloseTimeout: 5 * time.Second, SendBuffer: 32768,
			StallTimeout: 30 * time.Second, MaxPendingHandshakes: 1024,
			Laggards: LaggardsSkip, DrainDuration: 10 * time.Second,
			Fanout: Fanout{Duty: 0.4, MaxDelay: 100 * time.Millisecond, Slice: 512, HistoryBytes: 1 << 20},
		},
		API:      API{Addr: "0.0.0.0:8081", MaxBodySize: 65536},
		Internal: Internal{Addr: "127.0.0.1:9090"},
		Token:    Token{TTL: time.Minute},
		Quotas:   Quotas{50000, 50000, 1000, 100, 100},
		NATS:     NATS{Replicas: 1},
		Log:      Log{Level: "info", Format: "text"},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestPrecedence(t *testing.T) {
	f := func(file string, environ []string, flags map[string]string, want int) {
		t.Helper()
		c := load(t, Sources{File: write(t, whole+file), Environ: environ, Flags: flags})
		if c.Edge.Loops != want {
			t.Errorf("edge.loops is %d, want %d", c.Edge.Loops, want)
		}
	}
	const file = "edge: {loops: 1}"
	environ := []string{"HOME=/", "THRONG_EDGE_LOOPS=2"}
	flags := map[string]string{"edge.loops": "3"}
	f("", nil, nil, 0)
	f(file, nil, nil, 1)
	f(file, environ, nil, 2)
	f("", environ, nil, 2)
	f(file, environ, flags, 3)
	f(file, nil, flags, 3)
}

// TestEnvironmentSetsEverything gives every setting by its variable alone.
func TestEnvironmentSetsEverything(t *testing.T) {
	key := base64.StdEncoding.EncodeToString(make([]byte, 32))
	values := map[string]string{
		"region": "us-east-1", "account_id": "111111111111", "data_dir": "/srv/chat",
		"edge.addr": "[::1]:1", "edge.processes": "4", "edge.loops": "2", "edge.handshake_timeout": "1s", "edge.max_head_size": "16KiB",
		"edge.max_message_size": "8KiB", "edge.ping_interval": "1s", "edge.close_timeout": "1s",
		"edge.send_buffer": "8KiB", "edge.stall_timeout": "1s", "edge.max_pending_handshakes": "7",
		"edge.laggards": "close", "edge.max_per_address": "9", "edge.drain_duration": "1s",
		"edge.fanout.duty": "0.25", "edge.fanout.max_delay": "1s", "edge.fanout.slice": "9",
		"edge.fanout.history_bytes": "128KiB", "api.addr": "localhost:2", "api.max_body_size": "9KiB",
		"api.credentials": `[{"access_key_id":"a","secret_access_key":"0123456789abcdef","session_token":"t",` +
			`"expires":"2030-01-31T12:00:00Z"},{"access_key_id":"b","secret_access_key":"0123456789abcdef"}]`,
		"internal.addr": ":3", "token.ttl": "2m",
		"token.keys":         `[{"id":"a","secret":"` + key + `"}]`,
		"quotas.connections": "11", "quotas.rooms": "12", "quotas.send_message": "13", "quotas.delete_message": "14",
		"quotas.disconnect_user": "15", "nats.url": "nats://u:p@a:4222,tls://b", "nats.replicas": "3",
		"log.level": "debug", "log.format": "json",
	}
	environ := []string{}
	for _, s := range settings {
		v, ok := values[s.key]
		if !ok {
			t.Errorf("no value for %s in this test", s.key)
		}
		environ = append(environ, EnvName(s.key)+"="+v)
	}
	c := load(t, Sources{Environ: environ})
	want := &Config{
		Region: "us-east-1", AccountID: "111111111111", DataDir: "/srv/chat",
		Edge: Edge{
			Addr: "[::1]:1", Processes: 4, Loops: 2, HandshakeTimeout: time.Second, MaxHeadSize: 16384, MaxMessageSize: 8192,
			PingInterval: time.Second, CloseTimeout: time.Second, SendBuffer: 8192, StallTimeout: time.Second,
			Laggards: LaggardsClose, MaxPerAddress: 9, DrainDuration: time.Second,
			MaxPendingHandshakes: 7,
			Fanout:               Fanout{Duty: 0.25, MaxDelay: time.Second, Slice: 9, HistoryBytes: 131072},
		},
		API: API{Addr: "localhost:2", MaxBodySize: 9216, Credentials: []Credential{
			{"a", "0123456789abcdef", "t", time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)},
			{AccessKeyID: "b", SecretAccessKey: "0123456789abcdef"},
		}},
		Internal: Internal{Addr: ":3"},
		Token:    Token{TTL: 2 * time.Minute, Keys: []TokenKey{{"a", make([]byte, 32)}}},
		Quotas:   Quotas{11, 12, 13, 14, 15},
		NATS:     NATS{URL: "nats://u:p@a:4222,tls://b", Replicas: 3},
		Log:      Log{Level: "debug", Format: "json"},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

// problems returns what is wrong with the sources, a line each.
func problems(t *testing.T, from Sources) string {
	t.Helper()
	_, err := Load(from)
	var wrong *Error
	if !errors.As(err, &wrong) {
		t.Fatalf("Load gave %v, want an *Error", err)
	}
	var lines []string
	for _, p := range wrong.Problems {
		if p.Source != "" && p.Source == from.File {
			p.Source = "file"
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func TestLoadListsEveryProblem(t *testing.T) {
	got := problems(t, Sources{
		File: write(t, `
regoin: x
account_id: 123456789012
edge:
  adr: 1
  loops: four
  fanout: 3
  ping_interval: 30
  addr:
api:
  addr: [1]
  credentials:
    - access_key_id: 5
      secrt: x
    - 7
internal.addr: x
`),
		Environ: []string{"THRONG_EDGE_ADRR=5", "THRONG_QUOTAS_ROOMS=0", `THRONG_TOKEN_KEYS=[{"id":"A","secret":"eA"}]`},
		Flags:   map[string]string{"log.level": "loud"},
	})
	want := strings.TrimSpace(`
api.credentials[0].secrt (file) is unknown; the nearest is secret_access_key
edge.addr (file) has no value
edge.adr (file) is unknown; the nearest setting is edge.addr
edge.fanout (file) must be a section, with settings indented below it
internal.addr (file) has a dot in its name; write each part on a line of its own, indented below the one before
regoin (file) is unknown; the nearest setting is region
THRONG_EDGE_ADRR (environment) is unknown; the nearest variable is THRONG_EDGE_ADDR
account_id (file) must be 12 digits, in quotes
edge.loops (file) must be a whole number from 0 to 1024
edge.ping_interval (file) must be a duration with its unit from 100ms to 1h, such as 30s, in quotes
api.addr (file) must be host:port with a port from 0 to 65535
api.credentials[0].access_key_id (file) must be text of letters, digits, '_' and '-', 1 to 128 long, in quotes
api.credentials[0].secret_access_key (file) is missing: secret half of the key
api.credentials[1] (file) must be a section with access_key_id, secret_access_key, session_token, expires
token.keys[0].id (THRONG_TOKEN_KEYS) must be text of a-z and 0-9, 1 to 8 long
token.keys[0].secret (THRONG_TOKEN_KEYS) must be 32 to 256 bytes in base64
quotas.rooms (THRONG_QUOTAS_ROOMS) must be a whole number from 1 to 10000000
log.level (--log-level) must be debug, info, warn or error
region is missing: Region that this installation stands for`)
	if a, b := sorted(got), sorted(want); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

func sorted(lines string) string {
	m := map[string]bool{}
	for _, l := range strings.Split(lines, "\n") {
		m[l] = true
	}
	return strings.Join(sortedKeys(m), "\n")
}

func TestLoadNothing(t *testing.T) {
	got := problems(t, Sources{})
	want := strings.TrimSpace(`
region is missing: Region that this installation stands for
account_id is missing: Account that the rooms belong to, the second part of every ARN
api.credentials is missing: Access keys that may sign calls of the API
token.keys is missing: Keys that chat tokens are sealed with
no configuration file was given: name one with --config, or try throng with --dev`)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLoadFileThatCannotBeRead(t *testing.T) {
	f := func(path, want string) {
		t.Helper()
		_, err := Load(Sources{File: path})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	f(filepath.Join(t.TempDir(), "none.yaml"), "none.yaml: no such file or directory")
	f(t.TempDir(), "is a directory")
	f(write(t, strings.Repeat("# \n", 1<<19)), "larger than 1 MiB")
}

// TestYAMLErrorsHoldNoContent feeds files that are no configuration: the answer says where, and shows nothing of them.
func TestYAMLErrorsHoldNoContent(t *testing.T) {
	f := func(content, want string) {
		t.Helper()
		got := problems(t, Sources{File: write(t, content)})
		if !strings.Contains(got, want) {
			t.Errorf("%q: got\n%s\nwant %q in it", content, got, want)
		}
		if strings.Contains(got, "s3cr3t") {
			t.Errorf("%q: the error shows the content:\n%s", content, got)
		}
	}
	f("s3cr3t", "file is not a YAML file of sections and settings: see line 1")
	f("- s3cr3t", "file is not a YAML file of sections and settings: see line 1")
	f("region: a\nregion: s3cr3t", `line 2: mapping key "region" already defined at line 1`)
	f("region: *s3cr3t", "file is not a YAML file")
	f("region: {s3cr3t", "file is not valid YAML: line 1: did not find expected")
	f("5: s3cr3t", "5 (file) is unknown")
	f("nats: {url: s3cr3t}", "nats.url (file) must be addresses")
}
