package store

import (
	"slices"
	"time"
)

// Filter chooses rooms. A field that is not empty has to match exactly.
type Filter struct {
	Name                           string
	MessageReviewHandlerURI        string
	LoggingConfigurationIdentifier string // one of the room's
}

func (f *Filter) match(r *Room) bool {
	return (f.Name == "" || f.Name == r.Name) &&
		(f.MessageReviewHandlerURI == "" ||
			r.MessageReviewHandler != nil && f.MessageReviewHandlerURI == r.MessageReviewHandler.URI) &&
		(f.LoggingConfigurationIdentifier == "" ||
			slices.Contains(r.LoggingConfigurationIdentifiers, f.LoggingConfigurationIdentifier))
}

// Cursor is a position in the list: that of the room last seen. The room need not exist any more. Zero is the start.
type Cursor struct {
	UpdateTime time.Time
	ID         string
}

func (c Cursor) zero() bool { return c.ID == "" && c.UpdateTime.IsZero() }

// List returns up to limit rooms that the filter chooses, sorted by UpdateTime, the latest first, then by ID, beginning
// strictly after the cursor; and whether there are more. Finding the start takes logarithmic time; a filter that few
// rooms match makes it look at all of them.
//
// A room that is updated while a caller pages moves to the front and may be missed; no room is listed twice for it,
// unless it had been listed before it was updated and the caller starts again.
func (s *Rooms) List(f Filter, after Cursor, limit int) (rooms []*Room, more bool) {
	if limit <= 0 {
		return nil, false
	}
	m := s.memory
	m.mu.RLock()
	defer m.mu.RUnlock()
	end := len(m.order)
	if !after.zero() {
		end, _ = m.order.find(after.UpdateTime, after.ID)
	}
	rooms = make([]*Room, 0, min(limit, end))
	for i := end - 1; i >= 0; i-- {
		r := m.order[i]
		if !f.match(r) {
			continue
		}
		if len(rooms) == limit {
			return rooms, true
		}
		rooms = append(rooms, r)
	}
	return rooms, false
}
