package store

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/throngchat/throng/internal/jsonx"
)

// maxRoomSize bounds an encoded room, in bytes. A room with 50 tags of the largest size, every character escaped, is
// below it.
const maxRoomSize = 256 << 10

// ReviewHandler says who reviews the messages of a room before they are delivered.
type ReviewHandler struct {
	// URI names the function, or the HTTP endpoint.
	URI string `json:"uri"`
	// FallbackResult applies when the handler fails: ALLOW or DENY.
	FallbackResult string `json:"fallbackResult"`
}

// Room is a chat room. Rooms that the store returns are shared by all: never modify one.
type Room struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Times are UTC, to the nanosecond.
	CreateTime time.Time `json:"createTime"`
	UpdateTime time.Time `json:"updateTime"`
	// MaximumMessageRatePerSecond and MaximumMessageLength (in characters) are as the owner set them.
	MaximumMessageRatePerSecond     int               `json:"maximumMessageRatePerSecond"`
	MaximumMessageLength            int               `json:"maximumMessageLength"`
	MessageReviewHandler            *ReviewHandler    `json:"messageReviewHandler,omitempty"`
	Tags                            map[string]string `json:"tags,omitempty"`
	LoggingConfigurationIdentifiers []string          `json:"loggingConfigurationIdentifiers,omitempty"`

	// Revision is the number of the write that made this state. It grows with each write; the store sets it.
	Revision uint64 `json:"-"`
}

// clone returns a copy that shares nothing with r.
func (r *Room) clone() *Room {
	c := *r
	if r.MessageReviewHandler != nil {
		handler := *r.MessageReviewHandler
		c.MessageReviewHandler = &handler
	}
	c.Tags = maps.Clone(r.Tags)
	c.LoggingConfigurationIdentifiers = slices.Clone(r.LoggingConfigurationIdentifiers)
	return &c
}

// encodeRoom returns the value of a room in the bucket.
func encodeRoom(r *Room) ([]byte, error) {
	if !validKey(r.ID) {
		return nil, fmt.Errorf("%w: id is not 1 to 64 of [a-zA-Z0-9_-]", ErrInvalid)
	}
	utc := *r
	utc.CreateTime, utc.UpdateTime = r.CreateTime.UTC(), r.UpdateTime.UTC()
	value, err := jsonx.Marshal(&utc)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if len(value) > maxRoomSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrInvalid, maxRoomSize)
	}
	return value, nil
}

// decodeRoom reads the value that the bucket has under id.
func decodeRoom(id string, value []byte, revision uint64) (*Room, error) {
	if len(value) > maxRoomSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrInvalid, maxRoomSize)
	}
	r := new(Room)
	if err := jsonx.Unmarshal(value, r); err != nil {
		return nil, fmt.Errorf("%w: not JSON of a room", ErrInvalid)
	}
	if r.ID != id {
		return nil, fmt.Errorf("%w: value is of another room", ErrInvalid)
	}
	r.Revision = revision
	return r, nil
}

// validKey reports whether a room id can be a key of the bucket.
func validKey(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
