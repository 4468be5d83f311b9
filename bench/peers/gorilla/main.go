// Command gorilla is a chat room on gorilla/websocket, to compare throng with: the hub that most chat servers in Go began
// as. One goroutine knows the members, and each member has a goroutine that reads, one that writes, and a channel of
// messages for the latter. It prints where it listens.
package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/gorilla/websocket"
)

func main() {
	if err := serve(); err != nil {
		slog.Error("cannot serve", "error", err)
		os.Exit(1)
	}
}

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h := newHub()
	go h.run()
	upgrader := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}
	fmt.Printf("ws://%s/\n", listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		conn, err := upgrader.Upgrade(w, q, nil)
		if err != nil {
			return // it has answered
		}
		m := &member{hub: h, conn: conn, send: make(chan []byte, 256)}
		h.join <- m
		go m.write()
		go m.read()
	}))
}
