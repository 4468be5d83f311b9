package bench

import (
	"context"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// Contender is a server that scenarios can start.
type Contender struct {
	// Name appears in tables.
	Name string
	// Dialect is what its clients speak; nil means IVS Chat.
	Dialect *loadtest.Dialect
	// Start starts a fresh process with one room.
	Start func(ctx context.Context) (*Server, error)
}

// Server is a running contender.
type Server struct {
	// URL is the endpoint of its chat clients.
	URL string
	// Tokens returns n tokens for its room, valid for ttl.
	Tokens func(ctx context.Context, n int, ttl time.Duration) ([]string, error)
	// Heap collects garbage and returns the bytes then live, and those of the pages that hold them. It is nil for a
	// server without a garbage collector.
	Heap func(ctx context.Context) (live, inUse int64, err error)

	child *child
	clean func()
}

// PID returns the id of the server's process.
func (s *Server) PID() int { return s.child.pid() }

// Stop ends the server and removes what it left.
func (s *Server) Stop() error {
	defer s.clean()
	return s.child.stop()
}

// end is Stop for when there is nobody to tell: what was to be measured has been. A server that does not end by itself is
// killed, and has held its load nevertheless.
func (s *Server) end() { _ = s.Stop() }
