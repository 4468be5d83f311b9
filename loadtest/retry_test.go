package loadtest

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

func TestReadRetryAfter(t *testing.T) {
	f := func(status int, headers string, want time.Duration, later bool) {
		t.Helper()
		got, ok := readRetryAfter(status, strings.NewReader("HTTP/1.1 503 Service Unavailable\r\n"+headers+"\r\n"))
		if got != want || ok != later {
			t.Fatalf("%d with %q says %v, %v", status, headers, got, ok)
		}
	}
	f(503, "", defaultWait, true)
	f(503, "Retry-After: 7\r\n", 7*time.Second, true)
	f(429, "retry-after: 0\r\n", 0, true)
	f(503, "Retry-After: 99999999\r\n", maxWait, true)
	f(503, "Retry-After: -1\r\n", defaultWait, true)
	f(503, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", defaultWait, true)
	f(503, "no header", defaultWait, true)
	f(401, "Retry-After: 7\r\n", 0, false)
}

func TestOnlyUnusedTokensAreTriedAgain(t *testing.T) {
	f := func(err error, least, most time.Duration) {
		t.Helper()
		wait, ok := canPass(err)
		if ok != (most > 0) || wait < least || wait > most {
			t.Fatalf("%v is tried again after %v, %v", err, wait, ok)
		}
	}
	u := unavailable{ws.StatusError(503), 4 * time.Second}
	f(u, 4*time.Second, 6100*time.Millisecond)
	f(syscall.ECONNREFUSED, 250*time.Millisecond, time.Second)
	f(syscall.ECONNRESET, 0, 0)
	f(io.EOF, 0, 0)
	f(ws.StatusError(401), 0, 0)
	if refusal(u) != "HTTP 503" || !errors.Is(u, ws.StatusError(503)) {
		t.Fatalf("%v counts as %q", u, refusal(u))
	}
}
