package bench

import (
	"fmt"
	"math"
	"slices"
)

// Targets of idle connections: bytes of user memory, µs of CPU time a connect.
const (
	idleTarget    = 1000
	connectTarget = 100
	// idleSize is the number of connections that they are for.
	idleSize = 10_000
)

// idleFigure is one number of the idle scenario; NaN when it is not known.
type idleFigure func(*Idle) float64

// Figures of the idle scenario.
var (
	residentEach idleFigure = func(i *Idle) float64 { return i.Resident }
	connectCPU   idleFigure = func(i *Idle) float64 { return i.ConnectCPU }
	kernelEach   idleFigure = func(i *Idle) float64 {
		if i.Kernel == nil {
			return math.NaN()
		}
		return i.Kernel.ServerEnd
	}
)

// known turns the 0 of a figure that was not taken into one that is missing.
func known(f idleFigure) idleFigure {
	return func(i *Idle) float64 {
		if v := f(i); v != 0 {
			return v
		}
		return math.NaN()
	}
}

// idle collects one figure from all rounds in which it was held.
func (r *Results) idle(contender string, connections int, f idleFigure) Spread {
	return spread(r.Idle, func(i *Idle) bool {
		return i.Contender == contender && i.Connections == connections && i.Held()
	}, f)
}

// sizes returns the sizes of the idle scenario, ascending.
func (r *Results) sizes() []int {
	var sizes []int
	for i := range r.Idle {
		sizes = append(sizes, r.Idle[i].Connections)
	}
	slices.Sort(sizes)
	return slices.Compact(sizes)
}

// reference is the size that claims are about: the target's, or the last when the run did not have that.
func reference(sizes []int) int {
	if slices.Contains(sizes, idleSize) {
		return idleSize
	}
	return sizes[len(sizes)-1]
}

func (r *Results) idleSections(plots string) []section {
	sizes := r.sizes()
	if len(sizes) == 0 {
		return nil
	}
	return []section{r.memorySection(sizes, plots), r.connectSection(sizes)}
}

func (r *Results) memorySection(sizes []int, plots string) section {
	s := section{title: "Memory of idle connections"}
	n := reference(sizes)
	s.claims = []string{r.restClaim(sizes) + fmt.Sprintf(
		"Right after the handshakes, with all their garbage, each of %s connections costs throng %s bytes of user memory and the kernel %s; the floor %s%s.",
		count(n), amount(r.idle(throngName, n, residentEach)), amount(r.idle(throngName, n, kernelEach)),
		amount(r.idle(floorName, n, residentEach)), r.peerRange(n))}
	head := []string{"bytes each"}
	for _, size := range sizes {
		head = append(head, "user, "+count(size))
	}
	rows := [][]string{append(head, "user, each further one", "kernel, "+count(n), "held")}
	for _, name := range r.Contenders {
		row := []string{name}
		for _, size := range sizes {
			row = append(row, r.idle(name, size, residentEach).format(0))
		}
		rows = append(rows, append(row, r.slope(name, sizes, residentEach), r.idle(name, n, kernelEach).format(0), r.idleVerdict(name)))
	}
	s.body = table(rows...) + image(plots, "memory.svg", "User memory against connections") + r.idleNotes(sizes)
	return s
}

// restClaim tells what throng's connections cost when they are idle and nothing else: the used tokens are forgotten.
func (r *Results) restClaim(sizes []int) string {
	last := sizes[len(sizes)-1]
	rest := r.idle(throngName, last, known(func(i *Idle) float64 { return i.ResidentLater }))
	heap := r.idle(throngName, last, known(func(i *Idle) float64 { return i.HeapLiveLater }))
	if rest.N == 0 {
		return ""
	}
	return fmt.Sprintf("At rest each of %s idle connections costs throng %s bytes of user memory (%s), of which %s are live objects. ",
		count(last), amount(rest), against(rest.Median, idleTarget, "at most 1,000"), amount(heap))
}

// peerRange tells the least and the most that a peer needs.
func (r *Results) peerRange(n int) string {
	least, most := Spread{}, Spread{}
	var leastName, mostName string
	for _, name := range r.peers() {
		v := r.idle(name, n, residentEach)
		if v.N == 0 {
			continue
		}
		if least.N == 0 || v.Median < least.Median {
			least, leastName = v, name
		}
		if most.N == 0 || v.Median > most.Median {
			most, mostName = v, name
		}
	}
	if least.N == 0 {
		return ""
	}
	return fmt.Sprintf(", the peers from %s (%s) to %s (%s)", amount(least), leastName, amount(most), mostName)
}

// slope is the figure of each connection between the smallest size and the largest.
func (r *Results) slope(contender string, sizes []int, f idleFigure) string {
	small, large := sizes[0], sizes[len(sizes)-1]
	a, b := r.idle(contender, small, f), r.idle(contender, large, f)
	if a.N == 0 || b.N == 0 || small == large {
		return "–"
	}
	total := b.Median*float64(large) - a.Median*float64(small)
	return thousands(fmt.Sprintf("%.0f", total/float64(large-small)))
}

// idleVerdict tells what went wrong with a contender's connections.
func (r *Results) idleVerdict(name string) string {
	for i := range r.Idle {
		if d := &r.Idle[i]; d.Contender == name && !d.Held() {
			return fmt.Sprintf("**not held** with %s in round %d: %s", count(d.Connections), d.Round+1, d.Failure)
		}
	}
	return "all"
}

func (r *Results) idleNotes(sizes []int) string {
	text := fmt.Sprintf(`
- *User* is the growth of anonymous resident memory of all of a server's processes, since %d connections came and went and
  until %s after the last handshake, as it comes: garbage of the handshakes and a collector's headroom included. The fewer
  connections, the more of it is what exists once, such as stacks and buffers. *Each further one* is the difference between the first and the last size.
  throng's holds identity, rate limits and timers of a connection, and for a time the used token.
- *Kernel* is slab memory from /proc/slabinfo, halved, since both ends of a connection are on this machine and have the
  same objects: TCP, sock_inode_cache, filp and eventpoll_epi as measured (whole slabs, holes included), and one object
  a socket of dentry and the security module's caches, which files move more than sockets. Idle sockets hold no
  buffer pages.
- Connections are added to one server up to each size.
`, warmUp, seconds(r.Plan.Idle.Settle))
	last := sizes[len(sizes)-1]
	live := r.idle(throngName, last, known(func(i *Idle) float64 { return i.HeapLive }))
	later := r.idle(throngName, last, known(func(i *Idle) float64 { return i.HeapLiveLater }))
	if live.N > 0 {
		text += fmt.Sprintf("- throng's live heap with %s connections: %s bytes each after a collection, on pages of %s", count(last),
			live.format(0), r.idle(throngName, last, known(func(i *Idle) float64 { return i.HeapInUse })).format(0))
		if later.N > 0 {
			text += fmt.Sprintf(";\n  %s later, when the used tokens are forgotten, %s, and %s of user memory as it comes (at rest)", seconds(forget),
				later.format(0), r.idle(throngName, last, known(func(i *Idle) float64 { return i.ResidentLater })).format(0))
		}
		text += ".\n"
	}
	if without := r.withoutKernel(); without > 0 {
		text += fmt.Sprintf("- %d of %d repetitions have no figure for the kernel: /proc/slabinfo could not be read, or other programs opened\n"+
			"  or closed sockets meanwhile.\n", without, len(r.Idle))
	}
	return text
}

// withoutKernel counts the repetitions whose share of the kernel's memory could not be told.
func (r *Results) withoutKernel() int {
	n := 0
	for i := range r.Idle {
		if r.Idle[i].Held() && r.Idle[i].Kernel == nil {
			n++
		}
	}
	return n
}

func (r *Results) connectSection(sizes []int) section {
	s := section{title: "CPU time of a connect"}
	n := reference(sizes)
	cost := r.idle(throngName, n, connectCPU)
	s.claims = []string{fmt.Sprintf("A connect costs throng %s µs of CPU time, its token opened and claimed (%s); the floor, which looks at no token, %s.",
		amount(cost), against(cost.Median, connectTarget, "at most 100"), amount(r.idle(floorName, n, connectCPU)))}
	head := []string{"server CPU µs a connect"}
	for _, size := range sizes {
		head = append(head, "up to "+count(size))
	}
	rows := [][]string{head}
	for _, name := range r.Contenders {
		row := []string{name}
		for _, size := range sizes {
			row = append(row, r.idle(name, size, connectCPU).format(0))
		}
		rows = append(rows, row)
	}
	s.body = table(rows...) + `
From accept to membership, of the connections that were added to come to each size, 64 at a time, and the seconds of rest
behind them. The peers look at no token either: they let everyone in.
`
	return s
}

// amount is a median as it stands in a sentence.
func amount(s Spread) string {
	if s.N == 0 {
		return "an amount that could not be told"
	}
	return thousands(fmt.Sprintf("%.0f", s.Median))
}
