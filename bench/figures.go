package bench

import (
	"maps"
	"slices"

	"github.com/throngchat/throng/loadtest"
)

type measurement = loadtest.Measurement

// figure is one number of a measurement.
type figure func(*measurement) float64

// at returns a percentile of the latency in milliseconds.
func at(p float64) figure {
	return func(m *measurement) float64 { return percentile(m, p) }
}

// Figures of CPU time: seconds a million deliveries, and cores.
var (
	serverCost   figure = (*measurement).ServerCPUPerMillion
	serverUser   figure = func(m *measurement) float64 { return perMillion(m, m.Usage.ServerUser) }
	serverSystem figure = func(m *measurement) float64 { return perMillion(m, m.Usage.ServerSystem) }
	serverCores  figure = func(m *measurement) float64 { return m.Usage.ServerCPU / m.Usage.Seconds }
	clientCores  figure = func(m *measurement) float64 { return m.Usage.ClientCPU / m.Usage.Seconds }
	otherCores   figure = func(m *measurement) float64 { return m.Usage.Others() }
)

func perMillion(m *measurement, seconds float64) float64 {
	if m.Received == 0 {
		return 0
	}
	return seconds / float64(m.Received) * 1e6
}

// spread collects one figure of what is picked.
func spread[T any](all []T, pick func(*T) bool, figure func(*T) float64) Spread {
	var values []float64
	for i := range all {
		if pick(&all[i]) {
			values = append(values, figure(&all[i]))
		}
	}
	return spreadOf(values)
}

// rates are repetitions of loads.
type rates []Rate

// of returns a contender's repetitions of a load, those that were not held only when there are no others.
func (all rates) of(contender string, l DeliveryLoad) rates {
	var held, failed rates
	for _, r := range all {
		switch {
		case r.Contender != contender || r.Load.Rate != l.Rate || r.Load.Members != l.Members:
		case r.Held():
			held = append(held, r)
		default:
			failed = append(failed, r)
		}
	}
	if len(held) > 0 {
		return held
	}
	return failed
}

// spread summarises a figure; repetitions that came to no measurement are left out.
func (all rates) spread(f figure) Spread {
	return spread(all, func(r *Rate) bool { return r.Measurement != nil }, func(r *Rate) float64 { return f(r.Measurement) })
}

// ratio compares a figure with that of others within each round.
func (all rates) ratio(to rates, f figure) Spread {
	var values []float64
	for _, a := range all {
		for _, b := range to {
			if a.Round == b.Round && a.Measurement != nil && b.Measurement != nil && f(b.Measurement) > 0 {
				values = append(values, f(a.Measurement)/f(b.Measurement))
			}
		}
	}
	return spreadOf(values)
}

// held reports whether there is a repetition that was held.
func (all rates) held() bool { return len(all) > 0 && all[0].Held() }

// clientBound reports whether the client was the bottleneck in any of them.
func (all rates) clientBound() bool {
	for _, r := range all {
		if r.Measurement != nil && clientBound(r.Measurement) {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]int64) []string { return slices.Sorted(maps.Keys(m)) }
