package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/nats-io/nats.go"
)

// Connect opens a connection to the engine. The name is for the operator of the server. The connection does not hear
// what it publishes itself (NoEcho), and keeps nothing for later while it is down: what is published then fails at once,
// because a chat message that arrives late is worse than one that is refused. It reconnects for ever, and is closed by
// the caller or by Shutdown.
func (e *Engine) Connect(name string) (*nats.Conn, error) {
	log := e.opts.Log.With(slog.String("connection", name))
	options := []nats.Option{
		nats.Name(name),
		nats.NoEcho(),
		nats.ReconnectBufSize(-1), // 0 would mean the default of 8 MB
		nats.MaxReconnects(-1),
		nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 400*time.Millisecond),
		nats.Timeout(2 * time.Second),
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil: we closed it
				log.Warn("disconnected from NATS", slog.Any("error", err))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("reconnected to NATS") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) { // comes by the thousand; Bus.Dropped counts
				log.Warn("NATS reported an error", slog.Any("error", err))
			}
		}),
	}
	if e.server != nil {
		options = append(options, nats.InProcessServer(e.server))
	}
	if e.opts.Socket != "" {
		options = append(options, nats.InProcessServer(socket(e.opts.Socket)))
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	nc, err := nats.Connect(e.opts.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", withoutURL(err))
	}
	e.conns = append(e.conns, nc)
	return nc, nil
}

// withoutURL returns what is wrong with a URL without saying which: it may hold a password.
func withoutURL(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return fmt.Errorf("%s URL: malformed", ue.Op)
	}
	return err
}
