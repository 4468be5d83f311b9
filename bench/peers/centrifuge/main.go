// Command centrifuge is a chat room on the centrifuge library, to compare throng with. It prints where it listens.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/centrifugal/centrifuge"
)

const (
	room = "room"
	// writeDelay is how long a connection's writer collects messages. Measured with 10,000 members and 30 messages a
	// second: without it the machine is at its limit, each delivery costs about twice as much and the latencies are a
	// multiple. 200 ms would cost a fifth less, for latencies that are half as long again. The price is that a message of
	// a quiet room comes a tenth of a second later.
	writeDelay = 100 * time.Millisecond
)

func main() {
	if err := serve(); err != nil {
		slog.Error("cannot serve", "error", err)
		os.Exit(1)
	}
}

func serve() error {
	node, err := centrifuge.New(centrifuge.Config{}) // logs nothing
	if err != nil {
		return err
	}
	node.OnConnecting(admit)
	node.OnConnect(func(c *centrifuge.Client) {
		c.OnPublish(func(_ centrifuge.PublishEvent, answer centrifuge.PublishCallback) {
			answer(centrifuge.PublishReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("ws://%s/connection/websocket\n", listener.Addr())
	return http.Serve(listener, centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		// Both are for many connections that are mostly idle: less memory for each, at no cost per delivery.
		UseWriteBufferPool:         true,
		ProcessCommandsOffReadLoop: true,
	}))
}

// admit makes every connection a member of the room.
func admit(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
	return centrifuge.ConnectReply{
		Credentials: &centrifuge.Credentials{UserID: "viewer"},
		WriteDelay:  writeDelay,
		// No goroutine for each connection, and no limit of 16 messages a write.
		WriteWithTimer:     true,
		MaxMessagesInFrame: -1,
		// The answer to a connect command does not wait for the delay.
		ReplyWithoutQueue: true,
		Subscriptions:     map[string]centrifuge.SubscribeOptions{room: {}},
	}, nil
}
