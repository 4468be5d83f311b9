package bench

// Line is a contender's line in a plot.
type Line struct {
	Name   string
	Points []Point
}

// Point is a median.
type Point struct{ X, Y float64 }

// add appends a median; a logarithmic axis has no place for what is not positive.
func (l *Line) add(x float64, s Spread, factor float64) {
	if s.N > 0 && s.Median > 0 {
		l.Points = append(l.Points, Point{x, s.Median * factor})
	}
}

// lines collects the lines that have points, one for each contender.
func (r *Results) lines(fill func(l *Line)) []Line {
	var all []Line
	for _, name := range r.Contenders {
		l := Line{Name: name}
		if fill(&l); len(l.Points) > 0 {
			all = append(all, l)
		}
	}
	return all
}

const mebi = 1 << 20

// MemoryLines are user memory in MiB against connections, and the kernel's, which is about the same for all.
func (r *Results) MemoryLines() []Line {
	sizes := r.sizes()
	all := r.lines(func(l *Line) {
		for _, n := range sizes {
			l.add(float64(n), r.idle(l.Name, n, residentEach), float64(n)/mebi)
		}
		if n := r.Plan.Crowd.Connections; l.Name == throngName && len(r.Crowd) > 0 {
			l.add(float64(n), r.crowd(func(c *Crowd) float64 { return c.Resident }), float64(n)/mebi)
		}
	})
	kernel := Line{Name: "kernel"}
	for _, n := range sizes {
		kernel.add(float64(n), r.idle(throngName, n, kernelEach), float64(n)/mebi)
	}
	if len(kernel.Points) > 0 {
		all = append(all, kernel)
	}
	return all
}

// CostLines are server CPU seconds a million deliveries against messages a second, of what was held.
func (r *Results) CostLines() []Line {
	return r.rateLines(func(l DeliveryLoad) float64 { return l.Rate }, serverCost)
}

// LatencyLines are p99 in milliseconds against deliveries a second, of what was held.
func (r *Results) LatencyLines() []Line {
	return r.rateLines(func(l DeliveryLoad) float64 { return l.deliveries() }, at(99))
}

func (r *Results) rateLines(x func(DeliveryLoad) float64, y figure) []Line {
	return r.lines(func(line *Line) {
		for _, l := range r.Plan.Rates {
			if these := rates(r.Rates).of(line.Name, l); these.held() {
				line.add(x(l), these.spread(y), 1)
			}
		}
	})
}

// FlatLines are server CPU seconds a million deliveries against members.
func (r *Results) FlatLines() []Line {
	all := append(rates(r.Flat), r.Hall...)
	return r.lines(func(line *Line) {
		for _, n := range append(r.Plan.Flat.Sizes[:len(r.Plan.Flat.Sizes):len(r.Plan.Flat.Sizes)], r.Plan.Crowd.Connections) {
			if these := all.of(line.Name, r.Plan.Flat.load(max(n, 1))); these.held() {
				line.add(float64(n), these.spread(serverCost), 1)
			}
		}
	})
}
