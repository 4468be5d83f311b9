package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/throngchat/throng/loadtest"
)

// Results are the raw results of one run of the suite.
type Results struct {
	Machine    Machine      `json:"machine"`
	Rounds     int          `json:"rounds"`
	Idle       []Idle       `json:"idle,omitempty"`
	Load       DeliveryLoad `json:"delivery_load"`
	Deliveries []Delivery   `json:"deliveries,omitempty"`
}

// Write keeps the results in dir, in a file named after the day and the commit, and returns its name.
func (r *Results) Write(dir string) (string, error) {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	name := filepath.Join(dir, fmt.Sprintf("%s-%s.json", r.Machine.Started.Format("2006-01-02"), r.Machine.Commit))
	return name, os.WriteFile(name, append(b, '\n'), 0o644)
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

// idle collects one figure of the idle scenario from all rounds.
func (r *Results) idle(contender string, connections int, figure func(*Idle) float64) Spread {
	var values []float64
	for i := range r.Idle {
		if d := &r.Idle[i]; d.Contender == contender && d.Connections == connections {
			values = append(values, figure(d))
		}
	}
	return spreadOf(values)
}

// delivery collects one figure of the delivery scenario from all rounds.
func (r *Results) delivery(contender string, figure func(*loadtest.Measurement) float64) Spread {
	var values []float64
	for i := range r.Deliveries {
		if d := &r.Deliveries[i]; d.Contender == contender {
			values = append(values, figure(&d.Measurement))
		}
	}
	return spreadOf(values)
}

// ratio compares a figure of two contenders within each round.
func (r *Results) ratio(of, to string, figure func(*loadtest.Measurement) float64) Spread {
	var values []float64
	for round := range r.Rounds {
		var a, b float64
		for i := range r.Deliveries {
			switch d := &r.Deliveries[i]; {
			case d.Round != round:
			case d.Contender == of:
				a = figure(&d.Measurement)
			case d.Contender == to:
				b = figure(&d.Measurement)
			}
		}
		if a > 0 && b > 0 {
			values = append(values, a/b)
		}
	}
	return spreadOf(values)
}
