package ops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Check is one condition of readiness.
type Check struct {
	Name  string
	Probe func() error // nil when the condition holds; called for every request, several at a time
}

// probeTimeout is how long a check may take. One that hangs counts as failed.
const probeTimeout = 2 * time.Second

var (
	errDraining = errors.New("the process is shutting down")
	errSlow     = fmt.Errorf("no answer within %s", probeTimeout)
)

func (s *Server) live(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") }

// ready answers with one line, or with ?verbose with one line a check.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	results := s.probe()
	var failed []string
	var lines strings.Builder
	for i, check := range s.checks() {
		if err := results[i]; err != nil {
			failed = append(failed, check.Name)
			fmt.Fprintf(&lines, "[-] %s: %v\n", check.Name, err)
		} else {
			fmt.Fprintf(&lines, "[+] %s\n", check.Name)
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	verdict := "ready"
	if failed != nil {
		verdict = "not ready: " + strings.Join(failed, ", ")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if r.URL.Query().Has("verbose") {
		fmt.Fprint(w, lines.String())
	}
	fmt.Fprintln(w, verdict)
}

// checks returns the conditions of the configuration and that of Drain.
func (s *Server) checks() []Check {
	running := Check{Name: "running", Probe: func() error {
		if s.draining.Load() {
			return errDraining
		}
		return nil
	}}
	return append([]Check{running}, s.config.Checks...)
}

// probe makes all checks at once and returns their results in the order of checks.
func (s *Server) probe() []error {
	checks := s.checks()
	results := make([]chan error, len(checks))
	for i, check := range checks {
		results[i] = make(chan error, 1) // a check that hangs must not hang its goroutine for ever
		go func() { results[i] <- check.Probe() }()
	}
	deadline, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	out := make([]error, len(checks))
	for i, result := range results {
		select {
		case out[i] = <-result:
		case <-deadline.Done():
			out[i] = late(result)
		}
	}
	return out
}

// late returns the result of a check after the deadline: it may have answered while another was waited for.
func late(result <-chan error) error {
	select {
	case err := <-result:
		return err
	default:
		return errSlow
	}
}
