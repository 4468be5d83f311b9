package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Names of the contenders that are no peers.
const (
	throngName = "throng"
	floorName  = "floor"
)

// Names returns those of all contenders, in the order of the tables.
func Names() []string {
	names := []string{throngName, floorName}
	for _, p := range peers {
		names = append(names, p.name)
	}
	return names
}

// Build builds the named contenders from root into dir. One that cannot be built is absent, and the document says why;
// without throng there is nothing to compare.
func (s *Suite) Build(ctx context.Context, root, dir string, names []string, r *Results) error {
	var err error
	if s.Throng, err = BuildThrong(ctx, root, dir); err != nil {
		return err
	}
	add := func(name string, build func() (Contender, error)) {
		if !slices.Contains(names, name) {
			return
		}
		c, err := build()
		if err != nil {
			why, _, _ := strings.Cut(err.Error(), "\n")
			r.Absent = append(r.Absent, Absent{name, why})
			s.say("%s cannot be built: %v", name, err)
			return
		}
		s.Contenders = append(s.Contenders, c)
	}
	add(throngName, func() (Contender, error) { return s.Throng.Contender(), nil })
	add(floorName, func() (Contender, error) { return BuildFloor(ctx, root, dir) })
	for _, p := range peers {
		add(p.name, func() (Contender, error) {
			start, err := p.build(ctx, root, dir)
			return Contender{Name: p.name, Dialect: p.dialect, Start: start}, err
		})
	}
	if len(s.Contenders) == 0 {
		return fmt.Errorf("nothing to measure: none of %s", strings.Join(names, ", "))
	}
	return ctx.Err()
}
