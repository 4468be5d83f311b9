package bench

import (
	"strings"
	"testing"

	"github.com/throngchat/throng/loadtest"
)

const (
	testMark    = "[throng:01234567:0123456789abcdef]"
	testContent = testMark + " the quick brown fox"
)

// receives checks what a dialect answers to a payload, and whether it takes it for the membership.
func receives(t *testing.T, d *loadtest.Dialect) func(payload, answer string, member bool) {
	return func(payload, answer string, member bool) {
		t.Helper()
		got, is := d.Receive([]byte(payload), strings.Count(payload, testMark))
		if string(got) != answer || is != member {
			t.Fatalf("%q is answered with %q (member %t), want %q (%t)", payload, got, is, answer, member)
		}
		if n := testing.AllocsPerRun(10, func() { d.Receive([]byte(payload), 0) }); n > 1 {
			t.Fatalf("%q costs %v allocations besides its own", payload, n-1)
		}
	}
}

func says(t *testing.T, d *loadtest.Dialect, want ...string) {
	t.Helper()
	var got []string
	for _, hello := range d.Hello("") {
		got = append(got, string(hello))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("says %q, want %q", got, want)
	}
}

func publishes(t *testing.T, d *loadtest.Dialect, k int, want string) {
	t.Helper()
	if got := string(d.Publish(k, []byte(testContent))); got != want {
		t.Fatalf("publishes %q, want %q", got, want)
	}
}

func TestContentDialect(t *testing.T) {
	publishes(t, contentDialect(false), 3, testContent)
}

func TestSocketIODialect(t *testing.T) {
	d := socketIODialect()
	says(t, d, "40")
	f := receives(t, d)
	f(`0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`, "", false)
	f(`40{"sid":"wZX3oN0bSVIhsaknAAAI"}`, "", true)
	f("2", "3", false)
	f(`42["chat","`+testContent+`"]`, "", false)
	f(`44{"message":"no"}`, "", false)
	f("", "", false)
	publishes(t, d, 0, `42["chat","`+testContent+`"]`)
}

func TestNATSDialect(t *testing.T) {
	d := natsDialect()
	says(t, d, `CONNECT {"verbose":false,"pedantic":false,"echo":true,"lang":"go","version":"1","protocol":1}`+"\r\n", "SUB room 1\r\n", "PING\r\n")
	f := receives(t, d)
	f(`INFO {"server_id":"N","proto":1,"headers":true,"max_payload":1048576} `+"\r\n", "", false)
	f("PONG\r\n", "", true)
	f("PING\r\n", "PONG\r\n", false)
	message := "MSG room 1 54\r\n" + testContent + "\r\n"
	f(message, "", false)
	f(message+message+"PING\r\n"+message, "PONG\r\n", false)
	f(message+"PONG\r\n", "", true)
	f("-ERR 'Stale Connection'\r\n", "", false)
	// Content is not looked at.
	f("MSG room 1 12\r\nPING\r\nPONG\r\n\r\n", "", false)
	f("MSG room 1 6\r\nPING\r\n\r\nPING\r\n", "PONG\r\n", false)
	// Nonsense and what is cut do no harm.
	f("MSG room 1 x\r\nPING\r\n", "", false)
	f("MSG room 1 99999999999999999999\r\nPING\r\n", "", false)
	f("MSG room 1 \r\nPING\r\n", "", false)
	f("MSG room 1 -1\r\nPING\r\n", "", false)
	f("MSG room 1 99\r\nPING\r\n", "", false)
	f("MSG ", "", false)
	f("\r\n", "", false)
	f("", "", false)
	publishes(t, d, 0, "PUB room 54\r\n"+testContent+"\r\n")
}

func TestCentrifugeDialect(t *testing.T) {
	d := centrifugeDialect()
	says(t, d, "\x04\x08\x01\x22\x00")
	f := receives(t, d)
	const (
		connected = "\x0b\x08\x01\x2a\x07\x0a\x05abcde"
		published = "\x04\x08\x02\x42\x00"
		push      = "\x42\x22\x40\x12\x04room\x22\x38\x22\x36" + testContent
	)
	f(connected, "", true)
	f("\x00", "\x00", false)
	f(push, "", false)
	f(published+push+"\x00"+push, "\x00", false)
	f(push+connected, "", true)
	// An error is no membership.
	f("\x06\x08\x01\x12\x02\x08\x65", "", false)
	// What is cut does no harm.
	f(push[:10], "", false)
	f("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "", false)
	f("\xff", "", false)
	f("", "", false)
	publishes(t, d, 0, "\x42\x08\x02\x3a\x3e\x0a\x04room\x12\x36"+testContent)
	publishes(t, d, 300, "\x43\x08\xae\x02\x3a\x3e\x0a\x04room\x12\x36"+testContent)
}

func TestPeersAreDistinct(t *testing.T) {
	names := map[string]bool{}
	for _, p := range peers {
		if p.name == "" || names[p.name] || p.build == nil || p.dialect.Publish == nil {
			t.Fatalf("%+v", p)
		}
		names[p.name] = true
	}
}
