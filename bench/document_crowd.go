package bench

import (
	"fmt"
	"math"
	"strings"
)

// stormTarget is how long a storm may take, in seconds.
const stormTarget = 60

// crowd collects one figure from all rounds that came to it; NaN is none.
func (r *Results) crowd(f func(*Crowd) float64) Spread {
	return spread(r.Crowd, func(*Crowd) bool { return true }, func(c *Crowd) float64 {
		if v := f(c); v != 0 {
			return v
		}
		return math.NaN()
	})
}

func (r *Results) crowdSections(string) []section {
	if len(r.Crowd) == 0 {
		return nil
	}
	return []section{r.holdSection(), r.stormSection()}
}

// chatting makes a figure of the load one of the crowd.
func chatting(f figure) func(*Crowd) float64 {
	return func(c *Crowd) float64 {
		if c.Measurement == nil {
			return 0
		}
		return f(c.Measurement)
	}
}

func (r *Results) holdSection() section {
	p := &r.Plan.Crowd
	s := section{title: fmt.Sprintf("%s connections in %s rooms", count(p.Connections), count(p.Rooms))}
	user := r.crowd(func(c *Crowd) float64 { return c.Resident })
	kernel := r.crowd(func(c *Crowd) float64 {
		if c.Kernel == nil {
			return 0
		}
		return c.Kernel.ServerEnd
	})
	p99 := r.crowd(chatting(at(99)))
	if p99.N > 0 {
		s.claims = []string{fmt.Sprintf("throng holds %s connections on this machine, at %s bytes of user and %s of kernel memory each, while %s rooms chat at %g messages a second each with a p99 of %.0f ms%s.",
			count(p.Connections), amount(user), amount(kernel), count(p.Rooms), p.RoomRate, p99.Median, r.crowdFailures())}
	} else {
		s.claims = []string{fmt.Sprintf("throng did not hold %s connections%s.", count(p.Connections), r.crowdFailures())}
	}
	f := func(name string, f func(*Crowd) float64, decimals int) []string {
		return []string{name, r.crowd(f).format(decimals)}
	}
	s.body = table([]string{"", "throng"},
		f("processes of the server", func(c *Crowd) float64 { return float64(c.Processes) }, 0),
		f("seconds to open all, 64 at a time", func(c *Crowd) float64 { return c.Opened.Seconds }, 1),
		f("server CPU µs a connect", func(c *Crowd) float64 { return c.ConnectCPU }, 0),
		[]string{"user memory, bytes each", user.format(0)},
		[]string{"kernel memory, bytes each", kernel.format(0)},
		f("deliveries a second", chatting(func(m *measurement) float64 { return float64(m.Received) / m.DurationSeconds }), 0),
		f("deliveries missing", func(c *Crowd) float64 {
			if c.Measurement == nil {
				return 0
			}
			// 0 is a figure here, and would count as none.
			return max(float64(c.Measurement.Expected-c.Measurement.Received), 1e-9)
		}, 0),
		f("server CPU s a million deliveries", chatting(serverCost), 2),
		[]string{"of it user + system", fmt.Sprintf("%.2f + %.2f", r.crowd(chatting(serverUser)).Median, r.crowd(chatting(serverSystem)).Median)},
		[]string{"p50 ms", r.crowd(chatting(at(50))).format(0)},
		[]string{"p99 ms", p99.format(0)},
		f("server, cores", chatting(serverCores), 2),
		f("client, cores", chatting(clientCores), 2),
	) + fmt.Sprintf(`
One process may open %s files here, so the server is a node of several edge processes under one supervisor
(edge.processes: %s), and the clients are several processes too. Memory is the growth over the same node without
connections, of all its processes, %s after the last handshake; kernel memory as above. Then every room gets %g messages
a second of %d bytes for %s after %s uncounted; each process has members of every room.
`, count(int64(r.Machine.Descriptors)), p.Processes, seconds(p.Settle), p.RoomRate, p.ContentSize, seconds(p.Duration), seconds(p.WarmUp))
	return s
}

func (r *Results) crowdFailures() string {
	var what []string
	for i := range r.Crowd {
		if c := &r.Crowd[i]; !c.Held() {
			what = append(what, fmt.Sprintf("round %d was not held: %s", c.Round+1, c.Failure))
		}
	}
	if len(what) == 0 {
		return ""
	}
	return " (" + strings.Join(what, "; ") + ")"
}

func (r *Results) stormSection() section {
	p := &r.Plan.Crowd
	s := section{title: fmt.Sprintf("A storm of %s connections", count(p.Connections))}
	storm := func(f func(*Crowd) float64) func(*Crowd) float64 {
		return func(c *Crowd) float64 {
			if c.Storm == nil {
				return 0
			}
			return f(c)
		}
	}
	took := r.crowd(storm(func(c *Crowd) float64 { return c.Storm.Seconds }))
	if took.N == 0 {
		s.claims = []string{"No storm was measured" + r.crowdFailures() + "."}
		return s
	}
	s.claims = []string{fmt.Sprintf("When %s connections break and come back at once, throng has admitted all of them after %.1f s (%s)%s.",
		count(p.Connections), took.Median, against(took.Median, stormTarget, "60 s"), r.crowdFailures())}
	rows := [][]string{{"round", "seconds", "p50 s", "p99 s", "came back", "tried again", "server CPU µs a connect", "server, cores", "client, cores"}}
	for i := range r.Crowd {
		c := r.Crowd[i].Storm
		if c == nil {
			continue
		}
		var again []string
		for _, reason := range sortedKeys(c.Retried) {
			again = append(again, fmt.Sprintf("%s × %s", count(c.Retried[reason]), reason))
		}
		second := func(p float64) string { return fmt.Sprintf("%.1f", c.Connect.Percentile(p).Seconds()) }
		rows = append(rows, []string{
			fmt.Sprint(r.Crowd[i].Round + 1), fmt.Sprintf("%.1f", c.Seconds), second(50), second(99),
			fmt.Sprintf("%s of %s", count(c.Opened.Opened), count(c.Asked)), strings.Join(again, ", "),
			fmt.Sprintf("%.0f", c.Usage.ServerCPU*1e6/float64(max(c.Opened.Opened, 1))),
			fmt.Sprintf("%.2f", c.Usage.ServerCPU/c.Usage.Seconds), fmt.Sprintf("%.2f", c.Usage.ClientCPU/c.Usage.Seconds),
		})
	}
	s.body = table(rows...) + `
All connections are reset by their clients, and all dial again at the same moment with fresh tokens. A refusal with 503,
and a port that nobody listens on, is tried again after what Retry-After says and up to half as much more. The times count
from the moment of the return; clients and server share the cores.
`
	return s
}
