package bench

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Targets of throng by the rate, in messages a second: its cost against the floor's and in CPU seconds a million
// deliveries, and its p99 in milliseconds; 0 for none.
var rateTargets = map[float64]struct{ ratio, cost, p99 float64 }{
	2:   {ratio: 1.10, p99: 160},
	30:  {cost: 2.7, p99: 274},
	100: {cost: 0.7, p99: 400},
}

func (r *Results) rateSections(plots string) []section {
	var all []section
	for _, l := range r.Plan.Rates {
		if len(rates(r.Rates).of(throngName, l)) > 0 {
			all = append(all, r.rateSection(l))
		}
	}
	if len(all) > 0 {
		all[0].body += rateNotes + image(plots, "cost.svg", "CPU time of a delivery against the rate") +
			image(plots, "latency.svg", "Latency against the load")
	}
	return all
}

func (r *Results) rateSection(l DeliveryLoad) section {
	s := section{title: fmt.Sprintf("%s members, %g messages a second", count(l.Members), l.Rate)}
	throng, floor := rates(r.Rates).of(throngName, l), rates(r.Rates).of(floorName, l)
	s.claims = []string{rateClaim(l, throng, floor) + r.peersClaim(l)}
	rows := [][]string{{"", "server CPU s a million deliveries", "of it user + system", "× floor, same round", "p50 ms", "p99 ms",
		"deliveries a second", "server, cores", "client, cores", "others, cores", "held"}}
	for _, name := range r.Contenders {
		rows = append(rows, r.rateRow(name, l, floor))
	}
	s.body = table(rows...) + fmt.Sprintf(`
One room, %d bytes of content, %s a repetition after %s of the same load uncounted; %s deliveries a second are due.
%s`, l.ContentSize, seconds(l.Duration), seconds(l.WarmUp), count(int64(l.deliveries())), r.saturated(l))
	return s
}

const rateNotes = `
The rates are run one after the other on the same connections. Latency counts from the moment when a message was due to
when a client had read it. *Cores* are means of the run: each message is a burst, in which the sending threads are busy
throughout, and a server of one thread, such as the floor, is saturated at 1.00. The client reads on one thread. *Others* is what programs besides server and client
used of the cores; above a tenth of a core it disturbs the latencies.
`

func rateClaim(l DeliveryLoad, throng, floor rates) string {
	cost, p50, p99 := throng.spread(serverCost), throng.spread(at(50)), throng.spread(at(99))
	if !throng.held() {
		return fmt.Sprintf("throng did not hold %g messages a second to %s members: %s.", l.Rate, count(l.Members), throng[0].Failure)
	}
	target := rateTargets[l.Rate]
	text := fmt.Sprintf("At %g messages a second to %s members (%s deliveries a second) a million deliveries cost throng %.2f s of CPU time",
		l.Rate, count(l.Members), count(int64(l.deliveries())), cost.Median)
	if target.cost > 0 {
		text += fmt.Sprintf(" (%s)", against(cost.Median, target.cost, fmt.Sprintf("at most %.1f s", target.cost)))
	}
	if ratio := throng.ratio(floor, serverCost); ratio.N > 0 {
		text += fmt.Sprintf(", %.2f times the floor's", ratio.Median)
		if target.ratio > 0 {
			text += fmt.Sprintf(" (%s)", against(ratio.Median, target.ratio, fmt.Sprintf("at most %.2f", target.ratio)))
		}
	}
	text += fmt.Sprintf("; p50 is %.0f ms and p99 %.0f ms", p50.Median, p99.Median)
	if target.p99 > 0 {
		text += fmt.Sprintf(" (%s)", against(p99.Median, target.p99, fmt.Sprintf("p99 at most %.0f ms", target.p99)))
	}
	if f := floor.spread(at(99)); f.N > 0 {
		text += fmt.Sprintf(", the floor's %.0f and %.0f", floor.spread(at(50)).Median, f.Median)
	}
	switch {
	case throng.clientBound():
		text += ". The client was saturated, so the claim is void: what was measured is the client"
	case floor.clientBound():
		text += ". The client was saturated by the floor, which writes more often, so that the floor's latencies are in part the client's"
	}
	return text + "."
}

// peersClaim tells what the peers that held a load cost, and who did not hold it.
func (r *Results) peersClaim(l DeliveryLoad) string {
	var least, most struct {
		name string
		cost float64
	}
	var not []string
	for _, name := range r.peers() {
		these := rates(r.Rates).of(name, l)
		if !these.held() {
			not = append(not, name)
			continue
		}
		cost := these.spread(serverCost).Median
		if least.name == "" || cost < least.cost {
			least.name, least.cost = name, cost
		}
		if most.name == "" || cost > most.cost {
			most.name, most.cost = name, cost
		}
	}
	text := ""
	if least.name != "" {
		text = fmt.Sprintf(" The peers that held it cost from %.2f s (%s) to %.2f s (%s).", least.cost, least.name, most.cost, most.name)
	}
	if len(not) > 0 {
		text += fmt.Sprintf(" Not held by: %s.", strings.Join(not, ", "))
	}
	return text
}

func (r *Results) rateRow(name string, l DeliveryLoad, floor rates) []string {
	these := rates(r.Rates).of(name, l)
	if len(these) == 0 {
		return []string{name, "–", "–", "–", "–", "–", "–", "–", "–", "–", r.untried(name, l)}
	}
	f := func(f figure, decimals int) string { return these.spread(f).format(decimals) }
	split := "–"
	if user := these.spread(serverUser); user.N > 0 {
		split = fmt.Sprintf("%.2f + %.2f", user.Median, these.spread(serverSystem).Median)
	}
	delivered := func(d *Rate) float64 { return float64(d.Measurement.Received) / d.Load.Duration.Seconds() }
	return []string{
		name, f(serverCost, 2), split, these.ratio(floor, serverCost).format(2), f(at(50), 0), f(at(99), 0),
		spread(these, func(r *Rate) bool { return r.Measurement != nil }, delivered).format(0),
		f(serverCores, 2), f(clientCores, 2), f(otherCores, 2), r.verdict(name, l),
	}
}

// verdict tells in how many rounds a contender held a load, and what happened otherwise.
func (r *Results) verdict(name string, l DeliveryLoad) string {
	held, tried := 0, 0
	var what []string
	for i := range r.Rates {
		if d := &r.Rates[i]; d.Contender == name && d.Load.Rate == l.Rate {
			tried++
			if d.Held() {
				held++
			} else {
				what = append(what, fmt.Sprintf("**not held** in round %d: %s", d.Round+1, d.Failure))
			}
		}
	}
	if held > 0 {
		what = append([]string{fmt.Sprintf("%d of %d rounds", held, tried)}, what...)
	}
	return strings.Join(what, "; ")
}

// untried says why a contender has no repetition of a load.
func (r *Results) untried(name string, l DeliveryLoad) string {
	for i := range r.Rates {
		if d := &r.Rates[i]; d.Contender == name && !d.Held() && d.Load.Rate < l.Rate {
			return fmt.Sprintf("not tried: it did not hold %g messages a second", d.Load.Rate)
		}
	}
	return "not tried: the run was cut off"
}

// saturated names the repetitions in which somebody was.
func (r *Results) saturated(l DeliveryLoad) string {
	by := map[string][]string{}
	for i := range r.Rates {
		if d := &r.Rates[i]; d.Load.Rate == l.Rate && d.Measurement != nil {
			who, _, _ := strings.Cut(d.Measurement.Bottleneck, " (")
			by[who] = append(by[who], fmt.Sprintf("%s %d", d.Contender, d.Round+1))
		}
	}
	var lines []string
	for _, who := range slices.Sorted(maps.Keys(by)) {
		if who != "neither" {
			lines = append(lines, fmt.Sprintf("%s: %s", who, strings.Join(by[who], ", ")))
		}
	}
	if len(lines) == 0 {
		return "Nobody was saturated, by the means of the repetitions.\n"
	}
	return "Saturated, by the means of the repetitions (contender and round): " + strings.Join(lines, "; ") + ".\n"
}
