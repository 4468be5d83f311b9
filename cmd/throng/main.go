// Command throng is a self-hosted Amazon IVS Chat: the server and the tools around it, in one binary.
package main

import (
	"fmt"
	"os"
)

func main() { os.Exit(run()) }

// run returns the exit status: 0, or 1 after a line about what went wrong.
func run() int {
	err := secureEnvironment()
	if err == nil {
		err = newRoot().Execute()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "throng:", err)
		return 1
	}
	return 0
}
