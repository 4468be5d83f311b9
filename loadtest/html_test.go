package loadtest

import (
	"strings"
	"testing"
)

func TestReportPageNeedsNothingElse(t *testing.T) {
	var b strings.Builder
	if err := sample().WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"http://", "https://", "<script", "<link", "NaN", "Inf", "%!"} {
		if strings.Contains(page, bad) {
			t.Fatalf("the page has %q", bad)
		}
	}
	for _, want := range []string{"Latency by percentile", "Latency over time", "Deliveries a second", "CPU over time", "99.9 %", "neither (client"} {
		if !strings.Contains(page, want) {
			t.Fatalf("the page has no %q", want)
		}
	}
	b.Reset()
	if err := (&Report{URL: `ws://"><script>`}).WriteHTML(&b); err != nil || strings.Contains(b.String(), "<script") {
		t.Fatalf("%v in %s", err, b.String())
	}
}

func TestPlotScales(t *testing.T) {
	f := func(most float64, high float64, ticks int) {
		t.Helper()
		p := plot{Series: []plotLine{{Points: []point{{0, 0}, {1, most}}}}}
		if low, got, lines := p.scale(); low != 0 || got != high || len(lines) != ticks {
			t.Fatalf("up to %v the scale is %v to %v with %v", most, low, got, lines)
		}
	}
	f(0, 1, 6)
	f(1, 1, 6)
	f(9.3, 10, 6)
	f(11, 15, 4)
	f(120_000, 150_000, 4)

	p := plot{Log: true, Series: []plotLine{{Points: []point{{0, 0.3}, {1, 42}}}}}
	if low, high, lines := p.scale(); low != 0.1 || high != 100 || len(lines) != 4 {
		t.Fatalf("the scale is %v to %v with %v", low, high, lines)
	}
}

func TestNumbersAreShort(t *testing.T) {
	f := func(v float64, want string) {
		t.Helper()
		if got := number(v); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	f(0, "0")
	f(0.05, "0.05")
	f(2500, "2500")
	f(20_000, "20 k")
	f(1_500_000, "1.5 M")
	if got := grouped(1234567); got != "1\u202f234\u202f567" {
		t.Fatalf("got %q", got)
	}
}
