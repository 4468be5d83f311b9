package bench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Spread is a median with the range that it comes from.
type Spread struct {
	Median, Min, Max float64
	N                int
}

// spreadOf summarises values, of which NaN counts as missing; none give the zero Spread.
func spreadOf(values []float64) Spread {
	v := slices.DeleteFunc(slices.Sorted(slices.Values(values)), math.IsNaN)
	if len(v) == 0 {
		return Spread{}
	}
	mid := v[len(v)/2]
	if len(v)%2 == 0 {
		mid = (v[len(v)/2-1] + mid) / 2
	}
	return Spread{Median: mid, Min: v[0], Max: v[len(v)-1], N: len(v)}
}

// format writes the median and, behind it, the range, with the given number of decimals; a dash when there is nothing.
func (s Spread) format(decimals int) string {
	if s.N == 0 {
		return "–"
	}
	f := func(v float64) string { return thousands(strconv.FormatFloat(v, 'f', decimals, 64)) }
	return fmt.Sprintf("%s (%s–%s)", f(s.Median), f(s.Min), f(s.Max))
}

// count writes a whole number.
func count[T int | int64](n T) string { return thousands(strconv.FormatInt(int64(n), 10)) }

// thousands puts commas into a decimal number.
func thousands(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if strings.HasPrefix(whole, "-") {
		digits = "-" + digits
	}
	if fraction != "" {
		digits += "." + fraction
	}
	return digits
}
