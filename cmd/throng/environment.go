package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/throngchat/throng/internal/jsonx"
)

// secureEnvironment makes sure that the process runs with jsonx.Environment. The JSON library reads those variables
// while packages are initialised, before main, so the only way to set them is to start the program again: the process
// is replaced by itself, with the same id, arguments and files. It happens once, because the second time they are set.
func secureEnvironment() error {
	if jsonx.Safe() {
		return nil
	}
	path, err := os.Executable()
	if err == nil {
		err = syscall.Exec(path, os.Args, withVariables(os.Environ(), jsonx.Environment))
	}
	return fmt.Errorf("cannot start again with %s set: %w", strings.Join(jsonx.Environment, " and "), err)
}

// withVariables returns environ with the given variables in place of those of the same name: of two, Go takes the first.
func withVariables(environ, variables []string) []string {
	out := append([]string{}, variables...)
next:
	for _, entry := range environ {
		for _, v := range variables {
			name, _, _ := strings.Cut(v, "=")
			if strings.HasPrefix(entry, name+"=") {
				continue next
			}
		}
		out = append(out, entry)
	}
	return out
}
