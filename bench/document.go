package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// section is one subject of the document: what is claimed, the table that it comes from, and how that came about.
type section struct {
	title  string
	claims []string
	body   string
}

// Document returns BENCHMARKS.md. raw is the name of the file with the raw results, and plots the folder of the plots,
// as the document gives them.
func Document(r *Results, raw, plots string) string {
	sections := r.sections(plots)
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

Written by %s; do not edit. Repeat it with

    make bench        # %s

`, "`throng-bench`", r.Machine.Command)
	for _, s := range sections {
		for _, claim := range s.claims {
			fmt.Fprintf(&b, "- %s ([table](#%s))\n", claim, anchor(s.title))
		}
	}
	r.writeRun(&b, raw)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n", s.title)
		for _, claim := range s.claims {
			fmt.Fprintf(&b, "> %s\n\n", claim)
		}
		b.WriteString(strings.Trim(s.body, "\n") + "\n")
	}
	b.WriteString(r.notMeasured())
	return b.String()
}

func (r *Results) sections(plots string) []section {
	var all []section
	for _, write := range []func(plots string) []section{
		r.rateSections, r.idleSections, r.flatSections, r.stalledSections, r.crowdSections,
	} {
		all = append(all, write(plots)...)
	}
	return all
}

// writeRun says where and how the figures came about.
func (r *Results) writeRun(b *strings.Builder, raw string) {
	fmt.Fprintf(b, `
Figures are medians with their range in parentheses, of %d rounds where nothing else is said. Each contender has a fresh
server for each scenario of a round; they take turns within a round, in an order that reverses from round to round, and
all have the same load client. The clients run on the same machine as the servers, so absolute times are worth little
elsewhere, and ratios within a round are what is claimed.

- Machine: %s%s.
- Commit: %s%s, %s. Load average before the run: %.2f.
- Raw results: [%s](%s).
- Contenders: throng; the floor ([bench/floor/floor.c](bench/floor/floor.c)), one thread that writes a ready-made frame to
  each socket, with all that is pending for it when it cannot keep up: the price of the system calls alone; and the peers
  in [bench/peers](bench/peers), set up as their authors advise, as the comments there say: %s.
`, r.rounds(), &r.Machine, tools(&r.Machine), r.Machine.Commit, modified(&r.Machine), r.Machine.Started.Format("2 January 2006, 15:04 UTC"),
		r.Machine.LoadBefore, raw, raw, orNone(r.peers()))
	for _, a := range r.Absent {
		fmt.Fprintf(b, "- %s took no part: it could not be built (%s).\n", a.Name, a.Why)
	}
	fmt.Fprintf(b, `- *Not held* in a table: connections were closed, messages refused or not taken, more than %.0f %% of the deliveries missing
  %.0f s after the last message, or p99 above %.1f s. The figures beside it are those of the attempt. Who did not hold
  something in the first round is not asked for it again, nor for more of it.
`, 100*(1-enough), patience.Seconds(), behind.Seconds())
}

// rounds returns how many rounds there are results of.
func (r *Results) rounds() int {
	n := 0
	for i := range r.Rates {
		n = max(n, r.Rates[i].Round+1)
	}
	for i := range r.Idle {
		n = max(n, r.Idle[i].Round+1)
	}
	for i := range r.Crowd {
		n = max(n, r.Crowd[i].Round+1)
	}
	return n
}

func (r *Results) peers() []string {
	return slices.DeleteFunc(slices.Clone(r.Contenders), func(name string) bool { return name == throngName || name == floorName })
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none in this run"
	}
	return strings.Join(names, ", ")
}

func tools(m *Machine) string {
	if len(m.Tools) == 0 {
		return ""
	}
	return "; " + strings.Join(m.Tools, ", ")
}

func modified(m *Machine) string {
	if m.Modified {
		return " with changes that were not committed"
	}
	return ""
}

// anchor is the link to a heading, as GitHub makes it.
func anchor(title string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ':
			return '-'
		case c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z':
			return c
		}
		return -1
	}, strings.ToLower(title))
}

// table writes a table, whose first row is its head.
func table(rows ...[]string) string {
	var b strings.Builder
	for i, cells := range rows {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(cells)) + "\n")
		}
	}
	return b.String()
}

// image embeds a plot; without a folder for them there are none.
func image(plots, name, says string) string {
	if plots == "" {
		return ""
	}
	return fmt.Sprintf("\n![%s](%s/%s)\n", says, plots, name)
}

// against says whether a figure keeps to a target.
func against(figure float64, target float64, text string) string {
	if figure <= target {
		return "target: " + text + ", held"
	}
	return "target: " + text + ", **missed**"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }
