package bus

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// Share lets other processes of the same user use the embedded server, by EngineOptions.Socket. path names a socket that
// is made for it, at most 100 bytes; one that a process left there is replaced. The server itself goes on listening
// nowhere: what arrives on the socket is handed to it as connections inside the process are, so nobody on the network
// can reach it, and none has to prove who it is. It lasts until Shutdown, which removes the socket.
func (e *Engine) Share(path string) error {
	if e.server == nil {
		return errors.New("bus: only an embedded server can be shared")
	}
	l, err := ListenSocket(path)
	if err != nil {
		return fmt.Errorf("bus: cannot share the server: %w", err)
	}
	s := &share{listener: l, server: e.server, conns: map[net.Conn]bool{}}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		l.Close()
		return ErrClosed
	}
	e.share = s
	go s.accept()
	return nil
}

// ListenSocket makes a socket that only this user can connect to, in place of one that is there.
func ListenSocket(path string) (net.Listener, error) {
	_ = os.Remove(path) // what is in the way shows in the next line
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, withoutAddress(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, withoutPath(err)
	}
	return l, nil
}

// withoutAddress returns what is wrong with a socket without saying which.
func withoutAddress(err error) error {
	var oe *net.OpError
	if errors.As(err, &oe) {
		return fmt.Errorf("%s %s: %w", oe.Op, oe.Net, oe.Err)
	}
	return err
}

// share passes bytes between the connections to a socket and a server.
type share struct {
	listener net.Listener
	server   *server.Server

	mu     sync.Mutex
	conns  map[net.Conn]bool // nil: closed
	copies sync.WaitGroup
}

func (s *share) accept() {
	for {
		outside, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		inside, err := s.server.InProcessConn()
		if err != nil { // the server is shutting down
			outside.Close()
			continue
		}
		if !s.enter(outside, inside) {
			return
		}
	}
}

// enter begins to pass bytes both ways, until one side ends.
func (s *share) enter(outside, inside net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		outside.Close()
		inside.Close()
		return false
	}
	s.conns[outside], s.conns[inside] = true, true
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // whatever ended it, it has ended
		to.Close()
		from.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, from)
	}
	s.copies.Go(func() { pass(outside, inside) })
	s.copies.Go(func() { pass(inside, outside) })
	return true
}

// close ends all connections and waits until nothing is passed any more. A nil share has none.
func (s *share) close() {
	if s == nil {
		return
	}
	s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.conns = nil
	s.mu.Unlock()
	s.copies.Wait()
}

// socket is the way to a server that another process shares, as the client library wants it.
type socket string

// InProcessConn connects to the socket.
func (s socket) InProcessConn() (net.Conn, error) {
	c, err := net.Dial("unix", string(s))
	if err != nil {
		return nil, withoutAddress(err)
	}
	return c, nil
}
