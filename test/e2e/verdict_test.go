package e2e

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// bad matches what a healthy process never prints, whatever its clients do.
var bad = regexp.MustCompile(`WARNING: DATA RACE|(?m)^panic: |^fatal error: |checkptr:|level=ERROR.*`)

// judge ends the server and fails the test for anything that was wrong with it, whatever the test itself looked at.
func (s *server) judge() {
	if s.running() {
		if err := s.ready(); err != nil {
			s.t.Errorf("the server is not ready at the end of the test: %v", err)
		}
		if err := s.consistent(); err != nil {
			s.t.Errorf("the server's bookkeeping is wrong at the end of the test: %v", err)
		}
		s.stop()
	}
	log := s.log.String()
	if line := bad.FindString(s.unexpected(log)); line != "" {
		s.t.Errorf("the server's log has %q", line)
	}
	s.secretsMu.Lock()
	defer s.secretsMu.Unlock()
	for _, secret := range s.secrets {
		if at := strings.Index(log, secret); at >= 0 {
			line := strings.Count(log[:at], "\n") + 1
			s.t.Errorf("line %d of the server's log has something secret: %s", line, lineOf(log, at))
		}
	}
	if s.t.Failed() {
		s.t.Logf("log of the server of %s:\n%s", s.t.Name(), clip(log, 6_000))
	}
}

// mayLog names a line that the test itself brings about, by what it has in it.
func (s *server) mayLog(text string) { s.expected = append(s.expected, text) }

// unexpected returns a log without the lines that the test brought about.
func (s *server) unexpected(log string) string {
	var rest strings.Builder
	for line := range strings.Lines(log) {
		if !slices.ContainsFunc(s.expected, func(text string) bool { return strings.Contains(line, text) }) {
			rest.WriteString(line)
		}
	}
	return rest.String()
}

// consistent asks the server to compare its counters with its lists.
func (s *server) consistent() error {
	text, err := s.internal("/debug/consistency")
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) != "ok" {
		return errors.New(text)
	}
	return nil
}

func lineOf(log string, at int) string {
	from := strings.LastIndexByte(log[:at], '\n') + 1
	line, _, _ := strings.Cut(log[from:], "\n")
	return line
}

// clip keeps the two ends of a long text.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	half := limit / 2
	return fmt.Sprintf("%s\n… %d bytes …\n%s", s[:half], len(s)-limit, s[len(s)-half:])
}
