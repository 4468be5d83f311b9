package charts

import (
	"bytes"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/throngchat/throng/bench"
)

// chart is a plot with a line for each contender.
type chart struct {
	title string
	x, y  axis
	lines []bench.Line
}

type axis struct {
	name string
	log  bool
	at   bool // ticks are where the points are
}

// Sizes of a plot; the legend has a strip of its own at the right.
const (
	width      = 17 * vg.Centimeter
	height     = 10 * vg.Centimeter
	legendSide = 3 * vg.Centimeter
	labelSide  = 0.6 * vg.Centimeter // of the y axis
	textSize   = vg.Length(10)
)

// draw returns the chart as SVG. The text stays text, in whatever sans-serif face the reader has.
func (c chart) draw() ([]byte, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text = c.title, c.x.name
	p.Title.Padding = vg.Points(8)
	face := font.Font{Typeface: "Liberation", Variant: "Sans", Size: textSize}
	for _, style := range []*draw.TextStyle{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		style.Font = face
	}
	p.Title.TextStyle.Font.Size = 1.2 * textSize
	// The left half of the last number would be cut off.
	p.X.Padding, p.Y.Padding = vg.Points(6), vg.Points(6)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = faint, faint
	p.Add(grid)
	for _, l := range c.lines {
		if err := add(p, l); err != nil {
			return nil, err
		}
	}
	c.scale(p)

	canvas := vgsvg.New(width, height)
	whole := draw.New(canvas)
	whole.FillPolygon(color.White, []vg.Point{{}, {X: width}, {X: width, Y: height}, {Y: height}})
	p.BackgroundColor = color.White
	legend := p.Legend
	p.Legend = plot.NewLegend() // an empty one
	p.Draw(draw.Crop(whole, labelSide, -legendSide, vg.Points(2), -vg.Points(4)))
	// The plot would put the name of a logarithmic axis where it takes space from the data.
	name := p.X.Label.TextStyle
	name.Rotation, name.XAlign, name.YAlign = math.Pi/2, draw.XCenter, draw.YTop
	whole.FillText(name, vg.Point{X: vg.Points(2), Y: height / 2}, c.y.name)
	legend.Top, legend.Left, legend.Padding = true, true, vg.Points(3)
	legend.Draw(draw.Crop(whole, width-legendSide+vg.Points(6), 0, 0, -vg.Points(28)))
	var b bytes.Buffer
	_, err := canvas.WriteTo(&b)
	return b.Bytes(), err
}

var faint = color.Gray{0xe4}

// add draws a line with its points.
func add(p *plot.Plot, l bench.Line) error {
	points := make(plotter.XYs, len(l.Points))
	for i, q := range l.Points {
		points[i] = plotter.XY{X: q.X, Y: q.Y}
	}
	line, marks, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	s := styleOf(l.Name)
	line.Color, line.Width, line.Dashes = s.color, s.width, s.dashes
	marks.Color, marks.Shape, marks.Radius = s.color, s.shape, vg.Points(3)
	p.Add(line)
	if s.shape == nil {
		p.Legend.Add(l.Name, line)
		return nil
	}
	p.Add(marks)
	p.Legend.Add(l.Name, line, marks)
	return nil
}
