package loadtest

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
)

// recorder counts what the connections of one loop receive. Its lock is taken once for each read, by the loop, and
// otherwise only for a snapshot.
type recorder struct {
	mu        sync.Mutex
	marker    marker
	hint      int
	events    marker // of moderation; without a prefix when there is none
	eventHint int
	now       instant // when the bytes at hand were read
	tally
}

// tally is what a recorder counts.
type tally struct {
	latency [groups]Histogram
	marked  [groups]int64 // messages of the current run
	bytes   [groups]int64
	other   int64         // messages of other runs or other clients, and events
	errors  map[int]int64 // ERROR frames by ErrorCode
	series  series

	moderated    int64 // events of the run's moderation that staying connections got
	eventLatency Histogram
	disconnected int64 // connections that moderation has ended
}

func (t *tally) staying() (marked int64) {
	for g := range passing {
		marked += t.marked[g]
	}
	return marked
}

// begin forgets what was counted and counts the messages that carry m, and the events that carry events, from now on.
func (r *recorder) begin(m, events marker, start instant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marker, r.hint, r.events, r.eventHint, r.tally = m, 0, events, 0, tally{series: newSeries(start)}
}

// arrive says that c has read n bytes now. The caller holds mu.
func (r *recorder) arrive(c *conn, now instant, n int) {
	r.now = now
	r.bytes[c.group] += int64(n)
	r.series.turn(now)
}

// marks counts a message of the run that was due then. The caller holds mu.
func (r *recorder) mark(c *conn, due instant) {
	latency := r.now.sub(due)
	r.marked[c.group]++
	r.latency[c.group].Record(latency)
	if c.group.stays() {
		c.room.received.Add(1)
		r.series.record(latency)
	}
}

// message counts one message. The caller holds mu.
func (r *recorder) message(c *conn, payload []byte) {
	if len(r.marker.prefix) > 0 {
		if due, ok := r.marker.find(payload, &r.hint); ok {
			r.mark(c, due)
			if len(r.events.prefix) > 0 {
				c.room.overhear(payload)
			}
			return
		}
	}
	if len(r.events.prefix) > 0 && r.event(c, payload) {
		return
	}
	r.other++
	if bytes.Contains(payload, []byte(`"ERROR"`)) {
		r.refusal(c, payload)
	}
}

// event counts an event of the run's moderation.
func (r *recorder) event(c *conn, payload []byte) bool {
	due, ok := r.events.find(payload, &r.eventHint)
	if !ok {
		return false
	}
	if due == introduction {
		c.introduced(payload)
		r.other++
		return true
	}
	if c.group.stays() {
		r.moderated++
		r.eventLatency.Record(r.now.sub(due))
	}
	return true
}

// Beginnings of the RequestIds of messages and of moderation, so that an ERROR tells which it refuses.
const (
	messageRequest    = "00000000-0000-4000-8000-"
	moderationRequest = "00000000-0000-4001-8000-"
)

func (r *recorder) refusal(c *conn, payload []byte) {
	var frame struct {
		Type      string
		RequestID string `json:"RequestId"`
		ErrorCode int
	}
	if json.Unmarshal(payload, &frame) != nil || frame.Type != "ERROR" {
		return
	}
	if r.errors == nil {
		r.errors = map[int]int64{}
	}
	r.errors[frame.ErrorCode]++
	if strings.HasPrefix(frame.RequestID, moderationRequest) {
		c.room.eventsRefused.Add(1)
	} else {
		c.room.refused.Add(1)
	}
}

// farewell counts a connection that moderation has ended, by the reason in the close frame.
func (r *recorder) farewell(reason string) {
	if len(r.events.prefix) > 0 && strings.HasPrefix(reason, string(r.events.prefix)) {
		r.disconnected++
	}
}
