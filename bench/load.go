package bench

import (
	"context"
	"strings"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// DeliveryLoad is a steady chat in one room.
type DeliveryLoad struct {
	Members     int           `json:"members"`
	Rate        float64       `json:"rate_per_second"`
	ContentSize int           `json:"content_size_bytes"`
	WarmUp      time.Duration `json:"warm_up_ns"` // of the same load, not counted
	Duration    time.Duration `json:"duration_ns"`
}

func (l *DeliveryLoad) time() time.Duration { return l.WarmUp + l.Duration }

// deliveries returns how many of them are due in a second.
func (l *DeliveryLoad) deliveries() float64 { return l.Rate * float64(l.Members) }

func (l *DeliveryLoad) load(server *Server) loadtest.Load {
	return loadtest.Load{Rate: l.Rate, ContentSize: l.ContentSize, Duration: l.Duration, Patience: patience, ServerPID: server.PID()}
}

// runner is a fleet in this process or in several.
type runner interface {
	Run(ctx context.Context, l loadtest.Load) (loadtest.Measurement, error)
}

// perform runs a load after its warm-up.
func perform(ctx context.Context, fleet runner, l loadtest.Load, warmUp time.Duration) (*loadtest.Measurement, error) {
	if err := warm(ctx, fleet, l, warmUp); err != nil {
		return nil, err
	}
	m, err := fleet.Run(ctx, l)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// warm runs a load for a time that does not count; 0 leaves it out.
func warm(ctx context.Context, fleet runner, l loadtest.Load, d time.Duration) error {
	if d == 0 {
		return nil
	}
	l.Duration = d
	_, err := fleet.Run(ctx, l)
	return err
}

func percentile(m *loadtest.Measurement, p float64) float64 {
	return loadtest.Millis(m.Latency.Percentile(p))
}

// clientBound reports whether the client was the bottleneck, so that nothing was learnt about the server.
func clientBound(m *loadtest.Measurement) bool { return strings.HasPrefix(m.Bottleneck, "the client") }
