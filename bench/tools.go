package bench

import (
	"context"
	"os/exec"
	"regexp"
)

// version is the first number with dots in what a program says of itself.
var version = regexp.MustCompile(`\d+(\.\d+)+`)

// readTools returns the versions of what the floor and the peers are built with or run on, besides Go and its modules
// (bench/peers/go.mod) and Node.js's packages (bench/peers/socketio/package-lock.json). What is not there has none.
func readTools(ctx context.Context) []string {
	var tools []string
	for _, c := range [][]string{{"gcc", "--version"}, {nchanPath, "-v"}, {"node", "--version"}} {
		said, err := exec.CommandContext(ctx, c[0], c[1]).CombinedOutput()
		if v := version.Find(said); err == nil && v != nil {
			name := c[0]
			if name == nchanPath {
				name = "nginx"
			}
			tools = append(tools, name+" "+string(v))
		}
	}
	return tools
}
