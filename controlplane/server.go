package controlplane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/valyala/fasthttp"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/sigv4"
	"github.com/throngchat/throng/internal/store"
)

// Deps are the parts that a control plane works with. It closes none of them.
type Deps struct {
	// Rooms, Bus, Ring and Account are required. Bus needs no deliver function.
	Rooms   *store.Rooms
	Bus     *bus.Bus
	Ring    Sealer
	Account *limit.Account
	// Log takes a line for each request that was refused or failed. nil: slog.Default().
	Log *slog.Logger
	// Now is the clock of everything but the quotas. nil: time.Now.
	Now func() time.Time
	// Stats takes the metrics. nil: they are kept, but nowhere to be seen.
	Stats *metrics.Set
}

// Server is a control plane.
type Server struct {
	config   Config
	rooms    *store.Rooms
	bus      *bus.Bus
	sealer   Sealer
	account  *limit.Account
	verifier *sigv4.Verifier
	log      *slog.Logger
	now      func() time.Time
	stats    *stats

	sendEventQuota limit.Quota

	running context.Context // done when Shutdown has waited long enough
	stop    context.CancelFunc
	http    fasthttp.Server
	unused  unusedConns
}

// New returns a control plane that does not listen yet. It fails when the configuration is not valid or a part is
// missing.
func New(config Config, deps Deps) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("control plane: %w", err)
	}
	if deps.Rooms == nil || deps.Bus == nil || deps.Ring == nil || deps.Account == nil {
		return nil, errors.New("control plane: Rooms, Bus, Ring and Account are required")
	}
	if deps.Log == nil {
		deps.Log = slog.Default()
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Stats == nil {
		deps.Stats = metrics.NewSet()
	}
	config = config.withDefaults()
	set, err := sigv4.NewSet(config.Credentials)
	if err != nil {
		return nil, fmt.Errorf("control plane: %w", err)
	}
	config.Credentials = nil // the verifier has them; SetCredentials may change them
	s := &Server{
		config:         config,
		rooms:          deps.Rooms,
		bus:            deps.Bus,
		sealer:         deps.Ring,
		account:        deps.Account,
		verifier:       sigv4.NewVerifier(config.Region, signingName, set, deps.Now),
		log:            deps.Log,
		now:            deps.Now,
		stats:          newStats(deps.Stats),
		sendEventQuota: limit.NewQuota(config.SendEventRate),
	}
	s.running, s.stop = context.WithCancel(context.Background())
	s.http = fasthttp.Server{
		Handler:            s.handle,
		ErrorHandler:       s.refuse,
		Logger:             transportLog{deps.Log},
		Concurrency:        config.MaxConnections,
		MaxRequestBodySize: config.MaxBodySize,
		ReadBufferSize:     config.MaxHeadSize,
		ReadTimeout:        config.ReadTimeout,
		WriteTimeout:       config.WriteTimeout,
		IdleTimeout:        config.IdleTimeout,
		CloseOnShutdown:    true,

		// Reading a form would pass by the limit on the body, and no operation takes one.
		DisablePreParseMultipartForm: true,
		// Signatures and session tokens are in the headers that would be logged.
		SecureErrorLogMessage: true,
		NoDefaultServerHeader: true,
		NoDefaultContentType:  true,
	}
	return s, nil
}

// Serve answers requests on a listener, which it closes in the end. It returns nil after Shutdown was called, at once:
// the caller waits for Shutdown. It may be called once.
func (s *Server) Serve(listener net.Listener) error {
	return s.http.Serve(lingeringListener{listener, &s.unused})
}

// Shutdown stops listening, closes idle connections and waits until the requests under way are answered or ctx is done.
// Then those that are left are told to give up, and the error of ctx is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.stop()
	closing, done := context.WithCancel(ctx)
	defer done()
	go s.unused.closeUntil(closing)
	return s.http.ShutdownWithContext(ctx)
}
