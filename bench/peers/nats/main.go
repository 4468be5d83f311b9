// Command nats is a NATS server with a WebSocket port, to compare throng with: what people put between browsers when they
// want no server of their own. It prints where it listens.
package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const startPatience = 10 * time.Second

var errNotReady = errors.New("not ready in time")

func main() {
	if err := serve(); err != nil {
		slog.Error("cannot serve", "error", err)
		os.Exit(1)
	}
}

func serve() error {
	s, err := server.NewServer(&server.Options{
		DontListen: true, // on the port for TCP clients
		NoLog:      true,
		NoSigs:     true,
		Websocket:  server.WebsocketOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoTLS: true},
	})
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(startPatience) {
		return errNotReady
	}
	fmt.Println(s.WebsocketURL())
	s.WaitForShutdown()
	return nil
}
