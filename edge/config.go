package edge

import (
	"runtime"
	"time"
)

// Config is how an edge behaves. Start from DefaultConfig.
type Config struct {
	// Addr is the address to listen on, host:port. Port 0 means any free one.
	Addr string
	// Reserved says that Addr is the address of a Reservation that another process holds, for the edges of several
	// processes.
	Reserved bool
	// Process is this process's number among those of the node that share a bus.NewOrdered, 1 to 255.
	Process int
	// Loops is the number of event loops; 0 means one for each processor that Go may use.
	Loops int
	// MaxConnections bounds the open connections, refused with 429 beyond (IVS Chat: 50,000 an account).
	MaxConnections int
	// MaxPendingHandshakes bounds the handshakes whose token is being claimed, refused with 503 beyond.
	MaxPendingHandshakes int
	// HandshakeTimeout is how long a peer may take from connecting to a whole request head, and a claim after it.
	HandshakeTimeout time.Duration
	// MaxHeadSize bounds a request head, in bytes.
	MaxHeadSize int
	// MaxMessageSize bounds a message from a client, in bytes, however many frames it comes in.
	MaxMessageSize int
	// PingInterval is how long a connection may be silent before it is pinged, and again between pings; up to a quarter
	// less, which spreads the pings of connections that came at one moment. After two pings
	// without a sign of life it is closed.
	PingInterval time.Duration
	// CloseTimeout bounds how long the closing handshake may take before the connection is dropped.
	CloseTimeout time.Duration
	// SendBuffer is the kernel's send buffer of a connection, in bytes (SO_SNDBUF, which Linux doubles). It bounds what
	// a peer that does not read can make the kernel hold.
	SendBuffer int
	// StallTimeout is how long a connection may take nothing at all before it is closed.
	StallTimeout time.Duration
	// CloseLaggards closes a connection that is so slow that its room's frames have passed it by, instead of letting it
	// skip ahead and miss them.
	CloseLaggards bool
	// MaxPerAddress bounds the sockets of one IP address, refused with 429 beyond; 0 is no bound. Behind a proxy all
	// clients have the proxy's address.
	MaxPerAddress int
	// DrainDuration is how long it takes to let all connections go when the edge stops: the node's clients come back
	// elsewhere spread over this time. A few hundred are let go at once.
	DrainDuration time.Duration
	Fanout        Fanout
}

// Fanout is how messages reach the members of a room.
type Fanout struct {
	// Duty is the share of its time, above 0 and at most 1, that a loop may spend walking over a room that always has
	// something new: after a walk it pauses for the walk's cost times (1/Duty - 1).
	Duty float64
	// MaxDelay bounds that pause.
	MaxDelay time.Duration
	// Slice is how many members are visited before the loop turns to other work.
	Slice int
	// HistoryBytes bounds the frames that a room keeps on a loop for members that are behind.
	HistoryBytes int
}

// DefaultConfig returns the configuration of a node that says nothing.
func DefaultConfig() Config {
	return Config{
		Addr:                 "0.0.0.0:8080",
		Loops:                runtime.GOMAXPROCS(0),
		MaxConnections:       50_000,
		MaxPendingHandshakes: 1024,
		HandshakeTimeout:     10 * time.Second,
		MaxHeadSize:          8 << 10,
		MaxMessageSize:       32 << 10,
		PingInterval:         30 * time.Second,
		CloseTimeout:         5 * time.Second,
		SendBuffer:           32 << 10,
		StallTimeout:         30 * time.Second,
		DrainDuration:        10 * time.Second,
		Fanout:               Fanout{Duty: 0.4, MaxDelay: 100 * time.Millisecond, Slice: 512, HistoryBytes: 1 << 20},
	}
}
