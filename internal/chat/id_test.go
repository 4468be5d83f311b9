package chat

import (
	"strings"
	"testing"
)

// TestNewIDIsUniform counts letters. With 62 letters the statistic has 61 degrees of freedom; 140 is passed by chance
// once in ten million runs, and missed by far by the usual mistake, a remainder of 256.
func TestNewIDIsUniform(t *testing.T) {
	const ids = 50_000
	counts := map[byte]int{}
	seen := make(map[string]bool, ids)
	for range ids {
		id := NewID()
		if !ValidID(id) || len(id) != IDLength || seen[id] {
			t.Fatalf("got %q: invalid or not fresh", id)
		}
		seen[id] = true
		for i := range len(id) {
			counts[id[i]]++
		}
	}
	want := float64(ids*IDLength) / float64(len(alphabet))
	statistic := 0.0
	for i := range len(alphabet) {
		d := float64(counts[alphabet[i]]) - want
		statistic += d * d / want
	}
	if statistic > 140 {
		t.Errorf("letters are not equally likely: chi square is %.1f", statistic)
	}
}

func TestValidID(t *testing.T) {
	f := func(id string, want bool) {
		t.Helper()
		if got := ValidID(id); got != want {
			t.Errorf("%q: got %v", id, got)
		}
	}
	f("g1H2I3j4k5L6", true)
	f("000000000000", true)
	f("", false)
	f("g1H2I3j4k5L", false)
	f("g1H2I3j4k5L66", false)
	f("éééééé", false) // twelve bytes
	for c := range 256 {
		f("g1H2I3j4k5L"+string([]byte{byte(c)}), strings.IndexByte(alphabet, byte(c)) >= 0)
	}
}
