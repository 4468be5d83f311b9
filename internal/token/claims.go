package token

import (
	"encoding/binary"
	"sort"
	"time"
	"unicode/utf8"

	"github.com/throngchat/throng/internal/chat"
)

// Claims is what a token says.
type Claims struct {
	// ID is unique to the token. Seal sets it; it consists of 16 characters of [A-Za-z0-9_-].
	ID           string
	RoomID       string
	UserID       string
	Capabilities chat.Capabilities
	Attributes   map[string]string
	// Times are kept to the millisecond. IssuedAt is before both others.
	IssuedAt      time.Time
	ExpiresAt     time.Time
	SessionEndsAt time.Time
}

// appendClaims encodes c: capabilities, issue time in Unix milliseconds, milliseconds from there to both ends, then
// room, user and attributes, each string behind its length. Integers are varints.
func appendClaims(b []byte, c *Claims) []byte {
	issued := c.IssuedAt.UnixMilli()
	b = append(b, byte(c.Capabilities))
	b = binary.AppendUvarint(b, uint64(issued))
	b = binary.AppendUvarint(b, uint64(c.ExpiresAt.UnixMilli()-issued))
	b = binary.AppendUvarint(b, uint64(c.SessionEndsAt.UnixMilli()-issued))
	b = appendString(b, c.RoomID)
	b = appendString(b, c.UserID)
	keys := make([]string, 0, len(c.Attributes))
	for k := range c.Attributes {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b = binary.AppendUvarint(b, uint64(len(keys)))
	for _, k := range keys {
		b = appendString(b, k)
		b = appendString(b, c.Attributes[k])
	}
	return b
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// maxMillis bounds the times in a token to what time.UnixMilli and a sum of two of them can hold.
const maxMillis = 1 << 50

// parseClaims decodes what appendClaims encoded, and nothing else: no byte may be left. It reports whether b is such.
// The strings of the claims do not refer to b.
func parseClaims(b []byte) (Claims, bool) {
	p := parser{rest: b}
	c := Claims{Capabilities: chat.Capabilities(p.byte())}
	issued, ttl, session := p.uvarint(maxMillis), p.uvarint(maxMillis), p.uvarint(maxMillis)
	c.IssuedAt = time.UnixMilli(int64(issued))
	c.ExpiresAt = time.UnixMilli(int64(issued + ttl))
	c.SessionEndsAt = time.UnixMilli(int64(issued + session))
	c.RoomID, c.UserID = p.string(), p.string()
	// Each attribute takes two bytes at least, so the count is bounded by what is there before the map is made.
	if n := p.uvarint(uint64(len(p.rest) / 2)); n > 0 && !p.failed {
		c.Attributes = make(map[string]string, n)
		for range n {
			k := p.string()
			c.Attributes[k] = p.string()
		}
	}
	return c, !p.failed && len(p.rest) == 0
}

type parser struct {
	rest   []byte
	failed bool
}

func (p *parser) byte() byte {
	if len(p.rest) == 0 {
		p.failed = true
		return 0
	}
	v := p.rest[0]
	p.rest = p.rest[1:]
	return v
}

func (p *parser) uvarint(limit uint64) uint64 {
	v, n := binary.Uvarint(p.rest)
	if n <= 0 || v > limit {
		p.failed = true
		return 0
	}
	p.rest = p.rest[n:]
	return v
}

func (p *parser) string() string {
	n := p.uvarint(uint64(len(p.rest)))
	if p.failed || n > uint64(len(p.rest)) {
		p.failed = true
		return ""
	}
	s := string(p.rest[:n])
	p.rest = p.rest[n:]
	if !utf8.ValidString(s) {
		p.failed = true
	}
	return s
}
