package bench

import "time"

// What things take besides the loads, roughly, on the machine that BENCHMARKS.md names.
const (
	startAndEnd    = time.Second
	aConnection    = 150 * time.Microsecond
	aConnectionEnd = 100 * time.Microsecond
)

// Estimate returns about how long a plan takes with that many contenders, when all hold everything.
func (p *Plan) Estimate(contenders int) time.Duration {
	server := func(connections int) time.Duration {
		return startAndEnd + time.Duration(connections)*(aConnection+aConnectionEnd)
	}
	var each, throng, once time.Duration // of each contender and round, of throng and round, of each contender
	if len(p.Rates) > 0 {
		each += server(p.Rates[0].Members)
		for _, l := range p.Rates {
			each += l.time()
		}
	}
	if n := len(p.Idle.Sizes); n > 0 {
		each += server(p.Idle.Sizes[n-1]) + time.Duration(n+1)*p.Idle.Settle
		if p.Idle.AtRest {
			throng += forget
		}
	}
	if n := len(p.Flat.Sizes); n > 0 {
		throng += 2 * (server(p.Flat.Sizes[n-1]) + time.Duration(n)*(p.Flat.WarmUp+p.Flat.Duration)) // the floor too
	}
	if l := p.Stalled; l.Stalled > 0 {
		one := server(l.Members) + l.time() + l.Duration
		once += one
		throng += one
	}
	if c := p.Crowd; c.Connections > 0 {
		throng += server(c.Connections) + c.Settle + c.WarmUp + c.Duration + time.Duration(c.Connections)*2*aConnection
		throng += server(c.Connections) + p.Flat.WarmUp + p.Flat.Duration // in one room
	}
	return time.Duration(p.Rounds*contenders)*each + time.Duration(p.Rounds)*throng + time.Duration(max(contenders-1, 0))*once
}
