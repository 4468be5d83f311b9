package charts

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"

	"github.com/throngchat/throng/bench"
)

// scale sets the axes' kinds, ranges and ticks.
func (c chart) scale(p *plot.Plot) {
	xs := values(c.lines, func(q bench.Point) float64 { return q.X })
	ys := values(c.lines, func(q bench.Point) float64 { return q.Y })
	c.x.apply(&p.X, xs)
	c.y.apply(&p.Y, ys)
}

func values(lines []bench.Line, of func(bench.Point) float64) []float64 {
	var all []float64
	for _, l := range lines {
		for _, q := range l.Points {
			all = append(all, of(q))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (a axis) apply(to *plot.Axis, values []float64) {
	least, most := values[0], values[len(values)-1]
	if !a.log {
		to.Min, to.Max = 0, most*1.15
		return
	}
	to.Scale = plot.LogScale{}
	to.Min, to.Max = least/1.25, most*1.25
	switch {
	case a.at:
		to.Min, to.Max = least, most
		to.Tick.Marker = plot.ConstantTicks(at(values))
	default:
		to.Tick.Marker = plot.TickerFunc(decades)
	}
	if to.Min == to.Max {
		to.Min, to.Max = least/2, most*2
	}
}

// at puts a tick at each value.
func at(values []float64) []plot.Tick {
	var ticks []plot.Tick
	for _, v := range values {
		ticks = append(ticks, plot.Tick{Value: v, Label: label(v)})
	}
	return ticks
}

// few is the number of decades up to which 2 and 5 have labels too.
const few = 2.5

// decades puts ticks at 1, 2, 5 of each power of ten, and labels at all or at the powers.
func decades(least, most float64) []plot.Tick {
	var ticks []plot.Tick
	wide := math.Log10(most/least) > few
	for power := math.Floor(math.Log10(least)); power <= math.Ceil(math.Log10(most)); power++ {
		for _, m := range []float64{1, 2, 5} {
			v := m * math.Pow(10, power)
			if v < least || v > most {
				continue
			}
			t := plot.Tick{Value: v, Label: label(v)}
			if wide && m != 1 {
				t.Label = ""
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// label writes a number as people do.
func label(v float64) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 3, 64) + " M"
	case v >= 1000:
		s := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
		return s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
