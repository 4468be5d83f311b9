package loadtest

import "slices"

// counts is how far a party's run has come.
type counts struct {
	Connections int   `json:"connections"`
	Sent        int64 `json:"sent"`
	Unsent      int64 `json:"unsent"`
	Received    int64 `json:"received"` // by connections that stay
	Moderated   int64 `json:"moderated"`
	Over        bool  `json:"over"` // everything was sent
	// ERROR frames by the room's index, where there are any.
	Refused       map[int]int64 `json:"refused,omitempty"`
	EventsRefused map[int]int64 `json:"events_refused,omitempty"`
	CPU           cpu           `json:"cpu"` // of the process since its start; zero when it is the coordinator's own
}

// roomCounts is what a party knows of a room when everything was sent.
type roomCounts struct {
	Index        int   `json:"index"`
	Members      int64 `json:"members"`
	Unsent       int64 `json:"unsent"`
	EventMembers int64 `json:"event_members"`
	EventsUnsent int64 `json:"events_unsent"`
	Received     int64 `json:"received"` // at the end
}

// part is a party's part of a Measurement.
type part struct {
	counts
	Rooms      []roomCounts      `json:"rooms"`
	Publishers int               `json:"publishers"`
	Lost       int               `json:"lost"` // connections that were to stay, and did not
	Lag        Histogram         `json:"lag"`
	Latency    [groups]Histogram `json:"latency"`
	Marked     [groups]int64     `json:"marked"`
	Bytes      [groups]int64     `json:"bytes"`
	Other      int64             `json:"other"`
	Errors     map[int]int64     `json:"errors,omitempty"`
	Seconds    []second          `json:"seconds,omitempty"`
	Churn      Churn             `json:"churn"`
	Slow       Slow              `json:"slow"`
	Moderation Moderation        `json:"moderation"`
}

func (f *Fleet) tally() *tally {
	t := new(tally)
	for _, r := range f.recorders {
		r.addTo(t)
	}
	return t
}

// addTo adds the counts to t, without histograms.
func (r *recorder) addTo(t *tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for g := range groups {
		t.marked[g] += r.marked[g]
		t.bytes[g] += r.bytes[g]
	}
	t.other += r.other
	t.errors = sum(t.errors, r.errors)
	t.moderated += r.moderated
	t.disconnected += r.disconnected
}

func (f *Fleet) counts() (counts, error) {
	r, err := f.current()
	if err != nil {
		return counts{}, err
	}
	t := f.tally()
	c := counts{
		Connections: f.Connections(), Sent: r.sent.Load(), Unsent: r.unsent.Load(), Received: t.staying(),
		Moderated: t.moderated,
	}
	select {
	case <-r.over:
		c.Over = true
	default:
	}
	for _, rr := range r.rooms {
		c.Refused = addSome(c.Refused, rr.Index, rr.room.refused.Load())
		c.EventsRefused = addSome(c.EventsRefused, rr.Index, rr.room.eventsRefused.Load())
	}
	return c, nil
}

func addSome(m map[int]int64, key int, n int64) map[int]int64 {
	if n == 0 {
		return m
	}
	return sum(m, map[int]int64{key: n})
}

// published returns the counts of the rooms once the run is over.
func (f *Fleet) published() ([]roomCounts, error) {
	r, err := f.current()
	if err != nil {
		return nil, err
	}
	<-r.over
	rooms := make([]roomCounts, len(r.rooms))
	for i, rr := range r.rooms {
		rooms[i] = roomCounts{rr.Index, rr.members, rr.unsent, rr.eventMembers, rr.eventsUnsent, rr.room.received.Load()}
	}
	return rooms, nil
}

// finish ends the run and returns what it measured.
func (f *Fleet) finish() (p part, err error) {
	r, err := f.current()
	if err != nil {
		return p, err
	}
	r.cancel()
	if !r.begun {
		close(r.over)
	}
	<-r.over
	p.Churn = r.churn.finish(r.order.Duration)
	for _, rr := range r.rooms {
		p.Publishers += len(rr.publishers)
		p.Lost += int(rr.stay - rr.room.staying.Load())
	}
	if p.counts, err = f.counts(); err != nil {
		return p, err
	}
	if p.Rooms, err = f.published(); err != nil {
		return p, err
	}
	t := f.tally()
	p.Marked, p.Bytes, p.Other, p.Errors = t.marked, t.bytes, t.other, t.errors
	p.Lag, p.Moderation = r.lag, r.moderation
	p.Moderation.Received, p.Moderation.Disconnected = t.moderated, t.disconnected
	for _, rec := range f.recorders {
		rec.mergeInto(&p)
	}
	p.Slow = r.slow.finish(f)
	f.mu.Lock()
	f.run = nil
	f.mu.Unlock()
	return p, nil
}

func (r *recorder) mergeInto(p *part) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for g := range groups {
		p.Latency[g].Merge(&r.latency[g])
	}
	p.Moderation.Latency.Merge(&r.eventLatency)
	r.series.close()
	p.Seconds = append(p.Seconds, slices.Clone(r.series.over)...)
}
