package bench

import (
	"math"
	"testing"
)

func TestSpread(t *testing.T) {
	f := func(want string, decimals int, values ...float64) {
		t.Helper()
		if got := spreadOf(values).format(decimals); got != want {
			t.Fatalf("%v gives %q, want %q", values, got, want)
		}
	}
	f("–", 0)
	f("7 (7–7)", 0, 7)
	f("–", 0, math.NaN())
	f("7 (7–7)", 0, math.NaN(), 7)
	f("2 (1–3)", 0, 3, 1, 2)
	f("2.5 (1.0–4.0)", 1, 4, 1, 3, 2)
	f("1,234,567 (-1,000–9,999,999)", 0, 9999999, 1234567, -1000)
	f("1,234.50 (999.25–12,345.00)", 2, 999.25, 1234.5, 12345)
}
