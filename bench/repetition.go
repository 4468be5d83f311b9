package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// Repetition is what every result has: who was measured, when, and what became of it.
type Repetition struct {
	Contender string `json:"contender"`
	Round     int    `json:"round"`
	// Failure says what a contender did that could not hold the scenario; it is empty when it could. Figures beside it
	// are those of the attempt.
	Failure string `json:"failure,omitempty"`
}

// Held reports whether the contender did what was asked of it.
func (r *Repetition) Held() bool { return r.Failure == "" }

// fail records an error as the contender's. Only the end of the whole run is not one.
func (r *Repetition) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.Failure, _, _ = strings.Cut(err.Error(), "\n") // it stands in a table
	return nil
}

// Bounds beyond which a contender has not held a load.
const (
	// patience is how long deliveries are waited for after the last message.
	patience = 5 * time.Second
	// enough is the share of the deliveries that have to arrive.
	enough = 0.99
	// behind is the latency of the slowest hundredth from which a server does not keep up: what it has yet to send grows.
	behind = 2500 * time.Millisecond
)

// collapse says in a few words what went wrong with a load, or nothing.
func collapse(m *loadtest.Measurement) string {
	var what []string
	say := func(format string, args ...any) { what = append(what, fmt.Sprintf(format, args...)) }
	if m.ClosedMeanwhile > 0 {
		say("%s of %s connections were closed", count(m.ClosedMeanwhile), count(m.Connections))
	}
	if m.Unsent > 0 {
		say("%s of %s messages could not be sent", count(m.Unsent), count(m.Sent+m.Unsent))
	}
	var refused int64
	for _, n := range m.Errors {
		refused += n
	}
	if refused > 0 {
		say("%s messages were refused", count(refused))
	}
	if float64(m.Received) < enough*float64(m.Expected) {
		say("%.0f %% of the deliveries had not come %.0f s after the last message",
			100*(1-float64(m.Received)/float64(m.Expected)), patience.Seconds())
	}
	if p99 := m.Latency.Percentile(99); p99 > behind {
		say("it fell behind: p99 %.1f s", p99.Seconds())
	}
	return strings.Join(what, "; ")
}
