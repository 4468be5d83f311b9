package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/loadtest"
)

type flags struct {
	url         string
	tokens      string
	connections int
	rate        float64
	contentSize int
	duration    time.Duration
	publishers  int
	concurrency int
	loops       int
	sources     string
	serverPID   int
	format      string
}

const long = `Opens connections to an IVS Chat endpoint with the given tokens, all of one room, publishes messages at a fixed
rate through some of them, and measures each delivery from the time its message was due (open loop: a server that
stalls cannot hide it).

Tokens are read one a line; each serves one connection. The tokens need the capability SEND_MESSAGE when something is
published. With throng, "throng token" makes them; with Amazon IVS Chat, CreateChatToken.

The report goes to standard output, progress to standard error.`

const example = `  throng token --room ARN --user-prefix viewer --count 10000 --capabilities SEND_MESSAGE --ttl 10m |
      throng-loadtest --url ws://127.0.0.1:8080 --tokens - --rate 2 --duration 30s --source-addresses 4`

func newCommand() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:          "throng-loadtest --url URL --tokens FILE",
		Short:        "Load generator for IVS Chat endpoints",
		Long:         long,
		Example:      example,
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			return run(c.Context(), &f, c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fs := c.Flags()
	fs.StringVar(&f.url, "url", "", "endpoint, ws://host:port or wss://host (required)")
	fs.StringVar(&f.tokens, "tokens", "", "file with a chat token a line; - for standard input (required)")
	fs.IntVar(&f.connections, "connections", 0, "connections to open; 0 for as many as there are tokens")
	fs.Float64Var(&f.rate, "rate", 0, "messages a second into the room; 0 only holds the connections for --duration")
	fs.IntVar(&f.contentSize, "content-size", 200, "size of each message's content, in characters")
	fs.DurationVar(&f.duration, "duration", 30*time.Second, "how long to publish, or to hold idle connections")
	fs.IntVar(&f.publishers, "publishers", 0, "connections that take turns publishing; 0 for one each 5 messages a second (the service lets one send 10)")
	fs.IntVar(&f.concurrency, "connect-concurrency", 64, "handshakes in flight while connecting")
	fs.IntVar(&f.loops, "loops", 1, "goroutines that read; more only when the report names the client as bottleneck")
	fs.StringVar(&f.sources, "source-addresses", "", "addresses to connect from: a number N for 127.0.0.1 to 127.0.0.N, a range, or a list; one address has some 25,000 ports for each destination")
	fs.IntVar(&f.serverPID, "server-pid", 0, "process id of the server, when it runs on this machine: reports its CPU time and who was the bottleneck")
	fs.StringVar(&f.format, "format", "text", "form of the report: text or json")
	for _, name := range []string{"url", "tokens"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return c
}

func run(ctx context.Context, f *flags, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format is %q; want text or json", f.format)
	}
	sources, err := loadtest.ParseSources(f.sources)
	if err != nil {
		return fmt.Errorf("--source-addresses: %w", err)
	}
	tokens, err := openTokens(f.tokens, f.connections, stdin)
	if err != nil {
		return fmt.Errorf("--tokens: %w", err)
	}
	fleet, err := loadtest.New(loadtest.Options{URL: f.url, Sources: sources, Concurrency: f.concurrency, Loops: f.loops})
	if err != nil {
		return err
	}
	defer fleet.Close()

	report := loadtest.Report{URL: f.url}
	fmt.Fprintf(stderr, "opening %d connections\n", len(tokens))
	if report.Opened, err = fleet.Open(ctx, tokens); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "opened %d in %.1f s\n", report.Opened.Opened, report.Opened.Seconds)
	if f.rate > 0 {
		report.Measurement, err = publish(ctx, f, fleet, stderr)
	} else {
		err = hold(ctx, f.duration)
	}
	// What was refused is worth more than the error that follows from it.
	report.Closes = fleet.Closes()
	return errors.Join(write(&report, f.format, stdout), err)
}

func publish(ctx context.Context, f *flags, fleet *loadtest.Fleet, stderr io.Writer) (*loadtest.Measurement, error) {
	m, err := fleet.Run(ctx, loadtest.Load{
		Rate: f.rate, ContentSize: f.contentSize, Duration: f.duration, Publishers: f.publishers, ServerPID: f.serverPID,
		Progress: func(p loadtest.Progress) {
			fmt.Fprintf(stderr, "%d connections, %d messages sent, %d deliveries\n", p.Connections, p.Sent, p.Received)
		},
	})
	if err != nil {
		return nil, err
	}
	return &m, nil
}

func hold(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return nil // an idle run ends when its user has seen enough
	}
}

func write(r *loadtest.Report, format string, w io.Writer) error {
	if format == "text" {
		return r.WriteText(w)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func openTokens(name string, limit int, stdin io.Reader) ([]string, error) {
	if name == "-" {
		return loadtest.ReadTokens(stdin, limit)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return loadtest.ReadTokens(file, limit)
}
