package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/throngchat/throng/loadtest"
)

type flags struct {
	url         string
	tokens      string
	fresh       string
	scenario    string
	connections int
	concurrency int
	processes   int
	loops       int
	sources     string
	serverPID   int
	format      string
	html        string

	load     loadtest.Load
	churn    float64
	patience time.Duration
}

const long = `Opens connections to an IVS Chat endpoint with the given tokens, publishes messages at a fixed rate through some of
them, and measures each delivery from the time its message was due (open loop: a server that stalls cannot hide it).

Tokens are read one a line, each serves one connection. A line is TOKEN, or ROOM TOKEN: a token does not show its room,
so with several rooms the lines name them, with any names. Tokens need the capability SEND_MESSAGE when something is
published, and DELETE_MESSAGE and DISCONNECT_USER for moderation. With throng, "throng token" makes them; with Amazon
IVS Chat, CreateChatToken.

The report goes to standard output, progress to standard error.

Scenarios (each is some defaults, which other flags override):
`

const example = `  throng token --dev --room ROOM --user-prefix viewer --count 10000 --capabilities SEND_MESSAGE --ttl 10m |
      throng-loadtest --url ws://127.0.0.1:8080 --tokens - --rate 2 --duration 30s --html report.html`

func newCommand() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:          "throng-loadtest --url URL --tokens FILE [--scenario NAME]",
		Short:        "Load generator for IVS Chat endpoints",
		Long:         long + describeScenarios(),
		Example:      example,
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := findScenario(f.scenario)
			if err != nil {
				return err
			}
			if err := s.setDefaults(c.Flags()); err != nil {
				return err
			}
			return run(c.Context(), s, &f, c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	addFlags(c.Flags(), &f)
	for _, name := range []string{"url", "tokens"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return c
}

func addFlags(fs *pflag.FlagSet, f *flags) {
	fs.SortFlags = false
	fs.StringVar(&f.url, "url", "", "endpoint, ws://host:port or wss://host (required)")
	fs.StringVar(&f.tokens, "tokens", "", "file with a line TOKEN, or ROOM TOKEN, for each connection; - for standard input (required)")
	fs.StringVar(&f.scenario, "scenario", "chat", "what happens: "+strings.Join(scenarioNames(), ", "))
	fs.StringVar(&f.fresh, "fresh-tokens", "", "file with tokens for connections that come later (churn, storm); without it they are a part of --tokens")
	fs.IntVar(&f.connections, "connections", 0, "connections to open at first; 0 for as many as the tokens suffice for")
	fs.DurationVar(&f.load.Duration, "duration", 30*time.Second, "how long to publish, or to hold idle connections")

	fs.Float64Var(&f.load.Rate, "rate", 0, "messages a second into each room")
	fs.Float64Var(&f.load.Total, "total-rate", 0, "instead of --rate: messages a second into all rooms together, in proportion to their members")
	fs.BoolVar(&f.load.Equal, "equal-rooms", false, "spread --total-rate so that each room has the same")
	fs.IntVar(&f.load.ContentSize, "content-size", 200, "size of each message's content, in characters")
	fs.IntVar(&f.load.Publishers, "publishers", 0, "connections of each room that take turns publishing; 0 for one each 5 messages a second (the service lets one send 10)")
	fs.Float64Var(&f.churn, "churn", 0, "share of the connections that leave each second, and are replaced with fresh tokens")
	fs.Float64Var(&f.load.Slow, "slow", 0, "share of the connections that do not read")
	fs.Float64Var(&f.load.Deletes, "deletes", 0, "messages deleted a second, in all rooms together")
	fs.Float64Var(&f.load.Disconnects, "disconnects", 0, "users disconnected a second, in all rooms together")
	fs.DurationVar(&f.patience, "retry-for", time.Minute, "how long connections of a storm that are refused with 503 come again")

	fs.IntVar(&f.concurrency, "connect-concurrency", 64, "handshakes in flight while connecting; a storm has all at once")
	fs.IntVar(&f.processes, "processes", 0, "processes to spread the connections over; 0 for as many as file descriptors make necessary")
	fs.IntVar(&f.loops, "loops", 1, "goroutines that read, in each process; more only when the report names the client as bottleneck")
	fs.StringVar(&f.sources, "source-addresses", "", "addresses to connect from: a number N for 127.0.0.1 to 127.0.0.N, a range, or a list; one address has some 25,000 ports for each destination. Without it there are enough when the endpoint is on this machine")
	fs.IntVar(&f.serverPID, "server-pid", 0, "process id of the server, when it runs on this machine: reports the CPU time of it and its children, and who was the bottleneck")
	fs.StringVar(&f.format, "format", "text", "form of the report: text or json")
	fs.StringVar(&f.html, "html", "", "file to write the report to as a web page, besides")
}

func run(ctx context.Context, s *scenario, f *flags, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format is %q; want text or json", f.format)
	}
	t, err := readTokens(f, s, stdin)
	if err != nil {
		return err
	}
	g, err := newGenerator(f, t.atOnce(s))
	if err != nil {
		return err
	}
	defer g.Close()
	p := newProgress(stderr)
	x := &session{flags: f, generator: g, tokens: t, progress: p}
	x.report = loadtest.Report{Scenario: s.name, URL: f.url, Begun: time.Now(), Machine: machine()}
	err = x.open(ctx)
	if err == nil {
		err = s.run(ctx, x)
	}
	p.done()
	// What was refused is worth more than the error that follows from it.
	x.report.Closes = g.Closes()
	return errors.Join(write(&x.report, f, stdout), err)
}

func openFile(name string, stdin io.Reader) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil
	}
	return os.Open(name)
}
