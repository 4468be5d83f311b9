// Command throng-loadtest opens many connections to an IVS Chat endpoint, publishes at a fixed rate, and reports what
// arrived, when, and what it cost.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/throngchat/throng/loadtest"
)

func main() {
	loadtest.RunWorkerIfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if newCommand().ExecuteContext(ctx) != nil { // cobra has written the error
		os.Exit(1)
	}
}
