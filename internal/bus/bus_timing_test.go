package bus_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

// eachMode runs a benchmark against both kinds of engine.
func eachMode(b *testing.B, bench func(b *testing.B, e *bus.Engine)) {
	b.Run("mode=embedded", func(b *testing.B) { bench(b, bustest.Start(b, bus.EngineOptions{StoreDir: b.TempDir()})) })
	b.Run("mode=external", func(b *testing.B) { bench(b, bustest.Start(b, bus.EngineOptions{URL: bustest.External(b).URL()})) })
}

// BenchmarkClaim claims one id after the other (callers=1), and as many at once as the edge does (callers=64).
func BenchmarkClaim(b *testing.B) {
	eachMode(b, func(b *testing.B, e *bus.Engine) {
		c := openClaims(b, e)
		var n atomic.Int64
		claim := func(b *testing.B) {
			if err := c.Claim(background, fmt.Sprint("token-", n.Add(1)), time.Minute); err != nil {
				b.Error(err)
			}
		}
		b.Run("callers=1", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				claim(b)
			}
		})
		b.Run("callers=64", func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(32) // times GOMAXPROCS
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					claim(b)
				}
			})
		})
	})
}

// BenchmarkPublish is the way of a message of 400 bytes from one edge to another: one at a time until it is delivered
// (inflight=1), and many on the way (inflight=1000), timed until the last is delivered.
func BenchmarkPublish(b *testing.B) {
	eachMode(b, func(b *testing.B, e *bus.Engine) {
		delivered := make(chan struct{}, 1000)
		receiver, _ := newBus(b, e, func(bus.Envelope) { delivered <- struct{}{} })
		sender, _ := newBus(b, e, nil)
		must(b, receiver.Join(background, "g1H2I3j4k5L6"))
		envelope := message("g1H2I3j4k5L6", strings.Repeat("x", 400))
		for _, inflight := range []int{1, 1000} {
			b.Run(fmt.Sprint("inflight=", inflight), func(b *testing.B) {
				b.ReportAllocs()
				waiting := 0
				for b.Loop() {
					for ; waiting >= inflight; waiting-- {
						<-delivered
					}
					must(b, sender.Publish(envelope))
					waiting++
				}
				for ; waiting > 0; waiting-- {
					<-delivered
				}
			})
		}
	})
}

// BenchmarkJoin is a room's first join, one at a time, and many at once that share round trips.
func BenchmarkJoin(b *testing.B) {
	e := bustest.Start(b, bus.EngineOptions{StoreDir: b.TempDir()})
	receiver, _ := newBus(b, e, func(bus.Envelope) {})
	receiver.SetLinger(0)
	var n atomic.Int64
	join := func(b *testing.B) {
		room := fmt.Sprint("room", n.Add(1))
		if err := receiver.Join(background, room); err != nil {
			b.Error(err)
		}
		receiver.Leave(room)
	}
	b.Run("callers=1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			join(b)
		}
	})
	b.Run("callers=64", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				join(b)
			}
		})
	})
}

func BenchmarkEnvelope(b *testing.B) {
	e := message("g1H2I3j4k5L6", strings.Repeat("x", 400))
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = bus.AppendEnvelope(buf[:0], &e); err != nil {
			b.Fatal(err)
		}
		if _, err := bus.ParseEnvelope(buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart starts and stops an engine on an empty folder.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		b.StartTimer()
		e, err := bus.StartEngine(background, bus.EngineOptions{StoreDir: dir, Log: bustest.Discard()})
		must(b, err)
		e.Shutdown()
	}
}
