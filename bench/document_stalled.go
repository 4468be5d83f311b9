package bench

import (
	"fmt"
	"math"

	"github.com/throngchat/throng/loadtest"
)

// Targets of stalled members: bytes each of user and kernel memory, and the p99 of the others against the run without.
const (
	stalledUserTarget    = 64 << 10
	stalledKernelTarget  = 256 << 10
	stalledLatencyTarget = 1.2
)

// stalled collects one figure of a contender from all rounds that came to it; those that were not held too.
func (r *Results) stalled(contender string, f func(*Stalled) float64) Spread {
	return spread(r.Stalled, func(s *Stalled) bool { return s.Contender == contender && s.With != nil }, f)
}

// p99s compares the p99 of the members that read with that of the run without stalled ones.
func (r *Stalled) p99s() (without, with, ratio float64) {
	p99 := func(m *loadtest.Measurement) float64 {
		if m == nil {
			return math.NaN()
		}
		return percentile(m, 99)
	}
	without, with = p99(r.Without), p99(r.With)
	return without, with, with / without
}

func (r *Results) stalledSections(string) []section {
	if len(r.Stalled) == 0 {
		return nil
	}
	p := &r.Plan.Stalled
	s := section{title: "Members that do not read"}
	kib := func(f func(*Stalled) float64) func(*Stalled) float64 {
		return func(s *Stalled) float64 { return f(s) / 1024 }
	}
	user, kernel := kib(func(s *Stalled) float64 { return s.User }), kib(func(s *Stalled) float64 { return s.Kernel })
	without := func(s *Stalled) float64 { v, _, _ := s.p99s(); return v }
	with := func(s *Stalled) float64 { _, v, _ := s.p99s(); return v }
	ratio := func(s *Stalled) float64 { _, _, v := s.p99s(); return v }
	closed := func(s *Stalled) float64 {
		if s.With.Slow == nil {
			return math.NaN()
		}
		return float64(s.With.Slow.Closed)
	}
	u, k, x := r.stalled(throngName, user), r.stalled(throngName, kernel), r.stalled(throngName, ratio)
	if u.N > 0 {
		s.claims = []string{fmt.Sprintf("Each of %s stalled readers among %s members costs throng %.1f KiB of user memory (%s) and %.0f KiB of the kernel's (%s); the p99 of the others is %.2f times that of the run without them (%s).",
			count(p.Stalled), count(p.Members), u.Median, against(u.Median*1024, stalledUserTarget, "at most 64"), k.Median,
			against(k.Median*1024, stalledKernelTarget, "at most 256"), x.Median, against(x.Median, stalledLatencyTarget, "at most 1.2"))}
	}
	rows := [][]string{{"", "user, KiB each", "kernel, KiB each", "p99 ms without", "p99 ms of the others", "ratio", "closed by the server", "held"}}
	for _, name := range r.Contenders {
		row := []string{name}
		for _, column := range []struct {
			f        func(*Stalled) float64
			decimals int
		}{{user, 1}, {kernel, 0}, {without, 0}, {with, 0}, {ratio, 2}, {closed, 0}} {
			row = append(row, r.stalled(name, column.f).format(column.decimals))
		}
		rows = append(rows, append(row, r.stalledVerdict(name)))
	}
	s.body = table(rows...) + fmt.Sprintf(`
%g messages a second of %d bytes for %s, once with all members reading and once with %s of them not, from the first
message on, their receive buffers as small as the kernel makes them; at the end they read again. *User* is the server's
anonymous memory and *kernel* the TCP buffers of the machine, both ends: medians of the last third of each run, of which
the difference is shared out among the stalled. A run sends each member about %s KiB, so a server that keeps everything
cannot show much more than that here, and would go on. Contenders other than throng have one round.
`, p.Rate, p.ContentSize, seconds(p.Duration), count(p.Stalled), count(int64(p.Rate*p.Duration.Seconds()*float64(p.ContentSize+250)/1024)))
	return []section{s}
}

func (r *Results) stalledVerdict(name string) string {
	held := 0
	for i := range r.Stalled {
		if d := &r.Stalled[i]; d.Contender == name {
			if !d.Held() {
				return fmt.Sprintf("**not held** in round %d: %s", d.Round+1, d.Failure)
			}
			held++
		}
	}
	if held == 0 {
		return "not tried"
	}
	return fmt.Sprintf("%d of %d rounds", held, held)
}
