package bench

import (
	"fmt"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	r := testResults()
	f := func(lines []Line, want string) {
		t.Helper()
		var b strings.Builder
		for _, l := range lines {
			fmt.Fprintf(&b, "%s", l.Name)
			for _, p := range l.Points {
				fmt.Fprintf(&b, " %.4g:%.4g", p.X, p.Y)
			}
			b.WriteString("\n")
		}
		if b.String() != want {
			t.Fatalf("lines are\n%swant\n%s", b.String(), want)
		}
	}
	f(r.CostLines(), "throng 2:10.5 30:10.5 100:10.5\nfloor 2:21 30:21 100:21\npeer 2:42\n")
	f(r.LatencyLines(), "throng 2e+04:70.02 3e+05:70.02 1e+06:70.02\nfloor 2e+04:140 3e+05:140 1e+06:140\npeer 2e+04:280.1\n")
	f(r.FlatLines(), "throng 1000:7 5000:7 1e+04:7 1.8e+04:7 5e+04:8.4\n")
	f(r.MemoryLines(), "throng 1000:0.9012 1e+04:9.012 5e+04:47.68\nfloor 1000:1.802 1e+04:18.02\npeer 1000:3.605 1e+04:36.05\nkernel 1000:3.624 1e+04:36.24\n")
	f((&Results{Contenders: r.Contenders}).MemoryLines(), "")
}
