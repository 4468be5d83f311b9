package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// listing is a store with nothing but memory.
func listing(rooms ...*Room) *Rooms {
	m := newMemory(func(string, *Room) {})
	for i, r := range rooms {
		r.Revision = uint64(i + 1)
		m.put(r)
	}
	return &Rooms{memory: m}
}

func ids(rooms []*Room) (s []string) {
	for _, r := range rooms {
		s = append(s, r.ID)
	}
	return s
}

func TestList(t *testing.T) {
	at := func(second int) time.Time { return start.Add(time.Duration(second) * time.Second) }
	handler := &ReviewHandler{URI: "uri"}
	s := listing(
		&Room{ID: "old", UpdateTime: at(1), Name: "n"},
		&Room{ID: "new", UpdateTime: at(9)},
		&Room{ID: "b", UpdateTime: at(5), MessageReviewHandler: handler, Name: "n"},
		&Room{ID: "a", UpdateTime: at(5), LoggingConfigurationIdentifiers: []string{"l1", "l2"}},
		&Room{ID: "c", UpdateTime: at(5), MessageReviewHandler: &ReviewHandler{URI: "other"}},
	)
	f := func(filter Filter, after Cursor, limit int, more bool, want ...string) {
		t.Helper()
		rooms, gotMore := s.List(filter, after, limit)
		if got := ids(rooms); !slices.Equal(got, want) || gotMore != more {
			t.Errorf("got %v, more %v; want %v, %v", got, gotMore, want, more)
		}
	}
	all, top := Filter{}, Cursor{}
	f(all, top, 10, false, "new", "a", "b", "c", "old")
	f(all, top, 5, false, "new", "a", "b", "c", "old")
	f(all, top, 4, true, "new", "a", "b", "c")
	f(all, top, 0, false)
	f(all, top, -1, false)
	// After a room, or where one was.
	f(all, Cursor{at(5), "a"}, 2, true, "b", "c")
	f(all, Cursor{at(5), "aa"}, 1, true, "b")
	f(all, Cursor{at(5), ""}, 1, true, "a")
	f(all, Cursor{at(3), "zzz"}, 9, false, "old")
	f(all, Cursor{at(1), "old"}, 9, false)
	f(all, Cursor{at(0), "x"}, 9, false)
	f(all, Cursor{at(99), "x"}, 1, true, "new")
	f(all, Cursor{UpdateTime: at(5), ID: "b"}, 1, true, "c")
	// In another zone it is the same time.
	f(all, Cursor{at(5).In(time.FixedZone("x", 3600)), "b"}, 1, true, "c")
	f(Filter{Name: "n"}, top, 9, false, "b", "old")
	f(Filter{Name: "n"}, top, 1, true, "b")
	f(Filter{Name: "N"}, top, 9, false)
	f(Filter{MessageReviewHandlerURI: "uri"}, top, 9, false, "b")
	f(Filter{LoggingConfigurationIdentifier: "l2"}, top, 9, false, "a")
	f(Filter{Name: "n", MessageReviewHandlerURI: "uri"}, top, 9, false, "b")
	f(Filter{Name: "n", LoggingConfigurationIdentifier: "l1"}, top, 9, false)
}

// TestPagesCoverTheList pages through any rooms with any limit: every room once, in order.
func TestPagesCoverTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rooms []*Room
		n := rapid.IntRange(0, 40).Draw(t, "rooms")
		for i := range n {
			second := rapid.IntRange(0, 5).Draw(t, "second") // many at the same time
			rooms = append(rooms, &Room{ID: fmt.Sprint(i), UpdateTime: start.Add(time.Duration(second) * time.Second)})
		}
		s := listing(rooms...)
		slices.SortFunc(rooms, func(a, b *Room) int { return compare(a.UpdateTime, a.ID, b.UpdateTime, b.ID) })
		limit := rapid.IntRange(1, 10).Draw(t, "limit")
		var got []string
		for after, more := (Cursor{}), true; more; {
			var page []*Room
			page, more = s.List(Filter{}, after, limit)
			if more && len(page) != limit || len(page) > limit {
				t.Fatalf("a page of %d, limit %d, more %v", len(page), limit, more)
			}
			got = append(got, ids(page)...)
			if len(page) > 0 {
				last := page[len(page)-1]
				after = Cursor{last.UpdateTime, last.ID}
			}
		}
		if !slices.Equal(got, ids(rooms)) {
			t.Fatalf("got %v, want %v", got, ids(rooms))
		}
	})
}
