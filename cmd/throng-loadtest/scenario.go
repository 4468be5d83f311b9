package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/throngchat/throng/loadtest"
)

// scenario is what happens once the connections are open.
type scenario struct {
	name     string
	about    string
	defaults map[string]string // of flags that are not given
	fresh    bool              // some tokens are kept for later
	run      func(context.Context, *session) error
}

var scenarios = []*scenario{idle, chat, rooms, churn, storm, slow, moderation}

// session is one run of the program.
type session struct {
	flags     *flags
	generator generator
	tokens    tokens
	progress  *progress
	report    loadtest.Report
}

var errScenario = errors.New("no such scenario")

func findScenario(name string) (*scenario, error) {
	for _, s := range scenarios {
		if s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("--scenario %q: %w; there are %s", name, errScenario, strings.Join(scenarioNames(), ", "))
}

func scenarioNames() (names []string) {
	for _, s := range scenarios {
		names = append(names, s.name)
	}
	return names
}

func describeScenarios() string {
	var b strings.Builder
	for _, s := range scenarios {
		fmt.Fprintf(&b, "  %-11s %s", s.name, s.about)
		var set []string
		for _, flag := range slices.Sorted(maps.Keys(s.defaults)) {
			set = append(set, "--"+flag+" "+s.defaults[flag])
		}
		if len(set) > 0 {
			fmt.Fprintf(&b, " (%s)", strings.Join(set, " "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// setDefaults sets what the user did not. A rate of one kind stands for the other too.
func (s *scenario) setDefaults(fs *pflag.FlagSet) error {
	rated := fs.Changed("rate") || fs.Changed("total-rate")
	for flag, value := range s.defaults {
		if fs.Changed(flag) || (rated && (flag == "rate" || flag == "total-rate")) {
			continue
		}
		if err := fs.Set(flag, value); err != nil {
			return err
		}
	}
	return nil
}

// open opens the first connections.
func (x *session) open(ctx context.Context) (err error) {
	stop := x.progress.connecting(len(x.tokens.first), x.generator.Connections)
	defer stop()
	x.report.Opened, err = x.generator.Open(ctx, x.tokens.first)
	return err
}

// measure runs the load that the flags say.
func (x *session) measure(ctx context.Context, fresh []string) error {
	l := x.flags.load
	l.Fresh, l.ServerPID = fresh, x.flags.serverPID
	l.Progress = func(p loadtest.Progress) { x.progress.running(p, l.Duration) }
	m, err := x.generator.Run(ctx, l)
	if err == nil {
		x.report.Measurement = &m
	}
	return err
}
