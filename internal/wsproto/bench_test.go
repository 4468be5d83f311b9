package wsproto

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

func BenchmarkRead(b *testing.B) {
	f := func(name string, size int, sizes ...int) {
		b.Run(name, func(b *testing.B) {
			frame := textFrame(strings.Repeat("a", size))
			buf := make([]byte, len(frame))
			var r Reader
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				copy(buf, frame)
				rest := buf
				for _, n := range sizes {
					_, _, _, _ = r.Read(rest[:n], 1<<20)
					rest = rest[n:]
				}
				if _, _, ok, err := r.Read(rest, 1<<20); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
	f("size=200", 200)
	f("size=16KiB", 16<<10)
	f("size=200/cut", 200, 100)
}

func BenchmarkFrame(b *testing.B) {
	buf := make([]byte, Headroom+300)
	b.ReportAllocs()
	for b.Loop() {
		Frame(ws.OpText, buf)
	}
}

func BenchmarkUpgrade(b *testing.B) {
	head := []byte(request("Sec-WebSocket-Protocol: 1key."+strings.Repeat("a", 300), "Origin: https://example.com",
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Accept-Encoding: gzip, deflate, br",
		"Sec-WebSocket-Extensions: permessage-deflate", "Cache-Control: no-cache"))
	if !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		b.Fatal("not a head")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, refusal := Upgrade(head, nil); refusal != nil {
			b.Fatal(refusal)
		}
	}
}
