package edge

import (
	"net"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/wsproto"
)

// transport is what a connection needs of the event engine's. Only flush.go writes to it and only read.go and
// handshake.go read from it.
type transport interface {
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	Write(p []byte) (int, error)
	OutboundBuffered() int
	InboundBuffered() int
	Fd() int
	RemoteAddr() net.Addr
}

// state is where a connection is in its life. It only ever grows.
type state uint8

const (
	stateHead    state = iota // reading the upgrade request
	stateClaim                // waiting for the token's claim
	stateOpen                 // a member of its room
	stateClosing              // a close frame or a refusal was sent; input is ignored
	stateDead                 // the engine has forgotten it
)

// conn is one connection. It belongs to its loop.
type conn struct {
	tr   transport
	loop *loop

	reader  wsproto.Reader
	pending *handshake // until the claim is decided
	member  membership
	bucket  limit.Bucket // requests
	flood   limit.Bucket // frames of every kind

	sender  chat.Sender // nil when the token does not let it send
	room    string      // its id, from the token on
	userID  string
	session int64 // when the session ends, in nanoseconds of the loops' clock

	slot     uint32
	gen      uint32
	seen     uint32 // second of the loops' clock in which a byte last arrived
	armed    uint32 // second in which the wheel looks at it next; 0 when it is not in the wheel
	deadline uint32 // second in which stateHead, stateClaim or stateClosing must be over
	stalled  uint32 // second since which it has taken nothing, while it is lagging
	waiting  uint32 // bytes that waited for it when the loop last looked, while it is lagging
	scanned  uint16 // bytes of the head known to hold no end
	state    state
	reason   reason
	caps     chat.Capabilities
	pings    uint8 // unanswered pings

	counted bool // against the connection quota
	opened  bool // it was a member once
	logged  bool // its end has a line in the log
	lagging bool // it is in the loop's list of those that could not take everything
}

// membership is a connection's place in its room. What a walk needs to know of it is in the room itself, at index.
type membership struct {
	room  *loopRoom
	index uint32
	echo  uint64 // one more than the number of the last frame that answers a request of its own; 0 when there is none
}

// connID names a connection to other goroutines.
type connID struct {
	slot, gen uint32
}

func (c *conn) id() connID { return connID{c.slot, c.gen} }
