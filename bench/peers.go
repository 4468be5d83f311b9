package bench

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// peer is a server that throng is compared with. Its source is below bench/peers, set up as its authors advise for many
// members: no compression, no log, one room that every connection is a member of, the same limits of files.
type peer struct {
	name    string
	dialect *loadtest.Dialect
	// build makes the server in dir, from root, and returns what starts it.
	build func(ctx context.Context, root, dir string) (func(context.Context) (*Server, error), error)
}

// peers are in the order of the tables. bench/install brings what they need besides Go.
var peers = []peer{
	{"centrifuge", centrifugeDialect(), goPeer("centrifuge")},
	{"nbio", contentDialect(false), goPeer("nbio")},
	{"gorilla", contentDialect(true), goPeer("gorilla")},
	{"nchan", contentDialect(false), buildNchan},
	{"socket.io", socketIODialect(), buildSocketIO},
	{"nats", natsDialect(), goPeer("nats")},
}

// goPeer builds the program of that name in the module of the peers, which has its own requirements so that throng's
// module does not get them.
func goPeer(name string) func(ctx context.Context, root, dir string) (func(context.Context) (*Server, error), error) {
	return func(ctx context.Context, root, dir string) (func(context.Context) (*Server, error), error) {
		program := filepath.Join(dir, "peer-"+name)
		err := build(ctx, filepath.Join(root, "bench", "peers"), "go", "build", "-trimpath", "-o", program, "./"+name)
		return func(ctx context.Context) (*Server, error) { return startPeer(ctx, exec.Command(program)) }, err
	}
}

var errNoURL = errors.New("printed no URL")

// startPeer starts a server whose first line of output is its URL.
func startPeer(ctx context.Context, cmd *exec.Cmd) (*Server, error) {
	s := &Server{Tokens: noTokens, clean: func() {}}
	var err error
	s.child, err = startChild(ctx, cmd, func(printed string) bool {
		s.URL = strings.TrimSpace(printed)
		return strings.HasSuffix(printed, "\n")
	})
	if err == nil && !strings.HasPrefix(s.URL, "ws://") {
		return nil, errors.Join(fmt.Errorf("%w but %q", errNoURL, s.URL), s.Stop())
	}
	return s, err
}

// noTokens is for servers that let everyone in.
func noTokens(_ context.Context, n int, _ time.Duration) ([]string, error) {
	return make([]string, n), nil
}

// contentDialect is that of servers where a message is its content and nothing else, in a text frame, and a connection
// is a member when it is upgraded. They ping with WebSocket's own frames.
func contentDialect(batches bool) *loadtest.Dialect {
	return &loadtest.Dialect{Batches: batches, Publish: func(_ int, content []byte) []byte { return content }}
}
