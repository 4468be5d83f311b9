package main

import (
	"fmt"
	"io"
	"math"

	"github.com/throngchat/throng/loadtest"
)

// tokens are those of the connections that are opened at first, and of those that come later.
type tokens struct{ first, fresh []string }

// atOnce is how many connections are open at the same time, at most.
func (t *tokens) atOnce(s *scenario) int {
	if s == storm {
		return max(len(t.first), len(t.fresh))
	}
	return len(t.first)
}

func readTokens(f *flags, s *scenario, stdin io.Reader) (t tokens, err error) {
	all, err := readFile("tokens", f.tokens, stdin)
	if err != nil {
		return t, err
	}
	t.first = all
	n := f.connections
	switch {
	case s.fresh && f.fresh != "":
		if t.fresh, err = readFile("fresh-tokens", f.fresh, stdin); err != nil {
			return t, err
		}
	case s.fresh:
		// n connections need so many times n tokens.
		needed := 2.0
		if s == churn {
			needed = 1 + f.churn*f.load.Duration.Seconds()
		}
		if n == 0 {
			n = int(float64(len(all)) / needed)
		}
		later := int(math.Ceil(float64(n) * (needed - 1)))
		if n < 1 || n+later > len(all) {
			return t, fmt.Errorf("--tokens: %d tokens for %d connections and %d that come later", len(all), n, later)
		}
		t.fresh = all[n : n+later]
	}
	if n == 0 {
		n = len(all)
	}
	if n > len(all) {
		return t, fmt.Errorf("--tokens: %d tokens for %d connections", len(all), n)
	}
	t.first = all[:n]
	return t, nil
}

func readFile(flag, name string, stdin io.Reader) ([]string, error) {
	file, err := openFile(name, stdin)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	defer file.Close()
	lines, err := loadtest.ReadTokens(file, 0)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return lines, nil
}
