package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// Suite runs a plan.
type Suite struct {
	Plan       Plan
	Throng     Throng      // for the scenarios that need a node of their own
	Contenders []Contender // throng, the floor, then the peers
	Progress   io.Writer
	// Save is called after every repetition, so that a run that is cut off leaves what it has measured.
	Save func(*Results) error
}

// Run measures all rounds and adds to r.
func (s *Suite) Run(ctx context.Context, r *Results) error {
	r.Plan = s.Plan
	for _, c := range s.Contenders {
		r.Contenders = append(r.Contenders, c.Name)
	}
	begun := time.Now()
	for round := range s.Plan.Rounds {
		all := inTurn(s.Contenders, round)
		for _, scenario := range []func(context.Context, *Results, []Contender, int) error{
			s.rates, s.idle, s.flat, s.stalled, s.crowd,
		} {
			if err := scenario(ctx, r, all, round); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		s.say("round %d of %d has ended, %s after the start", round+1, s.Plan.Rounds, time.Since(begun).Round(time.Second))
	}
	return nil
}

// inTurn is the order of a round: every other one is reversed, so that whoever follows whom is not always the same.
func inTurn(all []Contender, round int) []Contender {
	order := slices.Clone(all)
	if round%2 == 1 {
		slices.Reverse(order)
	}
	return order
}

func (s *Suite) rates(ctx context.Context, r *Results, all []Contender, round int) error {
	for _, c := range all {
		loads := r.heldRates(c.Name, s.Plan.Rates)
		if len(loads) == 0 {
			continue
		}
		if err := RunRates(ctx, c, loads, round, func(m Rate) error {
			r.Rates = append(r.Rates, m)
			s.say("round %d  %-10s %s", round+1, c.Name, m.line())
			return s.Save(r)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Suite) idle(ctx context.Context, r *Results, all []Contender, round int) error {
	for _, c := range all {
		p := s.Plan.Idle
		p.Sizes = r.heldSizes(c.Name, p.Sizes)
		if len(p.Sizes) == 0 {
			continue
		}
		if err := RunIdle(ctx, c, p, round, func(i Idle) error {
			r.Idle = append(r.Idle, i)
			s.say("round %d  %-10s %s", round+1, c.Name, i.line())
			return s.Save(r)
		}); err != nil {
			return err
		}
	}
	return nil
}

// flat is about the shape of throng's own costs; the floor tells what of it is the machine's.
func (s *Suite) flat(ctx context.Context, r *Results, all []Contender, round int) error {
	for _, c := range all {
		if len(s.Plan.Flat.Sizes) == 0 || (c.Name != throngName && c.Name != floorName) {
			continue
		}
		if err := RunFlat(ctx, c, s.Plan.Flat, round, func(m Rate) error {
			r.Flat = append(r.Flat, m)
			s.say("round %d  %-10s flat: %s", round+1, c.Name, m.line())
			return s.Save(r)
		}); err != nil {
			return err
		}
	}
	return nil
}

// stalled has all rounds for throng, and one for the others: they show what there is to guard against.
func (s *Suite) stalled(ctx context.Context, r *Results, all []Contender, round int) error {
	for _, c := range all {
		if s.Plan.Stalled.Stalled == 0 || (round > 0 && c.Name != throngName) {
			continue
		}
		m, err := RunStalled(ctx, c, s.Plan.Stalled, round)
		if err != nil {
			return err
		}
		r.Stalled = append(r.Stalled, m)
		s.say("round %d  %-10s %s", round+1, c.Name, m.line())
		if err := s.Save(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Suite) crowd(ctx context.Context, r *Results, all []Contender, round int) error {
	p := s.Plan.Crowd
	if p.Connections == 0 || !slices.ContainsFunc(all, func(c Contender) bool { return c.Name == throngName }) {
		return nil
	}
	crowd, err := RunCrowd(ctx, s.Throng, p, round)
	if err != nil {
		return err
	}
	r.Crowd = append(r.Crowd, crowd)
	s.say("round %d  %-10s %s", round+1, throngName, crowd.line())
	if err := s.Save(r); err != nil {
		return err
	}
	hall, err := RunHall(ctx, s.Throng, p, s.Plan.Flat, round)
	if err != nil {
		return err
	}
	r.Hall = append(r.Hall, hall)
	s.say("round %d  %-10s one room: %s", round+1, throngName, hall.line())
	return s.Save(r)
}

func (s *Suite) say(format string, args ...any) { fmt.Fprintf(s.Progress, format+"\n", args...) }
