package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/store"
)

var background = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open opens the rooms, until the test ends.
func open(t testing.TB, js jetstream.JetStream) *store.Rooms {
	t.Helper()
	s, err := store.OpenRooms(background, js, store.RoomsOptions{Log: bustest.Discard()}.CheckEvery(100*time.Millisecond))
	must(t, err)
	t.Cleanup(s.Close)
	return s
}

// fullRoom has something in every field.
func fullRoom() *store.Room {
	r := newRoom("lobby")
	r.MessageReviewHandler = &store.ReviewHandler{URI: "arn:aws:lambda:us-west-2:1:function:f", FallbackResult: "DENY"}
	r.Tags = map[string]string{"käse": "<&>\u2028", "": "\x00"}
	r.LoggingConfigurationIdentifiers = []string{"arn:one", "arn:two"}
	return r
}

// same compares rooms as they were stored.
func same(t testing.TB, got, want *store.Room) {
	t.Helper()
	g, w := *got, *want
	if !g.CreateTime.Equal(w.CreateTime) || !g.UpdateTime.Equal(w.UpdateTime) {
		t.Fatalf("times are %v, %v, want %v, %v", g.CreateTime, g.UpdateTime, w.CreateTime, w.UpdateTime)
	}
	g.CreateTime, g.UpdateTime, g.Revision = w.CreateTime, w.UpdateTime, w.Revision
	if !reflect.DeepEqual(g, w) {
		t.Fatalf("got %+v, want %+v", g, w)
	}
}

func TestRooms(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		s, other := open(t, bustest.JetStream(t, e)), open(t, bustest.JetStream(t, e))
		want := fullRoom()
		must(t, s.Create(background, want))
		got, ok := s.Get(want.ID)
		if !ok || got == want || s.Len() != 1 {
			t.Fatalf("after Create: %v, %v, %d rooms", got, ok, s.Len())
		}
		same(t, got, want)
		if err := s.Create(background, want); !errors.Is(err, store.ErrExists) {
			t.Fatalf("second Create: %v", err)
		}
		// Another process may be asked before its watcher has heard.
		fetched, err := other.Fetch(background, want.ID)
		must(t, err)
		same(t, fetched, want)

		updated, err := other.Update(background, want.ID, func(r *store.Room) error {
			r.Name, r.MessageReviewHandler, r.Tags["new"] = "hall", nil, "tag"
			return nil
		})
		must(t, err)
		if got, _ := other.Get(want.ID); got.Revision != updated.Revision || updated.Name != "hall" || updated.MessageReviewHandler != nil {
			t.Fatalf("after Update: %+v", updated)
		}
		if len(fetched.Tags) != 2 || fetched.MessageReviewHandler == nil {
			t.Fatal("Update changed a state that is shared")
		}
		bustest.Eventually(t, func() error {
			if got, ok := s.Get(want.ID); !ok || got.Revision != updated.Revision {
				return fmt.Errorf("the first process has %+v", got)
			}
			return nil
		})

		must(t, s.Delete(background, want.ID))
		if _, ok := s.Get(want.ID); ok || s.Len() != 0 {
			t.Fatal("room is there after Delete")
		}
		if err := s.Delete(background, want.ID); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("second Delete: %v", err)
		}
		if _, err := s.Fetch(background, want.ID); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("Fetch after Delete: %v", err)
		}
		bustest.Eventually(t, func() error {
			if other.Len() != 0 {
				return errors.New("the other process has the room")
			}
			return nil
		})
		// The id can be used again.
		must(t, other.Create(background, want))
		bustest.Eventually(t, func() error {
			if _, ok := s.Get(want.ID); !ok {
				return errors.New("the first process has no room")
			}
			return nil
		})
	})
}

func TestInvalidRooms(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	s := open(t, bustest.JetStream(t, e))
	for _, id := range []string{"", "a.b", "*", "a b", strings.Repeat("x", 65)} {
		r := newRoom("")
		r.ID = id
		if err := s.Create(background, r); !errors.Is(err, store.ErrInvalid) {
			t.Fatalf("%q: %v", id, err)
		}
		if _, err := s.Fetch(background, id); !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("%q: %v", id, err)
		}
	}
	large := newRoom("")
	large.Tags = map[string]string{"k": strings.Repeat("v", 256<<10)}
	if err := s.Create(background, large); !errors.Is(err, store.ErrInvalid) {
		t.Fatal(err)
	}
	// The largest that the API lets through fits, JSON escapes included.
	for i := range 50 {
		large.Tags[fmt.Sprint(i)+strings.Repeat("k", 126)] = strings.Repeat("\x01", 256)
	}
	delete(large.Tags, "k")
	must(t, s.Create(background, large))
	if s.Len() != 1 {
		t.Fatalf("%d rooms", s.Len())
	}
}

func TestUpdateErrors(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	s := open(t, bustest.JetStream(t, e))
	r := newRoom("before")
	must(t, s.Create(background, r))
	mine := errors.New("mine")
	if _, err := s.Update(background, r.ID, func(r *store.Room) error { r.Name = "x"; return mine }); !errors.Is(err, mine) {
		t.Fatalf("got %v", err)
	}
	if _, err := s.Update(background, chat.NewID(), func(*store.Room) error { return nil }); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("got %v", err)
	}
	if got, _ := s.Get(r.ID); got.Name != "before" {
		t.Fatalf("an update that failed is visible: %+v", got)
	}
	// The room cannot be given another id.
	got, err := s.Update(background, r.ID, func(r *store.Room) error { r.ID = chat.NewID(); return nil })
	must(t, err)
	if got.ID != r.ID {
		t.Fatalf("id is %s", got.ID)
	}
	// Somebody else is always first.
	other := open(t, bustest.JetStream(t, e))
	calls := 0
	_, err = s.Update(background, r.ID, func(r *store.Room) error {
		calls++
		_, err := other.Update(background, r.ID, func(r *store.Room) error { r.Name += "x"; return nil })
		return err
	})
	if !errors.Is(err, store.ErrConflict) || calls < 2 {
		t.Fatalf("got %v after %d calls", err, calls)
	}
	// Or has deleted it.
	_, err = s.Update(background, r.ID, func(r *store.Room) error { return other.Delete(background, r.ID) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("got %v", err)
	}
}

// TestConcurrentWriters has goroutines on two stores count in one room: no increment may be lost.
func TestConcurrentWriters(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		stores := []*store.Rooms{open(t, bustest.JetStream(t, e)), open(t, bustest.JetStream(t, e))}
		r := newRoom("")
		must(t, stores[0].Create(background, r))
		var all sync.WaitGroup
		var done atomic.Int64
		for i := range 6 {
			all.Go(func() {
				for range 10 {
					_, err := stores[i%2].Update(background, r.ID, func(r *store.Room) error {
						r.MaximumMessageLength++
						return nil
					})
					if err == nil {
						done.Add(1)
					} else if !errors.Is(err, store.ErrConflict) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		want := r.MaximumMessageLength + int(done.Load())
		for _, s := range stores {
			bustest.Eventually(t, func() error {
				if got, _ := s.Get(r.ID); got.MaximumMessageLength != want {
					return fmt.Errorf("counted %d, want %d", got.MaximumMessageLength, want)
				}
				return nil
			})
		}
		// One of several deletions wins, one of several creations too.
		var deleted, created atomic.Int64
		for i := range 8 {
			all.Go(func() {
				if stores[i%2].Delete(background, r.ID) == nil {
					deleted.Add(1)
				}
			})
		}
		all.Wait()
		for i := range 8 {
			all.Go(func() {
				if stores[i%2].Create(background, r) == nil {
					created.Add(1)
				}
			})
		}
		all.Wait()
		if deleted.Load() != 1 || created.Load() != 1 {
			t.Fatalf("%d deleted, %d created", deleted.Load(), created.Load())
		}
	})
}

func TestRoomsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	want := map[string]*store.Room{}
	for range 3 {
		e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
		s := open(t, bustest.JetStream(t, e))
		if s.Len() != len(want) {
			t.Fatalf("%d rooms, want %d", s.Len(), len(want))
		}
		for id, w := range want {
			got, ok := s.Get(id)
			if !ok {
				t.Fatal("a room is lost")
			}
			same(t, got, w)
		}
		for range 10 {
			r := fullRoom()
			must(t, s.Create(background, r))
			want[r.ID] = r
		}
		first := slices.Sorted(maps.Keys(want))[0]
		must(t, s.Delete(background, first))
		delete(want, first)
		s.Close()
		e.Shutdown()
	}
}

// TestServerGoesAway holds that writes fail in their time, reads go on, and changes are seen again afterwards.
func TestServerGoesAway(t *testing.T) {
	server := bustest.External(t)
	e := bustest.Start(t, bus.EngineOptions{URL: server.URL()})
	s, other := open(t, bustest.JetStream(t, e)), open(t, bustest.JetStream(t, e))
	r, gone := newRoom("before"), newRoom("gone")
	must(t, s.Create(background, r))
	must(t, s.Create(background, gone))
	server.Stop()

	ctx, cancel := context.WithTimeout(background, 200*time.Millisecond)
	defer cancel()
	lost := newRoom("lost")
	if err := s.Create(ctx, lost); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("Create: %v", err)
	}
	if _, ok := s.Get(lost.ID); ok {
		t.Fatal("a room that is not stored is visible")
	}
	if _, err := s.Update(ctx, r.ID, func(*store.Room) error { return nil }); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("Update: %v", err)
	}
	if err := s.Delete(ctx, r.ID); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("Delete: %v", err)
	}
	if _, err := s.Fetch(ctx, chat.NewID()); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("Fetch: %v", err)
	}
	if _, ok := s.Get(r.ID); !ok {
		t.Fatal("memory is empty")
	}

	server.Start()
	bustest.Eventually(t, func() error {
		_, err := other.Update(background, r.ID, func(r *store.Room) error { r.Name = "after"; return nil })
		return err
	})
	must(t, other.Delete(background, gone.ID))
	bustest.Eventually(t, func() error {
		got, _ := s.Get(r.ID)
		if _, ok := s.Get(gone.ID); ok || got.Name != "after" {
			return fmt.Errorf("room is %q, deleted room is there: %v", got.Name, ok)
		}
		return nil
	})
}

// TestBucketIsReplaced holds that memory follows when the operator puts another bucket in place.
func TestBucketIsReplaced(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	js := bustest.JetStream(t, e)
	s := open(t, js)
	var old []*store.Room
	for range 3 {
		r := newRoom("old")
		must(t, s.Create(background, r))
		old = append(old, r)
	}
	must(t, js.DeleteKeyValue(background, "throng_rooms"))
	bustest.Eventually(t, func() error { // the server may still be removing the old one
		s, err := store.OpenRooms(background, js, store.RoomsOptions{Log: bustest.Discard()})
		if err == nil {
			s.Close()
		}
		return err
	})
	other := open(t, bustest.JetStream(t, e))
	kept := old[2]
	kept.Name = "kept"
	must(t, other.Create(background, kept))
	bustest.Eventually(t, func() error {
		got, ok := s.Get(kept.ID)
		if s.Len() != 1 || !ok || got.Name != "kept" {
			return fmt.Errorf("%d rooms: %+v", s.Len(), got)
		}
		return nil
	})
}

// TestStoreIsFull holds that a full store is an error of writes, loses nothing, and is over when there is more room.
func TestStoreIsFull(t *testing.T) {
	dir := t.TempDir()
	e := bustest.Start(t, bus.EngineOptions{StoreDir: dir, MaxStore: 50_000})
	s := open(t, bustest.JetStream(t, e))
	var stored []string
	var err error
	for err == nil && len(stored) < 1000 {
		r := fullRoom()
		if err = s.Create(background, r); err == nil {
			stored = append(stored, r.ID)
		}
	}
	if !errors.Is(err, store.ErrUnavailable) || s.Len() != len(stored) || len(stored) == 0 {
		t.Fatalf("after %d rooms: %v", len(stored), err)
	}
	if err := e.Healthy(); err != nil {
		t.Fatal(err)
	}
	e.Shutdown()
	s = open(t, bustest.JetStream(t, bustest.Start(t, bus.EngineOptions{StoreDir: dir})))
	if s.Len() != len(stored) {
		t.Fatalf("%d rooms, want %d", s.Len(), len(stored))
	}
	must(t, s.Create(background, fullRoom()))
	must(t, s.Delete(background, stored[0]))
}

func TestForeignBucket(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	js := bustest.JetStream(t, e)
	_, err := js.CreateKeyValue(background, jetstream.KeyValueConfig{Bucket: "throng_rooms", Storage: jetstream.MemoryStorage})
	must(t, err)
	if _, err := store.OpenRooms(background, js, store.RoomsOptions{}); err == nil {
		t.Fatal("rooms were opened in memory")
	}
}

func TestForeignValues(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	js := bustest.JetStream(t, e)
	s := open(t, js)
	r := newRoom("")
	must(t, s.Create(background, r))
	kv, err := js.KeyValue(background, "throng_rooms")
	must(t, err)
	_, err = kv.Put(background, "garbage", []byte("{"))
	must(t, err)
	_, err = kv.Put(background, "another", []byte(`{"id":"other"}`))
	must(t, err)
	if _, err := s.Fetch(background, "garbage"); !errors.Is(err, store.ErrInvalid) {
		t.Fatal(err)
	}
	if again := open(t, js); again.Len() != 1 {
		t.Fatalf("%d rooms", again.Len())
	}
}

// TestCloseAfterTheConnection is the wrong order, which must not hang.
func TestCloseAfterTheConnection(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	s := open(t, bustest.JetStream(t, e))
	must(t, s.Create(background, newRoom("")))
	e.Shutdown()
	s.Close()
}
