package loadtest

import (
	"errors"
	"fmt"
	"time"
)

// Load is what a Run does: messages at a fixed rate into every room that there are open connections in, and more where
// it is asked for. The zero rates only hold the connections, until ctx ends at the latest.
type Load struct {
	// Rate is in messages a second, of each room.
	Rate float64
	// Total, instead of Rate, is in messages a second of all rooms together: in proportion to their members, or each
	// room the same when Equal is set.
	Total float64
	Equal bool
	// ContentSize is the size of each message's content, in bytes and characters: MinContentSize to the room's
	// maximumMessageLength.
	ContentSize int
	// Duration is how long messages are published.
	Duration time.Duration
	// Publishers is how many connections of each room take turns; 0 means one for each 5 messages a second, half of what
	// the service lets a connection send.
	Publishers int

	// Fresh are unused tokens for connections that come during the run, evenly spread over Duration; for each that comes
	// one of the same room, that is no publisher, leaves: who has been there longest first.
	Fresh []string
	// Slow is the share of the connections that stop reading for the run, publishers not among them.
	Slow float64
	// Deletes and Disconnects are how many DELETE_MESSAGE and DISCONNECT_USER requests a second connections make, in all
	// rooms together, in proportion to their members. Their tokens need those capabilities.
	Deletes     float64
	Disconnects float64

	// Patience is how long Run waits for deliveries after the last message; 0 means 10 s.
	Patience time.Duration
	// ServerPID is the server's process on this machine, whose cost, with that of the processes that it started, is then
	// reported; 0 means that it is unknown.
	ServerPID int
	// Progress, when set, is called about once a second.
	Progress func(Progress)
}

// Progress is how far a Run has come.
type Progress struct {
	Elapsed     time.Duration
	Connections int
	Sent        int
	Received    int64
}

var (
	errNoConnections = errors.New("no open connection to publish on")
	errLoad          = fmt.Errorf("want a duration, rates and shares that are not negative, and a content of at least %d bytes", MinContentSize)
)

func (l Load) withDefaults() (Load, error) {
	if l.Patience == 0 {
		l.Patience = 10 * time.Second
	}
	negative := min(l.Rate, l.Total, l.Slow, l.Deletes, l.Disconnects) < 0 || l.Slow > 1
	if negative || l.Duration <= 0 || (l.publishes() && l.ContentSize < MinContentSize) || (l.Rate > 0 && l.Total > 0) {
		return l, errLoad
	}
	return l, nil
}

func (l *Load) publishes() bool { return l.Rate > 0 || l.Total > 0 }

// idle says that nothing happens but time.
func (l *Load) idle() bool {
	return max(l.Rate, l.Total, l.Deletes, l.Disconnects) == 0 && len(l.Fresh) == 0
}
