package bench

import (
	"fmt"
	"math"
	"strings"

	"github.com/throngchat/throng/loadtest"
)

// Names of the contenders, in the order of the tables.
var contenders = []string{"throng", "floor"}

// Document returns BENCHMARKS.md. raw is the name of the file with the raw results, as the document gives it.
func Document(r *Results, raw string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

Written by %s; do not edit. Repeat it with

    make bench        # %s

Figures are medians of %d rounds with their range in parentheses. Each repetition has a fresh server process; the
contenders take turns within a round, in an order that reverses from round to round. The clients run on the same
machine as the servers, so absolute times are worth little elsewhere and ratios within this run are what is claimed.

- Machine: %s.
- Commit: %s%s, %s. Load average before the run: %.2f.
- Raw results: [%s](%s).

`, "`throng-bench`", r.Machine.Command, r.Rounds, &r.Machine, r.Machine.Commit, modified(&r.Machine),
		r.Machine.Started.Format("2 January 2006, 15:04 UTC"), r.Machine.LoadBefore, raw, raw)
	if len(r.Deliveries) > 0 {
		writeDeliveries(&b, r)
	}
	if len(r.Idle) > 0 {
		writeIdle(&b, r)
	}
	b.WriteString(notMeasured)
	return b.String()
}

func modified(m *Machine) string {
	if m.Modified {
		return " with changes that were not committed"
	}
	return ""
}

func writeDeliveries(b *strings.Builder, r *Results) {
	cost := (*loadtest.Measurement).ServerCPUPerMillion
	throng := r.delivery("throng", cost)
	ratio := r.ratio("throng", "floor", cost)
	fmt.Fprintf(b, `## A million deliveries cost throng %.1f s of CPU time, %.2f times the floor

%s members of one room, %g messages a second of %d bytes, %g s a repetition, after %g s of the same load uncounted.
The floor is [bench/floor/floor.c](bench/floor/floor.c), one thread that writes a ready-made frame to each socket: the
price of the system calls alone; throng sends from a loop for each core, so its latencies can be the lower ones.
Latency counts from the moment when a message was due to when a client had read it.

| | server CPU s a million | × floor, same round | p50 ms | p90 ms | p99 ms | max ms | delivered | client CPU s a million | others, cores |
|---|---|---|---|---|---|---|---|---|---|
`, throng.Median, ratio.Median, thousands(fmt.Sprint(r.Load.Members)), r.Load.Rate, r.Load.ContentSize,
		r.Load.Duration.Seconds(), r.Load.WarmUp.Seconds())
	for _, name := range contenders {
		latency := func(p float64) string {
			return r.delivery(name, func(m *loadtest.Measurement) float64 { return loadtest.Millis(m.Latency.Percentile(p)) }).format(0)
		}
		others := func(m *loadtest.Measurement) float64 { return m.Usage.Others() }
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", name, r.delivery(name, cost).format(1),
			r.ratio(name, "floor", cost).format(2), latency(50), latency(90), latency(99), latency(100), delivered(r, name),
			r.delivery(name, (*loadtest.Measurement).ClientCPUPerMillion).format(1),
			r.delivery(name, others).format(2))
	}
	b.WriteString("\nWho was saturated, by the mean of each repetition:\n\n")
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		fmt.Fprintf(b, "- round %d, %s: %s\n", d.Round+1, d.Contender, d.Measurement.Bottleneck)
	}
	b.WriteString(`
A mean hides the bursts: each message is a burst of as many sends as there are members, during which the sending
threads are busy throughout; its length is about the largest latency. The client reads on one thread of the same cores
and is part of each latency. *Others* is what programs besides server and client used of the cores meanwhile: above a
tenth of a core it disturbs the latencies, and costs the servers some of their caches.

`)
}

// delivered tells what arrived of what was expected, over all rounds.
func delivered(r *Results, name string) string {
	var received, expected int64
	for i := range r.Deliveries {
		if d := &r.Deliveries[i]; d.Contender == name {
			received += d.Measurement.Received
			expected += d.Measurement.Expected
		}
	}
	if received == expected {
		return "all of " + thousands(fmt.Sprint(expected))
	}
	return thousands(fmt.Sprint(received)) + " of " + thousands(fmt.Sprint(expected))
}

func writeIdle(b *strings.Builder, r *Results) {
	sizes := r.sizes()
	largest := sizes[len(sizes)-1]
	live := func(i *Idle) float64 { return i.HeapLive }
	inUse := func(i *Idle) float64 { return i.HeapInUse }
	resident := func(i *Idle) float64 { return i.Resident }
	cpu := func(i *Idle) float64 { return i.ConnectCPU }
	kernel := func(i *Idle) float64 {
		if i.Kernel == nil {
			return math.NaN()
		}
		return i.Kernel.ServerEnd
	}
	fmt.Fprintf(b, `## An idle connection costs throng %s bytes of heap and the kernel %s

Bytes for each connection, %s in one process: the growth over the same process with none.

| connections | heap, live | heap, pages in use | resident memory | kernel | floor: resident | floor: kernel | server CPU µs a connect | floor: CPU µs |
|---|---|---|---|---|---|---|---|---|
`, amount(r.idle("throng", largest, live)),
		amount(r.idle("throng", largest, kernel)), "up to "+thousands(fmt.Sprint(largest)))
	for _, n := range sizes {
		t := func(figure func(*Idle) float64) string { return r.idle("throng", n, figure).format(0) }
		f := func(figure func(*Idle) float64) string { return r.idle("floor", n, figure).format(0) }
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", thousands(fmt.Sprint(n)), t(live), t(inUse),
			t(resident), t(kernel), f(resident), f(kernel), t(cpu), f(cpu))
	}
	if len(sizes) > 1 {
		t := func(figure func(*Idle) float64) string { return r.slope("throng", sizes, figure) }
		f := func(figure func(*Idle) float64) string { return r.slope("floor", sizes, figure) }
		fmt.Fprintf(b, "| each further one | %s | %s | %s | %s | %s | %s | | |\n", t(live), t(inUse), t(resident), t(kernel),
			f(resident), f(kernel))
	}
	b.WriteString(idleNotes)
	if without := r.withoutKernel(); without > 0 {
		fmt.Fprintf(b, "- %d of %d repetitions have no figure for the kernel: /proc/slabinfo could not be read, or other programs opened or\n"+
			"  closed sockets meanwhile.\n", without, len(r.Idle))
	}
	for _, n := range sizes {
		live := r.idle("throng", n, func(i *Idle) float64 { return later(i.HeapLiveLater) })
		resident := r.idle("throng", n, func(i *Idle) float64 { return later(i.ResidentLater) })
		if live.N > 0 {
			fmt.Fprintf(b, "- With %s connections, %g s later, when the used tokens are forgotten: live heap %s, resident memory %s.\n",
				thousands(fmt.Sprint(n)), forget.Seconds(), live.format(0), resident.format(0))
		}
	}
	b.WriteString("\n")
}

const idleNotes = `
- *Heap* is after a garbage collection: its live objects, and the pages that they lie on. It holds the connection with
  its identity, buckets and timers, and for about a minute the used token that the node remembers so that nobody
  connects with it again.
- *Resident memory* is the growth of anonymous pages three seconds after the last handshake, as it comes: garbage of
  the handshakes and the collector's headroom (GOGC) included. The fewer connections, the more of it is what exists
  once, such as stacks and buffers.
- *Kernel* is slab memory from /proc/slabinfo, halved, since both ends of a connection are on this machine and have the
  same objects: TCP, sock_inode_cache, filp and eventpoll_epi as measured (whole slabs, holes included), and one object
  a socket of dentry and the security module's caches, which files move more than sockets. Idle sockets hold no
  buffer pages.
- *CPU a connect* is the server's, from accept to 101: for throng with the token opened and claimed, for the floor with
  neither.
- *Each further one* is the difference between the largest and the smallest row by their medians, so without what
  exists once.
`

// later is a figure that is 0 when it was not waited for.
func later(v float64) float64 {
	if v == 0 {
		return math.NaN()
	}
	return v
}

// withoutKernel counts the repetitions whose share of the kernel's memory could not be told.
func (r *Results) withoutKernel() int {
	n := 0
	for i := range r.Idle {
		if r.Idle[i].Kernel == nil {
			n++
		}
	}
	return n
}

// amount is a median as it stands in a sentence.
func amount(s Spread) string {
	if s.N == 0 {
		return "an amount that could not be told"
	}
	return thousands(fmt.Sprintf("%.0f", s.Median))
}

// sizes returns the sizes of the idle scenario, ascending as they were run.
func (r *Results) sizes() []int {
	var sizes []int
	seen := map[int]bool{}
	for i := range r.Idle {
		if n := r.Idle[i].Connections; !seen[n] {
			seen[n] = true
			sizes = append(sizes, n)
		}
	}
	return sizes
}

// slope is the figure of each connection between the smallest size and the largest.
func (r *Results) slope(contender string, sizes []int, figure func(*Idle) float64) string {
	small, large := sizes[0], sizes[len(sizes)-1]
	a, b := r.idle(contender, small, figure), r.idle(contender, large, figure)
	if a.N == 0 || b.N == 0 || small == large {
		return "–"
	}
	total := b.Median*float64(large) - a.Median*float64(small)
	return thousands(fmt.Sprintf("%.0f", total/float64(large-small)))
}

const notMeasured = `## What was not measured

- More than 18,000 connections: one process may open 20,000 files here. Several edge processes, and a cluster.
- Other servers. The floor is a yardstick, not a peer: it has no rooms, tokens, limits, laggards or order of its own.
- Rates above 2 messages a second, where coalescing decides the cost; many rooms; joins and leaves; slow readers.
- A network: everything is loopback, where the sender's system call also does the receiver's TCP work. TLS.
- Other machines, and this one without its clients on the same cores.
`
