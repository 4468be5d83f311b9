package loadtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of a list of tokens: bytes of one, and how many.
const (
	maxTokenSize = 8 << 10
	maxTokens    = 10_000_000
)

var errNoTokens = errors.New("no tokens")

// ReadTokens reads a token a line and returns the first n of them, or all when n is 0. Empty lines are left out. It is
// an error when there are fewer than n, or none, or when one is longer than 8 KiB.
func ReadTokens(r io.Reader, n int) ([]string, error) {
	if n <= 0 {
		n = maxTokens
	}
	var tokens []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTokenSize)
	for len(tokens) < n && lines.Scan() {
		if t := strings.TrimSpace(lines.Text()); t != "" {
			tokens = append(tokens, t)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("token %d is longer than %d bytes", len(tokens)+1, maxTokenSize)
	case err != nil:
		return nil, err
	case len(tokens) == 0:
		return nil, errNoTokens
	case n < maxTokens && len(tokens) < n:
		return nil, fmt.Errorf("%d tokens for %d connections", len(tokens), n)
	}
	return tokens, nil
}
