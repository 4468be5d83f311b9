package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)

func roomAt(id string, revision uint64) *Room {
	return &Room{ID: id, UpdateTime: start.Add(time.Duration(revision)), Revision: revision}
}

// consistent checks that the parts of memory agree.
func (m *memory) consistent() error {
	n := 0
	var err error
	m.rooms.Range(func(id, v any) bool {
		n++
		r := v.(*Room)
		if i, ok := m.order.find(r.UpdateTime, r.ID); !ok || m.order[i] != r {
			err = fmt.Errorf("room %v is not in order", id)
		}
		return true
	})
	if err == nil && (n != len(m.order) || n != int(m.count.Load())) {
		err = fmt.Errorf("%d rooms, %d in order, count is %d", n, len(m.order), m.count.Load())
	}
	if !slices.IsSortedFunc(m.order, func(a, b *Room) int { return -compare(a.UpdateTime, a.ID, b.UpdateTime, b.ID) }) {
		err = fmt.Errorf("not sorted")
	}
	return err
}

func TestNewsOutOfOrder(t *testing.T) {
	f := func(want uint64, news func(m *memory)) {
		t.Helper()
		m := newMemory(func(string, *Room) {})
		news(m)
		var got uint64
		if r, ok := m.get("a"); ok {
			got = r.Revision
		}
		if got != want {
			t.Errorf("revision %d is visible, want %d", got, want)
		}
		if err := m.consistent(); err != nil {
			t.Error(err)
		}
	}
	watched := func(m *memory, revision uint64) { m.watchedPut("a", revision, roomAt("a", revision)) }

	// Own writes are ahead of the watcher.
	f(5, func(m *memory) { m.put(roomAt("a", 5)); watched(m, 3); watched(m, 4) })
	f(6, func(m *memory) { m.put(roomAt("a", 5)); watched(m, 5); watched(m, 6) })
	// Or behind it.
	f(6, func(m *memory) { watched(m, 6); m.put(roomAt("a", 5)) })
	// Own deletion, then what the watcher brings late.
	f(0, func(m *memory) { m.put(roomAt("a", 5)); m.remove("a", 6); watched(m, 4); watched(m, 5) })
	f(0, func(m *memory) { m.put(roomAt("a", 5)); m.remove("a", 6); watched(m, 5); m.watchedRemove("a", 7) })
	f(9, func(m *memory) {
		m.put(roomAt("a", 5))
		m.remove("a", 6)
		m.put(roomAt("a", 9))
		watched(m, 5)
		m.watchedRemove("a", 7)
	})
	f(9, func(m *memory) { m.put(roomAt("a", 5)); m.remove("a", 6); watched(m, 9) })
	// A room that was read before it was deleted must not come back.
	f(0, func(m *memory) { watched(m, 5); m.watchedRemove("a", 7); m.put(roomAt("a", 5)) })
	f(0, func(m *memory) { watched(m, 5); m.remove("a", 6); m.watchedRemove("a", 7); m.put(roomAt("a", 5)) })
	// A deletion that is older than the room.
	f(8, func(m *memory) { m.put(roomAt("a", 8)); m.watchedRemove("a", 7) })
	f(8, func(m *memory) { m.put(roomAt("a", 8)); m.remove("a", 6) })
	// A watcher that begins anew.
	f(0, func(m *memory) { watched(m, 5); m.replace(nil, 7, false) })
	f(8, func(m *memory) { watched(m, 5); m.put(roomAt("a", 8)); m.replace(nil, 7, false) })
	f(8, func(m *memory) { watched(m, 5); m.replace(map[string]*Room{"a": roomAt("a", 8)}, 9, false) })
	f(0, func(m *memory) {
		m.put(roomAt("a", 5))
		m.remove("a", 6)
		m.replace(map[string]*Room{"a": roomAt("a", 5)}, 5, false)
	})
	// On another bucket, whose revisions are lower.
	f(2, func(m *memory) { watched(m, 5); m.replace(map[string]*Room{"a": roomAt("a", 2)}, 3, true) })
	f(4, func(m *memory) { watched(m, 5); m.replace(nil, 3, true); watched(m, 4) })
	f(0, func(m *memory) { m.put(roomAt("a", 8)); m.replace(nil, 3, true) })
}

func TestDeletionsAreForgotten(t *testing.T) {
	m := newMemory(func(string, *Room) {})
	for i := range uint64(100) {
		id := fmt.Sprint(i)
		m.put(roomAt(id, 10*i+5))
		m.remove(id, 10*i+6)
		m.watchedRemove(id, 10*i+7)
	}
	m.remove("seen already", 3)
	if len(m.gone) != 0 {
		t.Fatalf("%d deletions are remembered", len(m.gone))
	}
	m.remove("a", 5000)
	m.replace(nil, 6000, false)
	if len(m.gone) != 0 {
		t.Fatalf("%d deletions are remembered", len(m.gone))
	}
}

// TestAnyInterleaving writes a history, lets the watcher bring it in order, and own writes and reads of it come in at any
// moment at which they can. In the end memory is what the history made, and no listener saw a revision go back.
func TestAnyInterleaving(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type write struct {
			id      string
			deleted bool
		}
		ids := rapid.SampledFrom([]string{"a", "b", "c"})
		history := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) write {
			return write{ids.Draw(t, "id"), rapid.IntRange(0, 2).Draw(t, "deleted") == 0}
		}), 1, 20).Draw(t, "history")

		heard := map[string]uint64{}
		m := newMemory(func(id string, r *Room) {
			if r == nil {
				return
			}
			if r.Revision <= heard[id] {
				t.Fatalf("revision %d of %s after %d", r.Revision, id, heard[id])
			}
			heard[id] = r.Revision
		})
		states := map[string]uint64{} // id → revision, 0: none
		watched := 0
		for i, w := range history {
			revision := uint64(i + 1)
			before := states[w.id]
			states[w.id] = revision
			if w.deleted {
				states[w.id] = 0
			}
			if rapid.Bool().Draw(t, "own") {
				if !w.deleted {
					m.put(roomAt(w.id, revision))
				} else if before > 0 {
					m.remove(w.id, before+1)
				}
			}
			// Something read at any earlier time arrives.
			if at := rapid.IntRange(0, i).Draw(t, "read"); !history[at].deleted {
				m.put(roomAt(history[at].id, uint64(at+1)))
			}
			for watched <= i && rapid.Bool().Draw(t, "watch") {
				h := history[watched]
				watched++
				if h.deleted {
					m.watchedRemove(h.id, uint64(watched))
				} else {
					m.watchedPut(h.id, uint64(watched), roomAt(h.id, uint64(watched)))
				}
			}
			if err := m.consistent(); err != nil {
				t.Fatal(err)
			}
		}
		for watched < len(history) {
			h := history[watched]
			watched++
			if h.deleted {
				m.watchedRemove(h.id, uint64(watched))
			} else {
				m.watchedPut(h.id, uint64(watched), roomAt(h.id, uint64(watched)))
			}
		}
		for id, want := range states {
			var got uint64
			if r, ok := m.get(id); ok {
				got = r.Revision
			}
			if got != want {
				t.Fatalf("%s has revision %d, want %d", id, got, want)
			}
		}
		if len(m.gone) != 0 {
			t.Fatalf("%d deletions are remembered", len(m.gone))
		}
	})
}
