package bench

import "fmt"

func (r *Results) flatSections(plots string) []section {
	all := append(rates(r.Flat), r.Hall...)
	sizes := r.Plan.Flat.Sizes
	if len(r.Hall) > 0 {
		sizes = append(sizes[:len(sizes):len(sizes)], r.Plan.Crowd.Connections)
	}
	if len(all) == 0 || len(sizes) == 0 {
		return nil
	}
	s := section{title: "Cost of a delivery against the size of the room"}
	rows := [][]string{{"members", "messages a second", "throng: CPU s a million deliveries", "of it user + system", "floor: CPU s a million",
		"throng × floor, same round", "throng: p99 ms", "floor: p99 ms", "held"}}
	p := &r.Plan.Flat
	var first, last Spread
	for _, size := range sizes {
		throng, floor := all.of(throngName, p.load(size)), all.of(floorName, p.load(size))
		cost := throng.spread(serverCost)
		if first.N == 0 {
			first = cost
		}
		last = cost
		rows = append(rows, []string{
			count(size), fmt.Sprintf("%.3g", p.load(size).Rate), cost.format(2),
			fmt.Sprintf("%.2f + %.2f", throng.spread(serverUser).Median, throng.spread(serverSystem).Median),
			floor.spread(serverCost).format(2), throng.ratio(floor, serverCost).format(2), throng.spread(at(99)).format(0),
			floor.spread(at(99)).format(0), heldOf(throng),
		})
	}
	s.claims = []string{fmt.Sprintf("At the same deliveries a second, a million of them cost throng %.2f s in a room of %s members and %.2f s in one of %s, %.2f times as much.",
		first.Median, count(sizes[0]), last.Median, count(sizes[len(sizes)-1]), last.Median/first.Median)}
	s.body = table(rows...) + fmt.Sprintf(`
%s deliveries a second at all sizes, %d bytes of content, %s each after %s uncounted. As many members as one process can
hold join one server one size after the other; more are spread over several edge processes, which pass the messages on to
each other. The floor, which is one process, shows what the caches of the machine make of more sockets.
`, count(int64(p.Deliveries)), p.ContentSize, seconds(p.Duration), seconds(p.WarmUp)) +
		image(plots, "flat.svg", "CPU time of a delivery against the size of the room")
	return []section{s}
}

func heldOf(all rates) string {
	switch {
	case len(all) == 0:
		return "not tried"
	case all.held():
		return fmt.Sprintf("%d rounds", len(all))
	}
	return "**not held**: " + all[0].Failure
}
