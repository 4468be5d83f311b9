package config

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// nearest returns the name that takes the fewest changes of a character to become the given one. Names that begin alike
// count as nearer than that, since a wrong name is often a right one cut short.
func nearest(name string, known []string) string {
	name = clip(strings.ToLower(name))
	best, bestDistance := "", 1<<30
	for _, k := range known {
		lower := strings.ToLower(k)
		if d := distance(name, lower) - 2*sharedPrefix(name, lower); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// clip bounds what a name from outside may cost to compare.
func clip(name string) string { return name[:min(len(name), 64)] }

// distance is the Levenshtein distance of a and b in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// printable makes a name from outside fit for one line of an error: control characters are replaced, and it is cut.
func printable(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 64 {
		return string(r[:64]) + "..."
	}
	return name
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
