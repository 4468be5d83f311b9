package loadtest

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// plot is a line chart, drawn as SVG that needs nothing else. Colours come from the page's style sheet.
type plot struct {
	Title  string
	Unit   string // of y
	X      axis
	Series []plotLine
	Log    bool // y grows by powers of ten
}

// axis says where x goes and what is written below it.
type axis struct {
	Label    string
	Min, Max float64
	Ticks    []plotTick
}

type plotTick struct {
	At   float64
	Text string
}

type plotLine struct {
	Name   string
	Points []point
}

type point struct{ X, Y float64 }

// The drawing's size and the room around the plot itself, in units of the SVG.
const (
	plotWidth, plotHeight         = 760, 330
	plotLeft, plotRight           = 72, 20
	plotTop, plotBottom           = 36, 56
	innerWidth                    = plotWidth - plotLeft - plotRight
	innerHeight           float64 = plotHeight - plotTop - plotBottom
)

// empty reports whether there is nothing to draw.
func (p *plot) empty() bool {
	for _, l := range p.Series {
		if len(l.Points) > 0 {
			return false
		}
	}
	return true
}

// SVG draws the plot.
func (p *plot) SVG() template.HTML {
	var b strings.Builder
	low, high, ticks := p.scale()
	y := func(v float64) float64 {
		if p.Log {
			v = math.Log10(max(v, low))
			return plotTop + innerHeight*(1-(v-math.Log10(low))/(math.Log10(high)-math.Log10(low)))
		}
		return plotTop + innerHeight*(1-(v-low)/(high-low))
	}
	x := func(v float64) float64 { return plotLeft + innerWidth*(v-p.X.Min)/max(p.X.Max-p.X.Min, 1e-9) }
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, plotWidth, plotHeight, template.HTMLEscapeString(p.Title))
	for _, v := range ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, plotLeft, plotWidth-plotRight, y(v), y(v))
		fmt.Fprintf(&b, `<text class="tick" x="%d" y="%.1f" text-anchor="end">%s</text>`, plotLeft-8, y(v)+6, number(v))
	}
	for _, t := range p.X.Ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`, x(t.At), x(t.At), plotTop, plotHeight-plotBottom)
		fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(t.At), plotHeight-plotBottom+22, template.HTMLEscapeString(t.Text))
	}
	fmt.Fprintf(&b, `<text class="label" x="%d" y="%d" text-anchor="middle">%s</text>`, plotLeft+innerWidth/2, plotHeight-8, template.HTMLEscapeString(p.X.Label))
	fmt.Fprintf(&b, `<text class="label" x="%d" y="18" text-anchor="end">%s</text>`, plotLeft-8, template.HTMLEscapeString(p.Unit))
	for k, l := range p.Series {
		var d strings.Builder
		for i, pt := range l.Points {
			fmt.Fprintf(&d, "%c%.1f %.1f", "ML"[min(i, 1)], x(pt.X), y(pt.Y))
		}
		fmt.Fprintf(&b, `<path class="line s%d" d="%s"/>`, k, d.String())
		if len(l.Points) == 1 {
			fmt.Fprintf(&b, `<circle class="dot s%d" cx="%.1f" cy="%.1f" r="3"/>`, k, x(l.Points[0].X), y(l.Points[0].Y))
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // numbers, and escaped text
}

// scale chooses the range of y and where its lines are.
func (p *plot) scale() (low, high float64, ticks []float64) {
	least, most := math.Inf(1), 0.0
	for _, l := range p.Series {
		for _, pt := range l.Points {
			most = max(most, pt.Y)
			if pt.Y > 0 {
				least = min(least, pt.Y)
			}
		}
	}
	if most == 0 {
		most = 1
	}
	if p.Log {
		low, high = math.Pow(10, math.Floor(math.Log10(min(least, most)))), math.Pow(10, math.Ceil(math.Log10(most)))
		if high <= low {
			high = low * 10
		}
		for v := low; v <= high*1.01; v *= 10 {
			ticks = append(ticks, v)
		}
		return low, high, ticks
	}
	step := niceStep(most / 5)
	high = math.Ceil(most/step-1e-9) * step
	for k := range int(math.Round(high/step)) + 1 {
		ticks = append(ticks, float64(k)*step)
	}
	return 0, high, ticks
}

// niceStep returns 1, 2 or 5 times a power of ten that is not below v.
func niceStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// number writes a tick in few characters.
func number(v float64) string {
	short := func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
	switch {
	case v >= 1e6:
		return short(v/1e6) + " M"
	case v >= 1e4:
		return short(v/1e3) + " k"
	}
	return short(v)
}

// timeAxis is for runs of so many seconds.
func timeAxis(seconds float64) axis {
	a := axis{Label: "seconds since the first message was due", Max: max(seconds, 1)}
	step := niceStep(a.Max / 10)
	for v := 0.0; v <= a.Max+1e-9; v += step {
		a.Ticks = append(a.Ticks, plotTick{v, number(v)})
	}
	return a
}

// percentileAxis gives each further nine the same width: x is the number of nines.
func percentileAxis(count int64) axis {
	a := axis{Label: "percentile", Max: max(math.Log10(float64(count)), 1)}
	for _, p := range []float64{50, 90, 99, 99.9, 99.99, 99.999, 99.9999} {
		if at := nines(p); at <= a.Max {
			a.Ticks = append(a.Ticks, plotTick{at, strconv.FormatFloat(p, 'f', -1, 64) + " %"})
		}
	}
	return a
}

func nines(percentile float64) float64 { return -math.Log10(1 - percentile/100) }
