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

// conn is one connection. It belongs to its loop. There are many of it, so it has no field that another one gives, and
// docs/memory.md accounts for its bytes.
type conn struct {
	tr   transport // the engine's connection
	loop *loop     // the only one to touch this

	reader  wsproto.Reader // an incomplete message, if there is one
	pending *handshake     // until the claim is decided
	room    *room          // from its admission to the room on, and still after it has left
	member  membership     // its place in the room, what it may do, and its last own frame
	bucket  limit.Bucket   // requests
	flood   limit.Bucket   // frames of every kind

	sender  chat.Sender // empty when the token does not let it send
	userID  string      // from the token on
	session int64       // when the session ends, in nanoseconds of the loops' clock

	slot     uint32 // its place in the loop's table
	seen     uint32 // second of the loops' clock in which a byte last arrived
	deadline uint32 // second in which stateHead, stateClaim or stateClosing must be over
	armed    uint32 // second in which the wheel looks at it next; 0 when it is not in the wheel
	earlier  link   // its neighbours in the wheel's slot
	later    link   // and the other way
	scanned  uint16 // bytes of the head known to hold no end
	state    state  // where it is in its life
	reason   reason // why it ends, once it does
	pings    uint8  // unanswered pings

	counted bool // against the connection quota
	opened  bool // it was a member once
	logged  bool // its end has a line in the log
}

// membership is a connection's place in its room. What a walk needs to know of it is in the room itself, at index.
type membership struct {
	room    *loopRoom // nil when it is a member of none
	echo    uint64    // one more than the number of the last frame that answers a request of its own; 0 when there is none
	index   uint32
	caps    chat.Capabilities
	lagging bool // it is in the loop's list of those that could not take everything
}

// connID names a connection to other goroutines.
type connID struct {
	slot, gen uint32
}

func (c *conn) id() connID { return connID{c.slot, c.loop.gens[c.slot]} }

// roomID returns the id of the room that its token names, or "" before there is a token.
func (c *conn) roomID() string {
	switch {
	case c.room != nil:
		return c.room.id
	case c.pending != nil:
		return c.pending.claims.RoomID
	}
	return ""
}
