// Command throng-bench builds throng, measures it beside the floor that the kernel sets, keeps the raw results and
// writes BENCHMARKS.md. It needs Linux and gcc, and root for the kernel's share of the memory.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if newCommand().ExecuteContext(ctx) != nil { // cobra has written the error
		os.Exit(1)
	}
}
