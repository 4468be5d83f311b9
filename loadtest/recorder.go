package loadtest

import (
	"bytes"
	"encoding/json"
	"sync"
	"time"
)

// clock gives times whose wall clock part does not jump when the system's clock is set: markers carry that part, and
// are compared with it.
type clock struct{ base time.Time }

func (c clock) now() time.Time { return c.base.Add(time.Since(c.base)) }

// recorder counts what the connections of one loop receive. Its lock is taken once for each read, by the loop, and
// otherwise only for a snapshot.
type recorder struct {
	mu     sync.Mutex
	marker marker
	hint   int
	now    int64 // when the bytes at hand were read, in nanoseconds since 1970
	tally
}

// tally is what a recorder counts.
type tally struct {
	latency Histogram
	marked  int64         // messages of the current run
	other   int64         // messages of other runs or other clients, and events
	errors  map[int]int64 // ERROR frames by ErrorCode
	bytes   int64
}

// begin forgets what was counted and counts the messages that carry m from now on.
func (r *recorder) begin(m marker) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marker, r.hint, r.tally = m, 0, tally{}
}

// addTo adds what was counted to t; the histogram only when asked, since it is large.
func (r *recorder) addTo(t *tally, latency bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if latency {
		t.latency.Merge(&r.latency)
	}
	t.marked += r.marked
	t.other += r.other
	t.bytes += r.bytes
	for code, n := range r.errors {
		if t.errors == nil {
			t.errors = map[int]int64{}
		}
		t.errors[code] += n
	}
}

// message counts one message. The caller holds mu.
func (r *recorder) message(payload []byte) {
	if len(r.marker.prefix) > 0 {
		if due, ok := r.marker.find(payload, &r.hint); ok {
			r.marked++
			r.latency.Record(time.Duration(r.now - due))
			return
		}
	}
	r.other++
	if !bytes.Contains(payload, []byte(`"ERROR"`)) {
		return
	}
	var frame struct {
		Type      string
		ErrorCode int
	}
	if json.Unmarshal(payload, &frame) == nil && frame.Type == "ERROR" {
		if r.errors == nil {
			r.errors = map[int]int64{}
		}
		r.errors[frame.ErrorCode]++
	}
}
