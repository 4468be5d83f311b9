package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/chat"
)

// fiftyThousand is a store with as many rooms as the quota allows by default, and nothing but memory.
func fiftyThousand() (*Rooms, []string) {
	m := newMemory(func(string, *Room) {})
	all := make([]string, 50_000)
	for i := range all {
		all[i] = chat.NewID()
		m.put(&Room{
			ID: all[i], Name: fmt.Sprint("room-", i%1000), Revision: uint64(i + 1),
			CreateTime: start, UpdateTime: start.Add(time.Duration(i) * time.Second),
		})
	}
	return &Rooms{memory: m}, all
}

func BenchmarkGet(b *testing.B) {
	s, all := fiftyThousand()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, ok := s.Get(all[i%len(all)]); !ok {
				b.Error("no room")
			}
		}
	})
}

func BenchmarkList(b *testing.B) {
	s, all := fiftyThousand()
	middle, _ := s.Get(all[len(all)/2])
	f := func(name string, filter Filter, after Cursor, want int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if rooms, _ := s.List(filter, after, 50); len(rooms) != want {
					b.Fatalf("%d rooms", len(rooms))
				}
			}
		})
	}
	f("page=first", Filter{}, Cursor{}, 50)
	f("page=middle", Filter{}, Cursor{middle.UpdateTime, middle.ID}, 50)
	f("page=first,name=common", Filter{Name: "room-7"}, Cursor{}, 50)
	f("page=first,name=none", Filter{Name: "none"}, Cursor{}, 0)
}

// BenchmarkPut moves a room to the front of the list, as an update does, from anywhere in it.
func BenchmarkPut(b *testing.B) {
	s, all := fiftyThousand()
	b.ReportAllocs()
	revision := uint64(len(all))
	for b.Loop() {
		revision++
		s.memory.put(&Room{
			ID: all[revision*7919%uint64(len(all))], Revision: revision,
			CreateTime: start, UpdateTime: start.Add(time.Duration(revision) * time.Second),
		})
	}
}
