package store_test

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
	"github.com/throngchat/throng/internal/jsonx"
	"github.com/throngchat/throng/internal/store"
)

// BenchmarkCreate makes rooms, each synced to the disk before the next.
func BenchmarkCreate(b *testing.B) {
	s := open(b, bustest.JetStream(b, bustest.Start(b, bus.EngineOptions{StoreDir: b.TempDir()})))
	b.ReportAllocs()
	for b.Loop() {
		must(b, s.Create(background, fullRoom()))
	}
}

// BenchmarkOpen starts a store on 50,000 rooms.
func BenchmarkOpen(b *testing.B) {
	const rooms = 50_000
	js := bustest.JetStream(b, bustest.Start(b, bus.EngineOptions{URL: bustest.External(b).URL()}))
	open(b, js).Close()
	for range rooms {
		r := fullRoom()
		value, err := jsonx.Marshal(r)
		must(b, err)
		_, err = js.PublishAsync("$KV.throng_rooms."+r.ID, value, jetstream.WithStallWait(1<<40))
		must(b, err)
	}
	<-js.PublishAsyncComplete()
	b.ReportAllocs()
	for b.Loop() {
		s, err := store.OpenRooms(background, js, store.RoomsOptions{})
		must(b, err)
		if s.Len() != rooms {
			b.Fatalf("%d rooms", s.Len())
		}
		s.Close()
	}
}
