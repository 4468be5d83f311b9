package loadtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// workerArgument is the only argument of a worker process.
const workerArgument = "throng-loadtest-worker"

// RunWorkerIfAsked is called first by the main function of every program that uses Workers, and by TestMain of its
// tests: when the process was started as a worker it does the worker's job and exits, and otherwise it returns at once.
// dialects are those that Options of this program may name.
func RunWorkerIfAsked(dialects ...*Dialect) {
	if len(os.Args) != 2 || os.Args[1] != workerArgument {
		return
	}
	// A terminal's Ctrl-C goes to all processes of its group; the coordinator says when to end.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	w := worker{dialects: dialects}
	if err := w.serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "load generator's worker: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// workerOptions is what of Options can be sent to a worker.
type workerOptions struct {
	URL              string        `json:"url"`
	Sources          []netip.Addr  `json:"sources,omitempty"`
	Concurrency      int           `json:"concurrency"`
	HandshakeTimeout time.Duration `json:"handshake_timeout"`
	Loops            int           `json:"loops"`
	Dialect          string        `json:"dialect,omitempty"`
}

// worker is a process's fleet, and who answers for it.
type worker struct {
	dialects []*Dialect
	fleet    *Fleet
}

var (
	errVerb    = errors.New("unknown verb")
	errDialect = errors.New("dialect was not given to RunWorkerIfAsked")
	errNoFleet = errors.New("no fleet was made")
)

// serve answers until from ends.
func (w *worker) serve(from io.Reader, to io.Writer) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var (
		mu    sync.Mutex // guards out
		out   = json.NewEncoder(to)
		in    = json.NewDecoder(from)
		calls sync.WaitGroup
	)
	defer func() {
		cancel()
		if w.fleet != nil {
			w.fleet.stop()
		}
		calls.Wait()
		if w.fleet != nil {
			w.fleet.Close()
		}
	}()
	for {
		var q request
		if err := in.Decode(&q); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		answer := func() {
			r := response{ID: q.ID}
			result, err := w.do(ctx, &q)
			if err == nil {
				r.Result, err = json.Marshal(result)
			}
			if err != nil {
				r.Error = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			_ = out.Encode(r) // whoever does not read any more closes the input too
		}
		if q.Verb == "new" {
			answer() // the others need what it makes
		} else {
			calls.Go(answer)
		}
	}
}

// openArgs are the arguments of the verb open.
type openArgs struct {
	Tokens []string `json:"tokens"`
	Rush   rush     `json:"rush"`
}

// do makes one call.
func (w *worker) do(ctx context.Context, q *request) (any, error) {
	if q.Verb == "new" {
		return nil, w.make(q)
	}
	f := w.fleet
	if f == nil {
		return nil, errNoFleet
	}
	switch q.Verb {
	case "open":
		var a openArgs
		if err := json.Unmarshal(q.Args, &a); err != nil {
			return nil, err
		}
		return f.openAll(ctx, a.Tokens, a.Rush)
	case "prepare":
		var o order
		if err := json.Unmarshal(q.Args, &o); err != nil {
			return nil, err
		}
		return nil, f.prepare(o)
	case "start":
		var at instant
		if err := json.Unmarshal(q.Args, &at); err != nil {
			return nil, err
		}
		return nil, f.start(at)
	case "drop":
		return f.drop()
	case "census":
		return f.census()
	case "counts":
		c, err := f.counts()
		if err == nil {
			c.CPU, err = ownCPU()
		}
		return c, err
	case "published":
		return f.published()
	case "finish":
		return f.finish()
	case "cpu":
		return ownCPU()
	case "connections":
		return f.Connections(), nil
	case "closes":
		return f.Closes(), nil
	case "close":
		f.Close()
		return f.Closes(), nil
	}
	return nil, fmt.Errorf("%w: %q", errVerb, q.Verb)
}

func (w *worker) make(q *request) (err error) {
	var a workerOptions
	if err := json.Unmarshal(q.Args, &a); err != nil {
		return err
	}
	o := Options{
		URL: a.URL, Sources: a.Sources, Concurrency: a.Concurrency, HandshakeTimeout: a.HandshakeTimeout, Loops: a.Loops,
	}
	if a.Dialect != "" {
		for _, d := range w.dialects {
			if d.Name == a.Dialect {
				o.Dialect = d
			}
		}
		if o.Dialect == nil {
			return fmt.Errorf("%w: %q", errDialect, a.Dialect)
		}
	}
	w.fleet, err = New(o)
	return err
}
