package config

import (
	"testing"
	"time"
)

// accepts reports whether the kind takes the text.
func accepts(k kind, text string) bool {
	ok := true
	k.parse(text, func(string, string) { ok = false })
	return ok
}

func TestKinds(t *testing.T) {
	f := func(k kind, good, bad []string) {
		t.Helper()
		for _, s := range good {
			if !accepts(k, s) {
				t.Errorf("%s: refused %q", k.about(), s)
			}
		}
		for _, s := range append(bad, Mask) {
			if accepts(k, s) {
				t.Errorf("%s: accepted %q", k.about(), s)
			}
		}
	}
	var n int
	var s string
	var d time.Duration
	var at time.Time
	var b []byte
	var x float64
	f(number(&n, 1, 10), []string{"1", "10"}, []string{"", "0", "11", "-1", "1.5", "x", "1e1", "99999999999999999999"})
	f(share(&x), []string{"1", "0.5", "1e-3"}, []string{"0", "-1", "1.1", "NaN", "Inf", ""})
	f(duration(&d, time.Second, time.Hour), []string{"1s", "1h", "1m30s", "1.5s"}, []string{"", "0", "5", "1ms", "2h", "1d"})
	f(size(&n, 1024, 1<<20), []string{"1KiB", "1024B", "1MiB"}, []string{"", "1024", "1KB", "1023B", "2MiB", "1.5KiB", "-1KiB", "9999999999GiB"})
	f(address(&s), []string{":1", "a:0", "[::1]:65535", "127.0.0.1:80"}, []string{"", "80", "a", "a:", "a:http", "a:65536", "a:-1", "a:080", "::1:80", "a b:1", "a/b:1"})
	f(account(&s), []string{"012345678901"}, []string{"", "12345678901", "1234567890123", "12345678901a"})
	f(word(&s, 3, isRegion, "x"), []string{"a-1"}, []string{"", "abcd", "A", "é"})
	f(secret(&s, 2, 4), []string{"ab", "a+/="}, []string{"a", "abcde", "a b", "é€"})
	f(base64Bytes(&b, 2, 4), []string{"YWI=", "YWI", "YWJjZA=="}, []string{"", "YQ==", "YWJjZGU=", "-_-_", "YWI=YWI="})
	f(instant(&at), []string{"2030-01-31T12:00:00Z", "2030-01-31T12:00:00.5+01:00"}, []string{"", "2030-01-31", "0001-01-01T00:00:00Z"})
	f(oneOf(&n, 1, 3), []string{"1", "3"}, []string{"", "2", "13"})
	f(oneOf(&s, "a", "b"), []string{"a"}, []string{"", "A", "ab"})
	f(natsURL(&s), []string{"", "nats://a", "nats://u:p@a:1, tls://b:2"}, []string{"a:4222", "http://a", "nats://", "nats://a,", "nats://" + Mask + "@a"})
}

func TestReadIsStrictAboutTypes(t *testing.T) {
	f := func(k kind, raw any, want bool) {
		t.Helper()
		ok := true
		k.read(raw, func(string, string) { ok = false })
		if ok != want {
			t.Errorf("%s: read %#v: %v, want %v", k.about(), raw, ok, want)
		}
	}
	var n int
	var s string
	var x float64
	var d time.Duration
	var at time.Time
	f(number(&n, 0, 9), 4, true)
	f(number(&n, 0, 9), "4", false)
	f(number(&n, 0, 9), 4.0, false)
	f(number(&n, 0, 9), true, false)
	f(autoNumber(&n, 1, 9), 4, true)
	f(autoNumber(&n, 1, 9), "4", true)
	f(autoNumber(&n, 1, 9), "auto", true)
	f(autoNumber(&n, 1, 9), 0, false)
	f(autoNumber(&n, 1, 9), 10, false)
	f(autoNumber(&n, 1, 9), "Auto", false)
	f(autoNumber(&n, 1, 9), true, false)
	f(share(&x), 1, true)
	f(share(&x), 0.5, true)
	f(share(&x), "0.5", false)
	f(duration(&d, 0, time.Hour), "4s", true)
	f(duration(&d, 0, time.Hour), 4, false)
	f(word(&s, 9, isRegion, "x"), "4", true)
	f(word(&s, 9, isRegion, "x"), 4, false)
	f(oneOf(&n, 1, 3), 3, true)
	f(oneOf(&n, 1, 3), "3", false)
	f(oneOf(&s, "on"), true, false)
	f(instant(&at), time.Unix(1, 0), true)
	f(instant(&at), "2030-01-31T12:00:00Z", true)
	f(instant(&at), 5, false)
}

func TestUnits(t *testing.T) {
	f := func(d time.Duration, want string) {
		t.Helper()
		if got := formatDuration(d); got != want {
			t.Errorf("formatDuration(%d) = %s, want %s", d, got, want)
		}
		if back, ok := parseDuration(want); !ok || back != d {
			t.Errorf("parseDuration(%s) = %d, %v", want, back, ok)
		}
	}
	f(time.Hour, "1h")
	f(10*time.Minute, "10m")
	f(90*time.Second, "1m30s")
	f(time.Hour+time.Second, "1h0m1s")
	f(100*time.Millisecond, "100ms")

	g := func(n int, want string) {
		t.Helper()
		if got := formatSize(n); got != want {
			t.Errorf("formatSize(%d) = %s, want %s", n, got, want)
		}
		if back, ok := parseSize(want); !ok || back != n {
			t.Errorf("parseSize(%s) = %d, %v", want, back, ok)
		}
	}
	g(1, "1B")
	g(1023, "1023B")
	g(32<<10, "32KiB")
	g(1<<20, "1MiB")
	g(1<<30, "1GiB")
}

func TestNearest(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := nearest(name, keys()); got != want {
			t.Errorf("nearest(%s) = %s, want %s", name, got, want)
		}
	}
	f("edge.adr", "edge.addr")
	f("Edge.Addr", "edge.addr")
	f("regoin", "region")
	f("token.key", "token.keys")
	f("quota.rooms", "quotas.rooms")
	f("edge.fanout.maxdelay", "edge.fanout.max_delay")
	f("", "region")
}
