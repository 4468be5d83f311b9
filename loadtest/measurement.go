package loadtest

// Measurement is the result of a Run.
type Measurement struct {
	Connections     int     `json:"connections"`
	Processes       int     `json:"processes"` // of the client
	Rooms           int     `json:"rooms"`
	Publishers      int     `json:"publishers"`
	Rate            float64 `json:"rate_per_second"` // of all rooms together
	ContentSize     int     `json:"content_size_bytes"`
	DurationSeconds float64 `json:"duration_seconds"`

	Sent   int           `json:"sent"`
	Unsent int           `json:"unsent"` // could not be written
	Errors map[int]int64 `json:"errors,omitempty"`
	// Expected and Received are deliveries to the connections that stayed and read. RoomsShort is how many rooms got
	// fewer than expected.
	Expected        int64 `json:"deliveries_expected"`
	Received        int64 `json:"deliveries_received"`
	RoomsShort      int   `json:"rooms_short"`
	Other           int64 `json:"other_messages"` // ERROR frames, events, messages of others
	BytesReceived   int64 `json:"bytes_received"`
	ClosedMeanwhile int   `json:"closed_meanwhile"` // of those that were to stay

	// Latency is from when a message was due to when a connection had it; SendLag is how much of that the client itself
	// took before sending.
	Latency Histogram `json:"latency"`
	SendLag Histogram `json:"send_lag"`
	// Tiers are the same latencies by the size of the rooms, when there are several.
	Tiers []Tier `json:"tiers,omitempty"`

	Churn      *Churn      `json:"churn,omitempty"`      // nil when nobody came or left
	Slow       *Slow       `json:"slow,omitempty"`       // nil when all read
	Moderation *Moderation `json:"moderation,omitempty"` // nil when nobody moderated

	Seconds []Second    `json:"per_second,omitempty"`
	CPU     []CPUSample `json:"cpu,omitempty"`

	Usage      Usage  `json:"usage"`
	Bottleneck string `json:"bottleneck"`
}

// Tier is the rooms of about the same size.
type Tier struct {
	Name        string    `json:"name"`
	Rooms       int       `json:"rooms"`
	Connections int       `json:"connections"`
	Received    int64     `json:"deliveries_received"`
	Latency     Histogram `json:"latency"`
}

// measurement puts the parts together.
func (r *concert) measurement(connections int) Measurement {
	m := Measurement{
		Connections: connections, Processes: len(r.parties), Rooms: len(r.rooms), ContentSize: r.load.ContentSize,
		DurationSeconds: r.load.Duration.Seconds(), CPU: r.cpu,
	}
	var (
		ends       = make([]counts, len(r.parts))
		tiers      [passing]Tier
		seconds    []second
		churn      Churn
		slow       Slow
		moderation Moderation
	)
	for i := range r.rooms {
		o := &r.rooms[i].roomOrder
		m.Rate += o.Messages.Rate
		t := &tiers[staysIn(o.Members)]
		t.Rooms++
		t.Connections += o.Members
	}
	for k := range r.parts {
		p := &r.parts[k]
		ends[k] = p.counts
		m.Publishers += p.Publishers
		m.Sent += int(p.Sent)
		m.Unsent += int(p.Unsent)
		m.Other += p.Other
		m.Errors = sum(m.Errors, p.Errors)
		m.SendLag.Merge(&p.Lag)
		for g := range passing {
			m.Received += p.Marked[g]
			m.BytesReceived += p.Bytes[g]
			m.Latency.Merge(&p.Latency[g])
			tiers[g].Received += p.Marked[g]
			tiers[g].Latency.Merge(&p.Latency[g])
		}
		seconds = append(seconds, p.Seconds...)
		churn.merge(&p.Churn)
		churn.Received += p.Marked[passing]
		churn.Latency.Merge(&p.Latency[passing])
		slow.Connections += p.Slow.Connections
		slow.Closed += p.Slow.Closed
		slow.Received += p.Slow.Received
		moderation.merge(&p.Moderation)
		m.ClosedMeanwhile += p.Lost
	}
	m.Seconds = mergeSeconds(seconds)
	e := r.sums(ends)
	m.Expected, m.RoomsShort, moderation.Expected = e.messages, e.short, e.events
	if len(r.load.Fresh) > 0 {
		m.Churn = &churn
	}
	if r.load.Slow > 0 {
		m.Slow = &slow
	}
	if r.load.Deletes > 0 || r.load.Disconnects > 0 {
		m.Moderation = &moderation
	}
	for g, name := range []string{"below 100 members", "100 to 999 members", "1000 members and more"} {
		if tiers[g].Rooms > 0 && m.Rooms > 1 {
			tiers[g].Name = name
			m.Tiers = append(m.Tiers, tiers[g])
		}
	}
	m.Usage = r.after.since(r.before)
	m.Bottleneck = m.Usage.bottleneck(r.loops, len(r.parties))
	return m
}

// ServerCPUPerMillion returns the server's CPU seconds for each million deliveries, or 0 when they are not known.
func (m *Measurement) ServerCPUPerMillion() float64 { return perMillion(m.Usage.ServerCPU, m.Received) }

// ClientCPUPerMillion returns the client's CPU seconds for each million deliveries, publishing included.
func (m *Measurement) ClientCPUPerMillion() float64 { return perMillion(m.Usage.ClientCPU, m.Received) }

func perMillion(seconds float64, deliveries int64) float64 {
	if deliveries == 0 {
		return 0
	}
	return seconds / float64(deliveries) * 1e6
}
