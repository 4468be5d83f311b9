package bench

import "time"

// Plan is what a run measures. An empty part leaves its scenario out.
type Plan struct {
	Rounds  int            `json:"rounds"`
	Rates   []DeliveryLoad `json:"rates,omitempty"` // in one room after the other, ascending
	Idle    IdlePlan       `json:"idle"`
	Flat    FlatPlan       `json:"flat"`
	Stalled StalledPlan    `json:"stalled"`
	Crowd   CrowdPlan      `json:"crowd"`
}

// Scenarios are the names of the parts, in the order in which they run within a round.
var Scenarios = []string{"rates", "idle", "flat", "stalled", "crowd"}

// DefaultPlan is what BENCHMARKS.md is made of. The sizes but the crowd's fit a process that may open 20,000 files.
func DefaultPlan() Plan {
	const (
		content = 200
		settle  = 3 * time.Second
	)
	p := Plan{
		Rounds: 3,
		Idle:   IdlePlan{Sizes: []int{1000, 5000, 10_000, 18_000}, Settle: settle, AtRest: true},
		Flat: FlatPlan{
			Sizes: []int{1000, 5000, 10_000, 18_000}, Deliveries: 40_000, ContentSize: content,
			WarmUp: 2 * time.Second, Duration: 8 * time.Second,
		},
		Stalled: StalledPlan{
			DeliveryLoad: DeliveryLoad{Members: 10_000, Rate: 10, ContentSize: 500, WarmUp: 2 * time.Second, Duration: 15 * time.Second},
			Stalled:      1000,
		},
		Crowd: CrowdPlan{
			Connections: 50_000, Processes: "auto", Settle: settle, Rooms: 1000, RoomRate: 1, ContentSize: content, WarmUp: 3 * time.Second, Duration: 12 * time.Second,
		},
	}
	for _, rate := range []float64{2, 30, 100} {
		p.Rates = append(p.Rates, DeliveryLoad{
			Members: 10_000, Rate: rate, ContentSize: content, WarmUp: 3 * time.Second, Duration: 12 * time.Second,
		})
	}
	return p
}

// QuickPlan is a smoke test of every scenario.
func QuickPlan() Plan {
	p := DefaultPlan()
	p.Rounds = 1
	for i := range p.Rates {
		p.Rates[i].Members, p.Rates[i].WarmUp, p.Rates[i].Duration = 300, 0, 500*time.Millisecond
	}
	p.Idle = IdlePlan{Sizes: []int{100, 300}, Settle: 200 * time.Millisecond}
	p.Flat.Sizes, p.Flat.Deliveries, p.Flat.WarmUp, p.Flat.Duration = []int{100, 300}, 3000, 0, time.Second
	p.Stalled.Members, p.Stalled.Stalled, p.Stalled.WarmUp, p.Stalled.Duration = 300, 30, 0, time.Second
	p.Crowd = CrowdPlan{Connections: 1000, Processes: "2", Settle: time.Second, Rooms: 20, RoomRate: 1, ContentSize: 200, Duration: 2 * time.Second}
	return p
}

// Only leaves out the scenarios that are not named.
func (p *Plan) Only(names func(string) bool) {
	if !names("rates") {
		p.Rates = nil
	}
	if !names("idle") {
		p.Idle = IdlePlan{}
	}
	if !names("flat") {
		p.Flat.Sizes = nil // the crowd's one room has the same load
	}
	if !names("stalled") {
		p.Stalled = StalledPlan{}
	}
	if !names("crowd") {
		p.Crowd = CrowdPlan{}
	}
}
