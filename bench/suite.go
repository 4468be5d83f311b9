package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// Suite is what a run measures.
type Suite struct {
	Contenders []Contender
	Rounds     int
	Sizes      []int // connections of the idle scenario; none leaves it out
	WaitSize   int   // the size at which used tokens are waited for, too; 0 for none
	Load       DeliveryLoad
	Progress   io.Writer
}

// DefaultSuite is what BENCHMARKS.md is made of. Its sizes fit a process that may open 20,000 files.
func DefaultSuite() Suite {
	return Suite{
		Rounds: 3, Sizes: []int{1000, 5000, 10_000, 18_000}, WaitSize: 10_000,
		Load: DeliveryLoad{Members: 10_000, Rate: 2, ContentSize: 200, WarmUp: 3 * time.Second, Duration: 20 * time.Second},
	}
}

// Run measures all rounds. On error it returns what was measured before.
func (s *Suite) Run(ctx context.Context, r *Results) error {
	r.Rounds, r.Load = s.Rounds, s.Load
	for round := range s.Rounds {
		order := slices.Clone(s.Contenders)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		if s.Load.Members > 0 {
			if err := s.deliveries(ctx, r, order, round); err != nil {
				return err
			}
		}
		for _, size := range s.Sizes {
			if err := s.idle(ctx, r, order, size, round); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Suite) deliveries(ctx context.Context, r *Results, order []Contender, round int) error {
	for _, c := range order {
		d, err := RunDelivery(ctx, c, s.Load, round)
		if err != nil {
			return fmt.Errorf("deliveries by %s: %w", c.Name, err)
		}
		r.Deliveries = append(r.Deliveries, d)
		m := &d.Measurement
		s.say("round %d  %-8s %d of %d deliveries, server %.2f and client %.2f CPU s a million, p50 %.1f ms, p99 %.1f ms; bottleneck: %s",
			round+1, c.Name, m.Received, m.Expected, m.ServerCPUPerMillion(), m.ClientCPUPerMillion(),
			loadtest.Millis(m.Latency.Percentile(50)), loadtest.Millis(m.Latency.Percentile(99)), m.Bottleneck)
	}
	return nil
}

func (s *Suite) idle(ctx context.Context, r *Results, order []Contender, size, round int) error {
	for _, c := range order {
		i, err := RunIdle(ctx, c, size, round, size == s.WaitSize)
		if err != nil {
			return fmt.Errorf("%d idle connections to %s: %w", size, c.Name, err)
		}
		r.Idle = append(r.Idle, i)
		kernel := "unknown"
		if i.Kernel != nil {
			kernel = fmt.Sprintf("%.0f B", i.Kernel.ServerEnd)
		}
		s.say("round %d  %-8s %d connections in %.1f s: resident %.0f B, live heap %.0f B, kernel %s each; %.0f µs of CPU a connect",
			round+1, c.Name, size, i.Opened.Seconds, i.Resident, i.HeapLive, kernel, i.ConnectCPU)
	}
	return nil
}

func (s *Suite) say(format string, args ...any) { fmt.Fprintf(s.Progress, format+"\n", args...) }
