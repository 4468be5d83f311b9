// Command throng-bench builds throng, measures it beside the floor that the kernel sets and beside other servers, keeps
// the raw results and writes BENCHMARKS.md. It needs Linux, gcc, what bench/install brings for the peers, and root for the
// kernel's share of the memory.
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
