package bus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// maxPayload is the largest message that the embedded server takes, in bytes: a room with 50 tags of the largest size
// is some 80 KiB, an envelope up to 64 KiB and a little.
const maxPayload = 512 << 10

// startEmbedded takes the folder and brings up a server on it.
func (e *Engine) startEmbedded(ctx context.Context) (err error) {
	if err := os.MkdirAll(e.opts.StoreDir, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
	}
	if e.lock, err = lockFolder(e.opts.StoreDir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			e.lock.release()
		}
	}()

	if err := os.MkdirAll(filepath.Join(e.opts.StoreDir, server.JetStreamStoreDir), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
	}
	if err := verifyFolder(e.opts.StoreDir, e.opts.Log); err != nil {
		return err
	}

	log := newServerLog(e.opts.Log, e.opts.StoreDir)
	s, err := server.NewServer(e.serverOptions())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStart, err)
	}
	s.SetLoggerV2(log, false, false, false)

	started := make(chan struct{})
	go func() {
		defer close(started)
		s.Start() // returns when the folder is recovered, because nothing listens
	}()
	select {
	case <-started:
	case <-ctx.Done():
		// The server cannot be interrupted while it recovers. It is told to stop and keeps the folder until it has.
		lock := e.lock
		e.lock = nil
		go func() {
			<-started
			s.Shutdown()
			s.WaitForShutdown()
			lock.release()
		}()
		return fmt.Errorf("%w in time: %w", ErrStart, ctx.Err())
	}
	err = log.fatal()
	if err == nil && !s.ReadyForConnections(time.Second) {
		err = errors.New("server is not ready")
	}
	if err != nil {
		s.Shutdown()
		s.WaitForShutdown()
		return fmt.Errorf("%w: %w", ErrStart, err)
	}
	e.server = s
	return nil
}

func (e *Engine) serverOptions() *server.Options {
	return &server.Options{
		ServerName: "throng",
		// No port: connections are made inside the process, so that nobody else can, and none has to prove who it is.
		// That rules out routes to other servers, which wait for the listener; a cluster uses an external NATS.
		DontListen: true,
		NoSigs:     true, // signals are for the program, not for a library in it
		MaxPayload: maxPayload,

		// Without it a member of the bus that is slow holds up every publisher by 2 to 10 ms a message.
		NoFastProducerStall: true,

		JetStream: true,
		StoreDir:  e.opts.StoreDir,
		// An acknowledged room has to survive the loss of power. The server's default syncs every two minutes.
		SyncAlways: true,
		// Both limits have to be set: else the server takes three quarters of the memory, or of GOMEMLIMIT, and all of
		// the disk, and without them it also leaves SyncAlways aside.
		JetStreamMaxMemory: e.opts.MaxMemory,
		JetStreamMaxStore:  e.opts.MaxStore,

		DisableJetStreamBanner: true,
	}
}
