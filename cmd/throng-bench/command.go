package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/bench"
)

type flags struct {
	rounds    int
	scenarios []string
	quick     bool
	document  string
	results   string
	from      string
}

var scenarios = []string{"deliveries", "idle"}

const long = `Builds throng and the floor from the working tree, runs every scenario in rounds with fresh server processes, keeps the
raw results as JSON and writes BENCHMARKS.md from them. It takes about half an hour, on a machine that has nothing else
to do.

Run it in the repository.`

func newCommand() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:          "throng-bench",
		Short:        "Measure throng and write BENCHMARKS.md",
		Long:         long,
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE:         func(c *cobra.Command, _ []string) error { return run(c.Context(), &f, c.ErrOrStderr()) },
	}
	fs := c.Flags()
	fs.IntVar(&f.rounds, "rounds", bench.DefaultSuite().Rounds, "repetitions of everything")
	fs.StringSliceVar(&f.scenarios, "scenarios", scenarios, "what to measure")
	fs.BoolVar(&f.quick, "quick", false, "few connections and seconds, to see that it works; writes no document unless --document names one")
	fs.StringVar(&f.document, "document", "", "file to write the document to (default BENCHMARKS.md)")
	fs.StringVar(&f.results, "results", filepath.Join("bench", "results"), "folder for the raw results")
	fs.StringVar(&f.from, "from", "", "file with raw results, relative to the repository, to write the document from without measuring")
	return c
}

func run(ctx context.Context, f *flags, progress io.Writer) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	if f.document == "" && !f.quick {
		f.document = "BENCHMARKS.md"
	}
	if f.from != "" {
		r, err := bench.ReadResults(f.from)
		if err != nil {
			return err
		}
		return writeDocument(r, f.from, f.document)
	}
	r, err := measure(ctx, f, root, progress)
	if err != nil {
		return err
	}
	raw, err := r.Write(f.results)
	if err != nil {
		return err
	}
	fmt.Fprintf(progress, "raw results: %s\n", raw)
	return writeDocument(r, raw, f.document)
}

func measure(ctx context.Context, f *flags, root string, progress io.Writer) (*bench.Results, error) {
	suite := bench.DefaultSuite()
	suite.Rounds, suite.Progress = f.rounds, progress
	if f.quick {
		suite.Sizes, suite.WaitSize = []int{200, 500}, 0
		suite.Load.Members, suite.Load.WarmUp, suite.Load.Duration = 500, time.Second, 3*time.Second
	}
	for _, name := range f.scenarios {
		if !slices.Contains(scenarios, name) {
			return nil, fmt.Errorf("--scenarios: %q is none of %s", name, strings.Join(scenarios, ", "))
		}
	}
	if !slices.Contains(f.scenarios, "idle") {
		suite.Sizes = nil
	}
	if !slices.Contains(f.scenarios, "deliveries") {
		suite.Load.Members = 0
	}
	dir, err := os.MkdirTemp("", "throng-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	machine, err := bench.ReadMachine(ctx, root)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(progress, machine.String())
	for _, build := range []func(context.Context, string, string) (bench.Contender, error){bench.BuildThrong, bench.BuildFloor} {
		c, err := build(ctx, root, dir)
		if err != nil {
			return nil, err
		}
		suite.Contenders = append(suite.Contenders, c)
	}
	r := &bench.Results{Machine: machine}
	return r, suite.Run(ctx, r)
}

func writeDocument(r *bench.Results, raw, document string) error {
	if document == "" {
		return nil
	}
	return os.WriteFile(document, []byte(bench.Document(r, filepath.ToSlash(raw))), 0o644)
}

var errNoModule = errors.New("run it in throng's repository")

// moduleRoot finds the folder of this module's go.mod, from the working folder upwards.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module github.com/throngchat/throng\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errNoModule
		}
		dir = parent
	}
}
