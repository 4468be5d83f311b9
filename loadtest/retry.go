package loadtest

import (
	"bufio"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// unavailable is a refusal that asks to come again later. It does not use up the token.
type unavailable struct {
	error               // the status
	after time.Duration // what Retry-After says
}

func (u unavailable) Unwrap() error { return u.error }

// Waits before another try: when the server does not say how long, and the longest that it can ask for.
const (
	defaultWait = time.Second
	maxWait     = time.Minute
)

// readRetryAfter looks into a refusal. Dates, which the header may hold as well, are as good as nothing said.
func readRetryAfter(status int, answer io.Reader) (time.Duration, bool) {
	if status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
		return 0, false
	}
	a, err := http.ReadResponse(bufio.NewReader(answer), nil)
	if err != nil {
		return defaultWait, true
	}
	defer a.Body.Close()
	seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return defaultWait, true
	}
	return min(time.Duration(seconds)*time.Second, maxWait), true
}

// canPass reports whether the same token can be tried again, and when. What happened to a token whose connection broke
// in the middle of the handshake nobody knows, so it is not.
func canPass(err error) (wait time.Duration, ok bool) {
	var u unavailable
	switch {
	case errors.As(err, &u):
		wait = u.after
	case errors.Is(err, syscall.ECONNREFUSED):
		wait = defaultWait / 4
	default:
		return 0, false
	}
	// All were refused at about the same time, and are not to come back at the same time.
	return wait + rand.N(wait/2+100*time.Millisecond), true
}
