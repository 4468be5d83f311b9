//go:build conformance

package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// verdict is what the suite says of one case: how the frames were handled, and how the connection ended.
type verdict struct {
	Frames string `json:"behavior"` //nolint:misspell // the suite's word
	Ending string `json:"behaviorClose"`
}

// word sums a verdict up. How the connection ended counts only when it was wrong.
func (v verdict) word() string {
	switch v.Ending {
	case "OK", "INFORMATIONAL":
		return v.Frames
	}
	return v.Ending
}

// readReport reads the index that the suite writes: the verdicts by agent and case.
func readReport(path, agent string) (map[string]verdict, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var agents map[string]map[string]verdict
	if err := json.Unmarshal(data, &agents); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return agents[agent], nil
}

// explanation matches a row of the table in docs/conformance.md: cases, the verdict on them, and why.
var explanation = regexp.MustCompile(`(?m)^\| ([0-9][0-9., ]*) \| (NON-STRICT|INFORMATIONAL) \| .+ \|$`)

// readExplanations returns the verdicts that the document explains, by case. No other than the two above can be.
func readExplanations(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	explained := map[string]string{}
	for _, row := range explanation.FindAllStringSubmatch(string(text), -1) {
		for id := range strings.SplitSeq(row[1], ", ") {
			explained[id] = row[2]
		}
	}
	return explained, nil
}

// compareCases puts 9.10 after 9.9.
func compareCases(a, b string) int {
	numbers := func(id string) []int {
		var list []int
		for part := range strings.SplitSeq(id, ".") {
			n, _ := strconv.Atoi(part)
			list = append(list, n)
		}
		return list
	}
	return cmp.Or(slices.Compare(numbers(a), numbers(b)), strings.Compare(a, b))
}
