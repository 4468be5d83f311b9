package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/throngchat/throng/controlplane"
	"github.com/throngchat/throng/edge"
	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/ops"
	"github.com/throngchat/throng/internal/sigv4"
	"github.com/throngchat/throng/internal/store"
)

// stateTimeout bounds how long the state may take to be there: NATS, the rooms and the claims.
const stateTimeout = time.Minute

// startState brings up NATS and what is kept in it.
func (n *node) startState(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	options := bus.EngineOptions{URL: n.config.NATS.URL, Log: n.log}
	if n.order != nil {
		options.Socket = n.order.State
	}
	if options.URL == "" && options.Socket == "" {
		options.StoreDir = filepath.Join(n.config.DataDir, "nats")
	}
	var err error
	if n.engine, err = bus.StartEngine(ctx, options); err != nil {
		setting := "nats.url"
		if options.URL == "" {
			setting = "data_dir " + n.config.DataDir
		}
		return fmt.Errorf("%s: %w", setting, err)
	}
	if n.ring, err = tokenRing(n.config); err != nil {
		return err
	}
	nc, err := n.engine.Connect("throng state")
	if err != nil {
		return err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	if n.rooms, err = store.OpenRooms(ctx, js, store.RoomsOptions{Replicas: n.config.NATS.Replicas}); err != nil {
		return fmt.Errorf("cannot open the rooms: %w", err)
	}
	if n.claims, err = bus.OpenClaims(ctx, js, bus.ClaimsOptions{Replicas: n.config.NATS.Replicas}); err != nil {
		return fmt.Errorf("cannot open the token claims: %w", err)
	}
	return nil
}

// startBus gives the control plane its place on the bus. With several edge processes it is also where all that they
// publish is put in one order. An external NATS has other nodes beside this one, and nobody who orders for all of them.
func (n *node) startBus(context.Context) error {
	nc, err := n.engine.Connect("throng control plane")
	if err != nil {
		return err
	}
	n.apiBus = bus.New(nc, nil)
	if n.processes > 1 && n.config.NATS.URL == "" {
		return bus.Sequence(nc)
	}
	return nil
}

func (n *node) startEdge(context.Context) error {
	c := n.config.Edge
	process := 0
	if n.order != nil {
		c.Addr, process = n.order.Addr, n.order.Process
	}
	e := edge.New(edge.Config{
		Addr:                 c.Addr,
		Reserved:             n.order != nil,
		Process:              process,
		Loops:                c.Loops,
		MaxConnections:       n.config.Quotas.Connections,
		MaxPendingHandshakes: c.MaxPendingHandshakes,
		HandshakeTimeout:     c.HandshakeTimeout,
		MaxHeadSize:          c.MaxHeadSize,
		MaxMessageSize:       c.MaxMessageSize,
		PingInterval:         c.PingInterval,
		CloseTimeout:         c.CloseTimeout,
		SendBuffer:           c.SendBuffer,
		StallTimeout:         c.StallTimeout,
		CloseLaggards:        c.Laggards == config.LaggardsClose,
		MaxPerAddress:        c.MaxPerAddress,
		DrainDuration:        c.DrainDuration,
		Fanout:               edge.Fanout(c.Fanout),
	}, edge.Deps{
		Rooms:   n.rooms,
		Claims:  n.claims,
		Ring:    n.ring,
		Ledger:  n.ledger,
		Account: n.account,
		Connect: n.connectEdge,
		Log:     n.log,
		Metrics: n.metrics,
	})
	if err := e.Start(); err != nil {
		return listenError("edge.addr", c.Addr, err)
	}
	n.edge = e
	return nil
}

// connectEdge gives the edge its place on the bus.
func (n *node) connectEdge(deliver func(bus.Envelope)) (*bus.Bus, error) {
	nc, err := n.engine.Connect("throng edge")
	if err != nil {
		return nil, err
	}
	open := bus.New
	if n.order != nil && n.order.State != "" { // the node's own process puts in order what its edges publish
		open = bus.NewOrdered
	}
	n.edgeBus = open(nc, deliver)
	return n.edgeBus, nil
}

func (n *node) startControlPlane(context.Context) error {
	credentials := make([]sigv4.Credential, len(n.config.API.Credentials))
	for i, c := range n.config.API.Credentials {
		credentials[i] = sigv4.Credential(c)
	}
	s, err := controlplane.New(controlplane.Config{
		Region:      n.config.Region,
		AccountID:   n.config.AccountID,
		Credentials: credentials,
		TokenTTL:    n.config.Token.TTL,
		MaxRooms:    n.config.Quotas.Rooms,
		MaxBodySize: n.config.API.MaxBodySize,
	}, controlplane.Deps{
		Rooms:   n.rooms,
		Bus:     n.apiBus,
		Ring:    n.ring,
		Account: n.account,
		Log:     n.log,
		Stats:   n.metrics,
	})
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", n.config.API.Addr)
	if err != nil {
		return listenError("api.addr", n.config.API.Addr, err)
	}
	n.api, n.apiAddr = s, tcp.Addr().String()
	listener := newAcceptingListener(tcp)
	go func() { n.apiEnded <- s.Serve(listener) }()
	<-listener.accepting
	return nil
}

func (n *node) startOps(context.Context) error {
	c := ops.Config{
		Addr: n.config.Internal.Addr,
		Checks: []ops.Check{
			{Name: "state", Probe: n.engine.Healthy},
			{Name: "edge", Probe: n.edge.Ready},
		},
		Metrics: []*metrics.Set{n.metrics},
		Help:    metricHelp,
		Consistency: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
			defer cancel()
			return n.edge.ConsistencyCheck(ctx)
		},
		Log: n.log,
	}
	if n.order != nil {
		var err error
		if c.Listener, err = bus.ListenSocket(n.order.Internal); err != nil {
			return err
		}
	} else {
		n.measure()
		c.Checks = append(c.Checks, ops.Check{Name: "api", Probe: n.apiReady})
	}
	if e, several := n.edge.(*edges); several {
		c.Processes = e.processes
	} else {
		n.measureBus()
	}
	s := ops.New(c)
	if err := s.Start(); err != nil {
		return listenError("internal.addr", n.config.Internal.Addr, err)
	}
	n.ops = s
	return nil
}

// apiReady opens a connection to the control plane's port. There is nothing else to ask that needs no signature.
func (n *node) apiReady() error {
	conn, err := net.DialTimeout("tcp", n.apiAddr, time.Second)
	if err != nil {
		return errors.New("nobody accepts connections")
	}
	return conn.Close()
}

// listening returns the real addresses of a node that has started.
func (n *node) listening() listening {
	return listening{PID: os.Getpid(), Edge: n.edge.Addr(), API: n.apiAddr, Internal: n.ops.Addr()}
}

// listenError says which setting to change when a port is not to be had.
func listenError(key, addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s: another process listens on %s; stop it, or choose another port with %s or %s",
			key, addr, config.FlagName(key), config.EnvName(key))
	}
	return fmt.Errorf("%s: %w", key, err)
}
