package main

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/throngchat/throng/loadtest"
)

// generator is a Fleet or Workers.
type generator interface {
	Open(ctx context.Context, tokens []string) (loadtest.Opened, error)
	Run(ctx context.Context, l loadtest.Load) (loadtest.Measurement, error)
	Storm(ctx context.Context, s loadtest.Storm) (loadtest.Stormed, error)
	Connections() int
	Closes() map[int]int64
	Close()
}

// newGenerator makes what opens that many connections, in this process when it is enough.
func newGenerator(f *flags, connections int) (generator, error) {
	n := f.processes
	if n == 0 {
		n = loadtest.Processes(connections)
	}
	sources, err := sourceAddresses(f, max(n, (connections+loadtest.PortsAnAddress-1)/loadtest.PortsAnAddress))
	if err != nil {
		return nil, fmt.Errorf("--source-addresses: %w", err)
	}
	o := loadtest.Options{URL: f.url, Sources: sources, Concurrency: f.concurrency, Loops: f.loops}
	if n == 1 {
		return loadtest.New(o)
	}
	return loadtest.NewWorkers(o, n)
}

// sourceAddresses are n loopback addresses when the user named none, they are needed, and the endpoint is on this
// machine.
func sourceAddresses(f *flags, n int) ([]netip.Addr, error) {
	if f.sources == "" && n > 1 && onLoopback(f.url) {
		return loadtest.ParseSources(strconv.Itoa(n))
	}
	return loadtest.ParseSources(f.sources)
}

func onLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(u.Hostname())
	return err == nil && a.Is4() && a.IsLoopback()
}
