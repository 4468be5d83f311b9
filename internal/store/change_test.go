package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
	"github.com/throngchat/throng/internal/store"
)

// ear is a listener that checks the order of what it hears.
type ear struct {
	t    *testing.T
	mu   sync.Mutex
	last map[string]uint64
	gone map[string]int
	n    int
}

func (e *ear) hear(id string, r *store.Room) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.n++
	if r == nil {
		e.gone[id]++
		return
	}
	if r.ID != id || r.Revision <= e.last[id] {
		e.t.Errorf("revision %d of %s after %d", r.Revision, id, e.last[id])
	}
	e.last[id] = r.Revision
}

func TestOnChange(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		s, other := open(t, bustest.JetStream(t, e)), open(t, bustest.JetStream(t, e))
		ears := []*ear{}
		for _, of := range []*store.Rooms{s, other} {
			l := &ear{t: t, last: map[string]uint64{}, gone: map[string]int{}}
			of.OnChange(l.hear)
			// A listener may call the store.
			of.OnChange(func(id string, r *store.Room) { of.Get(id); of.List(store.Filter{}, store.Cursor{}, 10) })
			ears = append(ears, l)
		}
		r := newRoom("")
		must(t, s.Create(background, r))
		var all sync.WaitGroup
		for _, w := range []*store.Rooms{s, other} {
			all.Go(func() {
				for range 15 {
					_, err := w.Update(background, r.ID, func(r *store.Room) error { r.MaximumMessageLength++; return nil })
					if err != nil && !errors.Is(err, store.ErrConflict) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		final, err := s.Update(background, r.ID, func(r *store.Room) error { r.Name = "final"; return nil })
		must(t, err)
		for i, l := range ears {
			bustest.Eventually(t, func() error {
				l.mu.Lock()
				defer l.mu.Unlock()
				if l.last[r.ID] != final.Revision {
					return fmt.Errorf("listener %d heard revision %d, want %d", i, l.last[r.ID], final.Revision)
				}
				return nil
			})
		}
		must(t, other.Delete(background, r.ID))
		for i, l := range ears {
			bustest.Eventually(t, func() error {
				l.mu.Lock()
				defer l.mu.Unlock()
				if l.gone[r.ID] != 1 {
					return fmt.Errorf("listener %d heard of %d deletions", i, l.gone[r.ID])
				}
				return nil
			})
		}
	})
}

// TestOwnChangesAreHeardOnce writes in one process only: each revision comes exactly once, by itself and not again by the
// watcher.
func TestOwnChangesAreHeardOnce(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	s := open(t, bustest.JetStream(t, e))
	l := &ear{t: t, last: map[string]uint64{}, gone: map[string]int{}}
	s.OnChange(l.hear)
	var want int
	for range 20 {
		r := newRoom("")
		must(t, s.Create(background, r))
		_, err := s.Update(background, r.ID, func(r *store.Room) error { r.Name = "x"; return nil })
		must(t, err)
		must(t, s.Delete(background, r.ID))
		want += 3
	}
	// The watcher has brought all of that once more when it has brought the first of these rooms; what came of it is heard
	// before the second.
	for range 2 {
		marker := newRoom("")
		must(t, s.Create(background, marker))
		want++
		stored, _ := s.Get(marker.ID)
		bustest.Eventually(t, func() error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.last[marker.ID] == 0 || !s.HasWatched(stored.Revision) {
				return errors.New("a room is not heard of")
			}
			return nil
		})
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n != want {
		t.Fatalf("heard %d changes, want %d", l.n, want)
	}
}
