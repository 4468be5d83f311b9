package loadtest

import (
	"time"

	"github.com/gobwas/ws"
)

// Slow is what became of connections that did not read during a run.
type Slow struct {
	Connections int `json:"connections"`
	// Closed is how many of them the server had closed: at the end they read what there is, up to its end or until no
	// more comes.
	Closed int `json:"closed_by_server"`
	// Received is how many of the run's messages they got, most of them late.
	Received int64 `json:"deliveries_received"`
}

// slow keeps connections from reading.
type slow struct {
	conns []*conn
	owed  float64 // parts of a connection, of rooms too small for a whole one
}

// wanted returns how many of a room's connections do not read.
func (s *slow) wanted(share float64, members int) int {
	s.owed += share * float64(members)
	n := int(s.owed + 1e-9)
	s.owed -= float64(n)
	return n
}

func (s *slow) add(conns []*conn) { s.conns = append(s.conns, conns...) }

// begin stops the reading. Who cannot be stopped is as slow as anybody else, and is not counted.
func (s *slow) begin() {
	stopped := s.conns[:0]
	for _, c := range s.conns {
		if c.stall(true) {
			stopped = append(stopped, c)
		}
	}
	s.conns = stopped
}

// How long they are read at the end: until nothing has come for quiet, and no longer than patience.
const (
	slowQuiet    = 500 * time.Millisecond
	slowPatience = 5 * time.Second
	slowKnock    = 100 * time.Millisecond
)

// knock sends a pong that nobody asked for. Its packet tells the server's kernel that there is room again, which that
// would otherwise find out up to two minutes later; and a kernel whose process has closed the connection answers it with
// a reset.
func (s *slow) knock() {
	for _, c := range s.conns {
		_ = c.send(ws.OpPong, nil) // it may have been closed
	}
}

func (s *slow) finish(f *Fleet) Slow {
	r := Slow{Connections: len(s.conns)}
	if len(s.conns) == 0 {
		return r
	}
	for _, c := range s.conns {
		c.stall(false)
	}
	begun := time.Now()
	for last, since := int64(-1), begun; time.Since(since) < slowQuiet && time.Since(begun) < slowPatience; {
		if n := f.tally().bytes[stalled]; n != last {
			last, since = n, time.Now()
		}
		s.knock()
		time.Sleep(slowKnock)
	}
	for _, c := range s.conns {
		r.Closed += int(one(!c.isOpen()))
	}
	r.Received = f.tally().marked[stalled]
	return r
}
