package edge

import (
	"fmt"
	"strings"

	"github.com/VictoriaMetrics/metrics"

	"github.com/throngchat/throng/internal/chat"
)

// stats are the edge's metrics. Names that the user guide's CloudWatch table has keep its words (protocol.md section 7).
type stats struct {
	set *metrics.Set

	connects  *metrics.Counter
	members   *metrics.Gauge
	lagging   *metrics.Gauge
	panics    *metrics.Counter
	handshake *metrics.PrometheusHistogram
	delay     *metrics.PrometheusHistogram
	messaging *metrics.Counter
	requests  [len(chat.Actions) + 1]*metrics.Counter // by action
	delivered *metrics.Counter
	byKind    [kinds]*metrics.Counter
	writes    *metrics.Counter
	skipped   *metrics.Counter
	refusals  [reasons]*metrics.Counter
	closes    [reasons]*metrics.Counter
	errors    map[int]*metrics.Counter // by code of the ERROR frame

	throttledConnection *metrics.Counter
	throttledRoom       *metrics.Counter
	throttledAccount    *metrics.Counter
}

// durations are the upper bounds of the buckets of both histograms, in seconds.
var durations = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// errorCodes are the codes that ERROR frames can have.
var errorCodes = []int{
	chat.CodeInvalid, chat.CodeUnauthorized, chat.CodeForbidden, chat.CodeNotFound,
	chat.CodeRejected, chat.CodeTooLarge, chat.CodeRateLimited, chat.CodeInternal,
}

func newStats(set *metrics.Set, e *Edge) *stats {
	s := &stats{
		set:       set,
		connects:  set.NewCounter("throng_connects_total"),
		members:   set.NewGauge("throng_concurrent_chat_connections", nil),
		lagging:   set.NewGauge("throng_lagging_connections", nil),
		panics:    set.NewCounter("throng_edge_panics_total"),
		messaging: set.NewCounter("throng_messaging_requests_total"),
		delivered: set.NewCounter("throng_messaging_deliveries_total"),
		handshake: set.NewPrometheusHistogramExt("throng_handshake_duration_seconds", durations),
		delay:     set.NewPrometheusHistogramExt("throng_fanout_delay_seconds", durations),
		writes:    set.NewCounter("throng_fanout_writes_total"),
		skipped:   set.NewCounter("throng_skipped_deliveries_total"),
		errors:    map[int]*metrics.Counter{},

		throttledConnection: set.NewCounter(`throng_throttled_requests_total{limit="connection"}`),
		throttledRoom:       set.NewCounter(`throng_throttled_requests_total{limit="room"}`),
		throttledAccount:    set.NewCounter(`throng_throttled_requests_total{limit="account"}`),
	}
	set.NewGauge("throng_sockets", func() float64 { return float64(e.sockets.Load()) })
	for _, a := range chat.Actions {
		s.requests[a] = set.NewCounter(fmt.Sprintf(`throng_requests_total{action=%q}`, a))
	}
	for k, name := range kindNames {
		s.byKind[k] = set.NewCounter(fmt.Sprintf(`throng_deliveries_total{action=%q}`, name))
	}
	for r := reasonNone + 1; r < reasons; r++ {
		if r >= reasonPanic || r == reasonReset || r == reasonPeerGone || r == reasonDrain {
			s.refusals[r] = set.NewCounter(fmt.Sprintf(`throng_handshake_refusals_total{reason=%q}`, r))
		}
		if r <= reasonPanic {
			s.closes[r] = set.NewCounter(fmt.Sprintf(`throng_connection_closes_total{reason=%q}`, r))
		}
	}
	for _, code := range errorCodes {
		s.errors[code] = set.NewCounter(fmt.Sprintf(`throng_errors_total{code="%d"}`, code))
	}
	// Handlers are invoked and logs are delivered by nobody yet; what the table of the guide counts about them is zero,
	// except for invocations that cannot be made (review.go).
	for _, name := range []string{
		"throng_response_validation_errors_total", "throng_log_destination_errors_total",
		"throng_log_destination_access_denied_errors_total", "throng_log_destination_resource_not_found_errors_total",
	} {
		set.NewCounter(name)
	}
	return s
}

func (s *stats) refused(r reason) { count(s.refusals[:], r) }
func (s *stats) closed(r reason)  { count(s.closes[:], r) }

// count adds to the counter of a reason. A reason in the wrong table is a defect, but not one worth a connection.
func count(counters []*metrics.Counter, r reason) {
	if counters[r] == nil {
		r = reasonPanic
	}
	counters[r].Inc()
}

func (s *stats) countError(code int) {
	if c := s.errors[code]; c != nil {
		c.Inc()
	}
}

// labelEscaper makes a handler's URI, which an API client chose, a label value of the exposition format.
var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (s *stats) invocationError(uri string) {
	s.set.GetOrCreateCounter(`throng_invocation_errors_total{uri="` + labelEscaper.Replace(uri) + `"}`).Inc()
}

// tally counts deliveries on one loop, without atomics, until the turn ends.
type tally struct {
	writes  int
	skipped uint64
	frames  [kinds]uint32
}

// add counts one write of a batch.
func (t *tally) add(b *batch) {
	t.writes++
	for k, n := range b.kinds {
		t.frames[k] += n
	}
}

// publish adds the tally to the shared counters and empties it.
func (t *tally) publish(s *stats) {
	if t.writes == 0 && t.skipped == 0 {
		return
	}
	total := 0
	for k, n := range t.frames {
		if n > 0 {
			s.byKind[k].Add(int(n))
			total += int(n)
		}
	}
	s.delivered.Add(total)
	s.writes.Add(t.writes)
	s.skipped.AddInt64(int64(t.skipped))
	*t = tally{}
}
