package bench

import (
	"bytes"
	"fmt"

	"github.com/throngchat/throng/loadtest"
)

var (
	natsHello = [][]byte{
		[]byte(`CONNECT {"verbose":false,"pedantic":false,"echo":true,"lang":"go","version":"1","protocol":1}` + "\r\n"),
		[]byte("SUB room 1\r\n"),
		// The PONG tells that the server has read what came before.
		[]byte("PING\r\n"),
	}
	natsPong = []byte("PONG\r\n")
)

// natsDialect is NATS's protocol of lines: a WebSocket message of the server holds any number of them, whole ones as long
// as the client does not look like a browser.
func natsDialect() *loadtest.Dialect {
	return &loadtest.Dialect{
		Binary:  true,
		Batches: true,
		Hello:   func(string) [][]byte { return natsHello },
		Receive: natsReceive,
		Publish: func(_ int, content []byte) []byte {
			return fmt.Appendf(nil, "PUB room %d\r\n%s\r\n", len(content), content)
		},
	}
}

func natsReceive(payload []byte, _ int) (answer []byte, member bool) {
	for len(payload) > 0 {
		line, rest, _ := bytes.Cut(payload, []byte("\r\n"))
		payload = rest
		switch {
		case bytes.HasPrefix(line, []byte("MSG ")):
			size, ok := natsSize(line)
			if !ok || size > len(payload) {
				return answer, member
			}
			payload = bytes.TrimPrefix(payload[size:], []byte("\r\n"))
		case string(line) == "PING":
			answer = natsPong
		case string(line) == "PONG":
			member = true
		}
	}
	return answer, member
}

// natsSize returns the size of the content that follows a line "MSG subject sid size".
func natsSize(line []byte) (size int, ok bool) {
	digits := line[bytes.LastIndexByte(line, ' ')+1:]
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		size = size*10 + int(c-'0')
	}
	return size, len(digits) > 0 && len(digits) < 10
}
