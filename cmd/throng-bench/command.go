package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/bench"
	"github.com/throngchat/throng/bench/charts"
)

type flags struct {
	rounds     int
	scenarios  []string
	contenders []string
	quick      bool
	document   string
	plots      string
	results    string
	from       string
}

const long = `Builds throng, the floor and the peers from the working tree, runs every scenario in rounds with fresh server processes,
keeps the raw results as JSON and writes BENCHMARKS.md and its plots from them. It says at the start how long it takes
about, and wants a machine that has nothing else to do. The raw results are kept after every repetition: from those of a
run that was cut off, --from writes the document.

Run it in the repository.`

func newCommand() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:          "throng-bench",
		Short:        "Measure throng beside other servers and write BENCHMARKS.md",
		Long:         long,
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE:         func(c *cobra.Command, _ []string) error { return run(c.Context(), &f, c.ErrOrStderr()) },
	}
	fs := c.Flags()
	fs.IntVar(&f.rounds, "rounds", 0, "repetitions of everything (default 3, with --quick 1)")
	fs.StringSliceVar(&f.scenarios, "scenarios", bench.Scenarios, "what to measure")
	fs.StringSliceVar(&f.contenders, "contenders", bench.Names(), "whom to measure")
	fs.BoolVar(&f.quick, "quick", false, "few connections and seconds, to see that it works; writes only what --results, --document and --plots name")
	fs.StringVar(&f.document, "document", "", "file to write the document to (default BENCHMARKS.md)")
	fs.StringVar(&f.plots, "plots", "", "folder for the plots (default bench/plots)")
	fs.StringVar(&f.results, "results", "", "folder for the raw results (default bench/results)")
	fs.StringVar(&f.from, "from", "", "file with raw results, relative to the repository, to write the document from without measuring")
	return c
}

// setDefaults says where results go. A quick run is not to be taken for a real one.
func (f *flags) setDefaults(temporary string) {
	set := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	if f.quick {
		set(&f.results, temporary)
		return
	}
	set(&f.document, "BENCHMARKS.md")
	set(&f.plots, filepath.Join("bench", "plots"))
	set(&f.results, filepath.Join("bench", "results"))
}

func run(ctx context.Context, f *flags, progress io.Writer) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "throng-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f.setDefaults(dir)
	if f.from != "" {
		r, err := bench.ReadResults(f.from)
		if err != nil {
			return err
		}
		return f.write(r, f.from)
	}
	r, raw, err := measure(ctx, f, root, dir, progress)
	if err != nil {
		if raw != "" {
			fmt.Fprintf(progress, "what there is, is in %s: --from writes the document from it\n", raw)
		}
		return err
	}
	fmt.Fprintf(progress, "raw results: %s\n", raw)
	return f.write(r, raw)
}

// measure runs the suite and returns the name of the file with its results.
func measure(ctx context.Context, f *flags, root, dir string, progress io.Writer) (r *bench.Results, raw string, err error) {
	plan, err := f.plan()
	if err != nil {
		return nil, "", err
	}
	machine, err := bench.ReadMachine(ctx, root)
	if err != nil {
		return nil, "", err
	}
	fmt.Fprintln(progress, machine.String())
	r = &bench.Results{Machine: machine}
	suite := bench.Suite{Plan: plan, Progress: progress, Save: func(r *bench.Results) (err error) {
		raw, err = r.Write(f.results)
		return err
	}}
	if err := suite.Build(ctx, root, dir, f.contenders, r); err != nil {
		return nil, "", err
	}
	fmt.Fprintf(progress, "%d contenders, %d rounds: about %.0f minutes when all hold everything\n", len(suite.Contenders),
		plan.Rounds, plan.Estimate(len(suite.Contenders)).Minutes())
	return r, raw, suite.Run(ctx, r)
}

// plan is what the flags ask for.
func (f *flags) plan() (bench.Plan, error) {
	plan := bench.DefaultPlan()
	if f.quick {
		plan = bench.QuickPlan()
	}
	if f.rounds > 0 {
		plan.Rounds = f.rounds
	}
	if err := known("--scenarios", f.scenarios, bench.Scenarios); err != nil {
		return plan, err
	}
	plan.Only(func(name string) bool { return slices.Contains(f.scenarios, name) })
	return plan, known("--contenders", f.contenders, bench.Names())
}

func known(flag string, names, all []string) error {
	for _, name := range names {
		if !slices.Contains(all, name) {
			return fmt.Errorf("%s: %q is none of %s", flag, name, strings.Join(all, ", "))
		}
	}
	return nil
}

// write writes the document and its plots, where there is a place for them.
func (f *flags) write(r *bench.Results, raw string) error {
	if f.plots != "" {
		if err := charts.Write(r, f.plots); err != nil {
			return err
		}
	}
	if f.document == "" {
		return nil
	}
	return os.WriteFile(f.document, []byte(bench.Document(r, filepath.ToSlash(raw), filepath.ToSlash(f.plots))), 0o644)
}
