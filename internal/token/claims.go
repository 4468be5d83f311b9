package token

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
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

// check reports what keeps c from being read again once it is sealed.
func (c *Claims) check() error {
	issued := c.IssuedAt.UnixMilli()
	ttl, session := c.ExpiresAt.UnixMilli()-issued, c.SessionEndsAt.UnixMilli()-issued
	switch {
	case issued < 0 || ttl < 0 || session < 0:
		return errors.New("a token must be issued before it expires and before its session ends")
	case issued > maxMillis || ttl > maxMillis || session > maxMillis:
		return errors.New("the times of a token must be within 30,000 years of 1970")
	case !utf8.ValidString(c.RoomID) || !utf8.ValidString(c.UserID) || !chat.ValidAttributes(c.Attributes):
		return errors.New("the texts of a token must be valid UTF-8")
	}
	return nil
}

// appendClaims encodes c: capabilities, issue time in Unix milliseconds, milliseconds from there to both ends, then
// room, user and attributes in the order of their keys, each string behind its length. Integers are varints.
func appendClaims(b []byte, c *Claims) []byte {
	issued := c.IssuedAt.UnixMilli()
	b = append(b, byte(c.Capabilities))
	b = binary.AppendUvarint(b, uint64(issued))
	b = binary.AppendUvarint(b, uint64(c.ExpiresAt.UnixMilli()-issued))
	b = binary.AppendUvarint(b, uint64(c.SessionEndsAt.UnixMilli()-issued))
	b = appendString(b, c.RoomID)
	b = appendString(b, c.UserID)
	b = binary.AppendUvarint(b, uint64(len(c.Attributes)))
	for _, k := range slices.Sorted(maps.Keys(c.Attributes)) {
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

// parseClaims decodes what appendClaims encoded, and nothing else: no byte may be left, and each value has one form. It
// reports whether b is such.
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
		last := ""
		for i := range n {
			k := p.string()
			if i > 0 && k <= last {
				p.failed = true
			}
			c.Attributes[k] = p.string()
			last = k
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
	if n <= 0 || v > limit || n > 1 && p.rest[n-1] == 0 { // a last byte of 0 adds nothing: the form is too long
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
