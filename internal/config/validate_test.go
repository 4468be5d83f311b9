package config

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	f := func(dev bool, flags map[string]string, want string) {
		t.Helper()
		from := Sources{Dev: dev, Flags: flags}
		if !dev {
			from.File = write(t, whole)
		}
		if want == "" {
			load(t, from)
			return
		}
		if got := problems(t, from); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	type m = map[string]string

	// Ports differ, unless the system chooses them or the addresses differ.
	f(false, m{"edge.addr": ":7000", "api.addr": "127.0.0.1:7000"}, "api.addr (--api-addr) must have another port than edge.addr")
	f(false, m{"edge.addr": "127.0.0.2:7000", "api.addr": "127.0.0.1:7000"}, "")
	f(false, m{"edge.addr": ":0", "api.addr": ":0"}, "")

	// The credentials of --dev are public.
	const loopbackOnly = " must be on loopback with --dev, whose credentials are public; write a configuration file to serve others"
	f(true, m{"edge.addr": ":7000"}, "edge.addr (--edge-addr)"+loopbackOnly)
	f(true, m{"api.addr": "192.0.2.1:7000"}, "api.addr (--api-addr)"+loopbackOnly)
	f(true, m{"internal.addr": "0.0.0.0:7000"}, "internal.addr (--internal-addr)"+loopbackOnly)
	f(true, m{"api.addr": "[::1]:7000", "edge.addr": "localhost:0", "internal.addr": "127.9.9.9:7001"}, "")
	dev := `[{"access_key_id":"x","secret_access_key":"throng-dev-secret"}]`
	f(false, m{"api.credentials": dev, "api.addr": "127.0.0.1:1"}, "")
	f(false, m{"api.credentials": dev}, "api.credentials (--api-credentials) holds the public secret of --dev, which may only be used on loopback")

	// Names are used once.
	one := `{"access_key_id":"x","secret_access_key":"0123456789abcdef"}`
	f(false, m{"api.credentials": "[" + one + "," + one + "]"}, "api.credentials (--api-credentials) names an access key twice: x")
	key := `{"id":"k","secret":"` + strings.Repeat("A", 43) + `"}`
	f(false, m{"token.keys": "[" + key + "," + key + "]"}, "token.keys (--token-keys) names a key twice: k")

	// A cluster needs one.
	f(false, m{"nats.replicas": "3"}, "nats.replicas (--nats-replicas) must be 1 without nats.url: the embedded server is alone")
	f(false, m{"nats.replicas": "3", "nats.url": "nats://a"}, "")
	f(false, m{"api.credentials": "[]"}, "api.credentials (--api-credentials) is missing: Access keys that may sign calls of the API")
}

func TestEnvironmentNames(t *testing.T) {
	f := func(entry, want string) {
		t.Helper()
		from := Sources{Dev: true, Environ: []string{entry}}
		if want == "" {
			load(t, from)
			return
		}
		if got := problems(t, from); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	f("THRONG_CONFIG=x", "")
	f("THRONGED=x", "")
	f("THRONG_", "THRONG_ (environment) is unknown; the nearest variable is THRONG_CONFIG")
	f("THRONG_LOGLEVEL=x", "THRONG_LOGLEVEL (environment) is unknown; the nearest variable is THRONG_LOG_LEVEL")
	f("THRONG_edge_addr=x", "THRONG_edge_addr (environment) is unknown; the nearest variable is THRONG_EDGE_ADDR")

	// What Kubernetes sets for the services throng and throng-api.
	f("THRONG_SERVICE_HOST=10.0.0.1", "")
	f("THRONG_SERVICE_PORT_EDGE=8080", "")
	f("THRONG_PORT=tcp://10.0.0.1:8080", "")
	f("THRONG_API_PORT_8081_TCP_ADDR=10.0.0.1", "")
}

// TestFlagNames holds the names of the flags that the documentation lists.
func TestFlagNames(t *testing.T) {
	f := func(key, want string) {
		t.Helper()
		if got := FlagName(key); got != want {
			t.Errorf("FlagName(%s) = %s, want %s", key, got, want)
		}
		if doc, about := Doc(key); doc == "" || about == "" || strings.Contains(doc, "\n") {
			t.Errorf("Doc(%s) = %q, %q", key, doc, about)
		}
	}
	f("data_dir", "--data-dir")
	f("edge.addr", "--edge-addr")
	f("edge.fanout.max_delay", "--edge-fanout-max-delay")
}
