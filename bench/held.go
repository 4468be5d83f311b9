package bench

// A contender that has not held something is not asked for it again in later rounds: it would take the time of those
// that did.

// heldRates returns the loads that a contender has not failed at so far.
func (r *Results) heldRates(contender string, loads []DeliveryLoad) []DeliveryLoad {
	for i, l := range loads {
		for k := range r.Rates {
			if m := &r.Rates[k]; m.Contender == contender && m.Load.Rate == l.Rate && !m.Held() {
				return loads[:i]
			}
		}
	}
	return loads
}

// heldSizes is the same of idle connections.
func (r *Results) heldSizes(contender string, sizes []int) []int {
	for i, size := range sizes {
		for k := range r.Idle {
			if m := &r.Idle[k]; m.Contender == contender && m.Connections == size && !m.Held() {
				return sizes[:i]
			}
		}
	}
	return sizes
}
