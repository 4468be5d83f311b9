package charts

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// style is how a contender looks in all plots.
type style struct {
	color  color.Color
	width  vg.Length
	dashes []vg.Length
	shape  draw.GlyphDrawer
}

var (
	thin  = vg.Points(1.2)
	thick = vg.Points(2.4)
	dash  = []vg.Length{vg.Points(4), vg.Points(3)}
)

// styles by name. The colours are Okabe and Ito's, which colour-blind people can tell apart.
var styles = map[string]style{
	"throng":     {rgb(0xd55e00), thick, nil, draw.CircleGlyph{}},
	"floor":      {color.Black, thin, dash, draw.CrossGlyph{}},
	"centrifuge": {rgb(0x0072b2), thin, nil, draw.SquareGlyph{}},
	"nbio":       {rgb(0x009e73), thin, nil, draw.TriangleGlyph{}},
	"gorilla":    {rgb(0xcc79a7), thin, nil, draw.PyramidGlyph{}},
	"nchan":      {rgb(0x56b4e9), thin, nil, draw.BoxGlyph{}},
	"socket.io":  {rgb(0xe69f00), thin, nil, draw.RingGlyph{}},
	"nats":       {rgb(0x7a5ba8), thin, nil, draw.PlusGlyph{}},
	"kernel":     {color.Gray{0x80}, thin, dash, nil},
}

func styleOf(name string) style {
	if s, ok := styles[name]; ok {
		return s
	}
	return style{color.Gray{0x40}, thin, nil, draw.CrossGlyph{}}
}

func rgb(c uint32) color.Color { return color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff} }
