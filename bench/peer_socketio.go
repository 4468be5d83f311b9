package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/throngchat/throng/loadtest"
)

// Packets of Engine.IO 4 (the first digit) and Socket.IO 5 (the second, of a message).
var (
	engineIOPing    = []byte("2")
	engineIOPong    = []byte("3")
	socketIOConnect = []byte("40")
)

func socketIODialect() *loadtest.Dialect {
	return &loadtest.Dialect{
		Hello:   func(string) [][]byte { return [][]byte{socketIOConnect} },
		Receive: socketIOReceive,
		Publish: func(_ int, content []byte) []byte { return fmt.Appendf(nil, `42["chat","%s"]`, content) },
	}
}

// socketIOReceive takes the server's answer to the connect packet, of the same kind, for the membership: the server joins
// its connections to the room right behind it.
func socketIOReceive(payload []byte, marks int) (answer []byte, member bool) {
	switch {
	case marks > 0:
		return nil, false
	case bytes.Equal(payload, engineIOPing):
		return engineIOPong, false
	}
	return nil, bytes.HasPrefix(payload, socketIOConnect)
}

// socketIOFiles are copied, so that what npm brings does not go into the tree.
var socketIOFiles = []string{".npmrc", "package.json", "package-lock.json", "server.js"}

func buildSocketIO(ctx context.Context, root, dir string) (func(context.Context) (*Server, error), error) {
	dir = filepath.Join(dir, "peer-socketio")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for _, name := range socketIOFiles {
		b, err := os.ReadFile(filepath.Join(root, "bench", "peers", "socketio", name))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return nil, err
		}
	}
	err := build(ctx, dir, "npm", "ci", "--no-update-notifier", "--loglevel=error")
	return func(ctx context.Context) (*Server, error) {
		cmd := exec.Command("node", "server.js")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "NODE_ENV=production")
		return startPeer(ctx, cmd)
	}, err
}
