package bench

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// sources are the addresses that fleets connect from.
var sources = []netip.Addr{
	netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.AddrFrom4([4]byte{127, 0, 0, 2}),
	netip.AddrFrom4([4]byte{127, 0, 0, 3}), netip.AddrFrom4([4]byte{127, 0, 0, 4}),
}

// newFleet returns a fleet without connections, in this process.
func newFleet(c Contender, server *Server) (*loadtest.Fleet, error) {
	return loadtest.New(loadtest.Options{URL: server.URL, Sources: sources, Dialect: c.Dialect})
}

// newWorkers returns a fleet without connections, in as many processes as that many connections need.
func newWorkers(server *Server, connections int) (*loadtest.Workers, error) {
	return loadtest.NewWorkers(loadtest.Options{URL: server.URL, Sources: sources}, loadtest.Processes(connections))
}

// opener is a fleet in this process or in several.
type opener interface {
	Open(ctx context.Context, tokens []string) (loadtest.Opened, error)
}

// openMore adds n connections to a fleet, all or it fails.
func openMore(ctx context.Context, fleet opener, server *Server, n int, ttl time.Duration) (loadtest.Opened, error) {
	tokens, err := server.Tokens(ctx, n, ttl)
	if err != nil {
		return loadtest.Opened{}, err
	}
	opened, err := fleet.Open(ctx, tokens)
	if err == nil && opened.Opened != n {
		err = fmt.Errorf("%s of %s connections opened; refused: %v", count(opened.Opened), count(n), opened.Refused)
	}
	return opened, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
