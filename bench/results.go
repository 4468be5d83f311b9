package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Results are the raw results of one run of the suite.
type Results struct {
	Machine    Machine  `json:"machine"`
	Plan       Plan     `json:"plan"`
	Contenders []string `json:"contenders"` // in the order of the tables
	Absent     []Absent `json:"absent,omitempty"`

	Rates   []Rate    `json:"rates,omitempty"`
	Idle    []Idle    `json:"idle,omitempty"`
	Flat    []Rate    `json:"flat,omitempty"`
	Hall    []Rate    `json:"hall,omitempty"` // the flat scenario's largest room
	Stalled []Stalled `json:"stalled,omitempty"`
	Crowd   []Crowd   `json:"crowd,omitempty"`
}

// Absent is a contender that could not be built.
type Absent struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Write keeps the results in dir, in a file named after the day and the commit, and returns its name. It replaces the
// file as a whole: a run that is cut off leaves one that can be read.
func (r *Results) Write(dir string) (string, error) {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	name := filepath.Join(dir, fmt.Sprintf("%s-%s.json", r.Machine.Started.Format("2006-01-02"), r.Machine.Commit))
	part := name + ".part"
	if err := os.WriteFile(part, append(b, '\n'), 0o644); err != nil {
		return "", err
	}
	return name, os.Rename(part, name)
}

// ReadResults reads what Write has kept.
func ReadResults(name string) (*Results, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r := new(Results)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
