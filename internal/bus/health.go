package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// healthTimeout bounds one question for health. It is below the second that probes commonly allow.
const healthTimeout = 800 * time.Millisecond

// Healthy tells whether the engine takes part in everything: nil when it is connected and its JetStream answers. It
// asks the server each time and takes up to 0.8 s when that does not answer.
func (e *Engine) Healthy() error {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	return e.healthy(ctx)
}

func (e *Engine) healthy(ctx context.Context) error {
	switch {
	case e.server != nil && !e.server.Running():
		return errors.New("embedded NATS is not running")
	case e.server != nil && !e.server.JetStreamEnabled():
		// The server switches JetStream off by itself when the disk refuses a write.
		return errors.New("embedded NATS has given up its storage")
	case !e.health.IsConnected():
		return ErrDisconnected
	}
	js, err := jetstream.New(e.health)
	if err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	if _, err := js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("JetStream does not answer: %w", err)
	}
	return nil
}
