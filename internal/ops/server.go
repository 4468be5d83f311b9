package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Config says what the internal port shows.
type Config struct {
	Addr        string            // host:port to listen on; port 0 takes a free one
	Listener    net.Listener      // what to listen on instead
	Processes   []*Process        // the other processes of the node, which this one speaks for
	Checks      []Check           // what has to hold for the process to be ready
	Metrics     []*metrics.Set    // shown before the metrics of Go and of the process
	Help        map[string]string // one sentence for each family of Metrics, by its name
	Consistency func() error      // nil: there is nothing to compare
	Log         *slog.Logger
}

// Server serves the internal port.
type Server struct {
	config   Config
	http     *http.Server
	listener net.Listener
	draining atomic.Bool
	failed   chan error
}

// Limits on what a client of the internal port can hold. A profile of some seconds gets those in addition.
const (
	headTimeout  = 5 * time.Second
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = 2 * time.Minute
	maxHead      = 16 << 10
)

// New returns a server that does not listen yet. The text format gets HELP and TYPE for all sets of the process.
func New(config Config) *Server {
	metrics.ExposeMetadata(true)
	s := &Server{config: config, failed: make(chan error, 1)}
	s.http = &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(config.Log.Handler(), slog.LevelWarn),
	}
	return s
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /livez", s.live)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /debug/consistency", s.consistency)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	for _, p := range s.config.Processes {
		mux.Handle("GET /processes/"+p.name+"/", p)
	}
	return mux
}

// Start listens and serves. A server that stops serving by itself says why on Failed.
func (s *Server) Start() error {
	listener := s.config.Listener
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", s.config.Addr); err != nil {
			return err
		}
	}
	s.listener = listener
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return nil
}

// Addr returns where the server listens, once it does.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Failed gives the error with which serving ended, if it was not Stop that ended it.
func (s *Server) Failed() <-chan error { return s.failed }

// Drain makes the process not ready from now on, so that those who send clients here stop.
func (s *Server) Drain() { s.draining.Store(true) }

// Stop waits for the requests under way until ctx is done, and then cuts them.
func (s *Server) Stop(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close() // the listener is closed already; what is left are connections
		return err
	}
	return nil
}

func (s *Server) consistency(w http.ResponseWriter, _ *http.Request) {
	if s.config.Consistency != nil {
		if err := s.config.Consistency(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	fmt.Fprintln(w, "ok")
}
