// Command nbio is a chat room on nbio, to compare throng with. It prints where it listens.
package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/lesismal/nbio/logging"
	"github.com/lesismal/nbio/nbhttp"
	"github.com/lesismal/nbio/nbhttp/websocket"
)

func main() {
	if err := serve(); err != nil {
		slog.Error("cannot serve", "error", err)
		os.Exit(1)
	}
}

func serve() error {
	logging.SetLevel(logging.LevelError) // it tells on stdout that it starts
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r := newRoom()
	upgrader := r.upgrader()
	engine := nbhttp.NewEngine(nbhttp.Config{
		Network: "tcp",
		Addrs:   []string{listener.Addr().String()},
		Listen:  func(string, string) (net.Listener, error) { return listener, nil },
		MaxLoad: 100_000,
		// What its author's servers for many connections set.
		ReadBufferSize:          4 << 10,
		ReleaseWebsocketPayload: true,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			_, _ = upgrader.Upgrade(w, q, nil) // it answers errors
		}),
	})
	if err := engine.Start(); err != nil {
		return err
	}
	fmt.Printf("ws://%s/\n", listener.Addr())
	select {}
}

// upgrader makes every connection a member of the room.
func (r *room) upgrader() *websocket.Upgrader {
	u := websocket.NewUpgrader()
	u.KeepaliveTime = keepalive
	u.OnOpen(r.join)
	u.OnClose(func(c *websocket.Conn, _ error) { r.leave(c) })
	u.OnMessage(func(_ *websocket.Conn, _ websocket.MessageType, data []byte) {
		r.publish(bytes.Clone(data)) // nbio takes data back
	})
	return u
}
