package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// EngineOptions says which NATS to use.
type EngineOptions struct {
	// StoreDir is the data folder of the embedded server. It is made when it is missing, and it has to be on a local
	// disk. One process at a time can have it.
	StoreDir string
	// URL lists the servers of an external NATS with JetStream, separated by commas. When it is set nothing is embedded
	// and no other field but Log and StartTimeout matters.
	URL string
	// Socket is the path that another process of this machine has given to Engine.Share. When it is set nothing is
	// embedded and no other field but Log and StartTimeout matters.
	Socket string

	// MaxMemory bounds what the embedded server keeps in memory (token claims, some 300 bytes each), in bytes. When it
	// is full, claims fail and with them handshakes, until older claims expire. 0: 256 MiB.
	MaxMemory int64
	// MaxStore bounds what the embedded server keeps on disk, in bytes. When it is full, all writes fail, deletions too.
	// 0: 16 GiB.
	MaxStore int64
	// StartTimeout bounds the start, recovery of the folder included. 0: 30 s.
	StartTimeout time.Duration
	// Log takes the engine's warnings and errors; its ordinary talk at debug level. nil: slog.Default().
	Log *slog.Logger
}

func (o EngineOptions) withDefaults() EngineOptions {
	if o.MaxMemory <= 0 {
		o.MaxMemory = 256 << 20
	}
	if o.MaxStore <= 0 {
		o.MaxStore = 16 << 30
	}
	if o.StartTimeout <= 0 {
		o.StartTimeout = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Engine is a running NATS: a server inside this process, or the way to servers outside.
type Engine struct {
	opts   EngineOptions
	server *server.Server // nil: external
	lock   *folderLock    // nil: external
	share  *share         // nil: no other process uses the server

	mu     sync.Mutex
	conns  []*nats.Conn
	health *nats.Conn // made by StartEngine; answers Healthy
	closed bool
}

// StartEngine starts the embedded server on its folder, or reaches the external one. When it returns without an error
// everything that was acknowledged before is there. Errors: ErrInUse, ErrFolder, ErrCorrupt, ErrStart.
func StartEngine(ctx context.Context, opts EngineOptions) (*Engine, error) {
	if opts.StoreDir == "" && opts.URL == "" && opts.Socket == "" {
		return nil, fmt.Errorf("%w: neither a data folder nor a URL nor a socket is given", ErrStart)
	}
	e := &Engine{opts: opts.withDefaults()}
	ctx, cancel := context.WithTimeout(ctx, e.opts.StartTimeout)
	defer cancel()
	if e.opts.URL == "" && e.opts.Socket == "" {
		if err := e.startEmbedded(ctx); err != nil {
			return nil, err
		}
	}
	nc, err := e.Connect("throng health")
	if err == nil {
		e.health = nc
		err = e.healthy(ctx)
	}
	if err != nil {
		e.Shutdown()
		if !errors.Is(err, ErrStart) {
			err = fmt.Errorf("%w: %w", ErrStart, err)
		}
		return nil, err
	}
	return e, nil
}

// Shutdown closes all connections that Connect made, stops the embedded server and gives up the data folder. When it
// returns, another process can use the folder. It may be called more than once.
func (e *Engine) Shutdown() {
	e.mu.Lock()
	conns, share := e.conns, e.share
	e.conns, e.share, e.closed = nil, nil, true
	e.mu.Unlock()
	for _, nc := range conns {
		nc.Close()
	}
	share.close()
	if e.server != nil {
		e.server.Shutdown()
		e.server.WaitForShutdown()
	}
	e.lock.release()
}
