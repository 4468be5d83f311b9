package bus_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

func openClaims(t testing.TB, e *bus.Engine) *bus.Claims {
	t.Helper()
	c, err := bus.OpenClaims(background, bustest.JetStream(t, e), bus.ClaimsOptions{})
	must(t, err)
	return c
}

// TestOneWinner has 200 goroutines on four connections race for one id, 20 times.
func TestOneWinner(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		var nodes []*bus.Claims
		for range 4 {
			nodes = append(nodes, openClaims(t, e))
		}
		for round := range 20 {
			var won, lost atomic.Int64
			var all sync.WaitGroup
			start := make(chan struct{})
			for i := range 200 {
				all.Go(func() {
					<-start
					switch err := nodes[i%len(nodes)].Claim(background, fmt.Sprint("token-", round), time.Minute); {
					case err == nil:
						won.Add(1)
					case errors.Is(err, bus.ErrClaimed):
						lost.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			close(start)
			all.Wait()
			if won.Load() != 1 || lost.Load() != 199 {
				t.Fatalf("round %d: %d won, %d lost", round, won.Load(), lost.Load())
			}
		}
	})
}

func TestClaimExpires(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		c := openClaims(t, e)
		start := time.Now()
		must(t, c.Claim(background, "token", time.Second))
		must(t, c.Claim(background, "long", time.Minute))
		if err := c.Claim(background, "token", time.Second); !errors.Is(err, bus.ErrClaimed) {
			t.Fatalf("second claim: %v", err)
		}
		bustest.Eventually(t, func() error { return c.Claim(background, "token", time.Second) })
		if d := time.Since(start); d < 900*time.Millisecond {
			t.Fatalf("claimed again after %v", d)
		}
		if err := c.Claim(background, "long", time.Second); !errors.Is(err, bus.ErrClaimed) {
			t.Fatalf("another claim: %v", err)
		}
	})
}

func TestClaimOfNoKey(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	c := openClaims(t, e)
	for _, id := range []string{"", "a b", "*", ">", "ü"} {
		start := time.Now()
		if err := c.Claim(background, id, time.Minute); !errors.Is(err, bus.ErrUnavailable) {
			t.Fatalf("%q: %v", id, err)
		}
		if time.Since(start) > 4*time.Second {
			t.Fatal("a hopeless claim was tried again")
		}
	}
}

// TestClaimsAreFull holds that without room for the claim the token is refused, and at once.
func TestClaimsAreFull(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir(), MaxMemory: 20_000})
	c := openClaims(t, e)
	must(t, c.Claim(background, "long", time.Minute))
	for i := range 1000 {
		start := time.Now()
		err := c.Claim(background, fmt.Sprint("token-", i), time.Second)
		if err == nil {
			continue
		}
		if !errors.Is(err, bus.ErrUnavailable) || i == 0 || time.Since(start) > 4*time.Second {
			t.Fatalf("claim %d: %v after %v", i, err, time.Since(start))
		}
		// What was claimed stays so, and when claims have expired there is room for others.
		bustest.Eventually(t, func() error { return c.Claim(background, "later", time.Minute) })
		if err := c.Claim(background, "long", time.Minute); !errors.Is(err, bus.ErrClaimed) {
			t.Fatalf("a claim that has not expired: %v", err)
		}
		return
	}
	t.Fatal("there is no limit")
}

// TestClaimWithoutServer holds that nothing is granted and nobody waits for longer than allowed.
func TestClaimWithoutServer(t *testing.T) {
	f := func(t *testing.T, e *bus.Engine, stop func()) {
		t.Helper()
		c := openClaims(t, e)
		must(t, c.Claim(background, "before", time.Minute))
		stop()
		ctx, cancel := context.WithTimeout(background, 300*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := c.Claim(ctx, "token", time.Minute); !errors.Is(err, bus.ErrUnavailable) {
			t.Fatalf("got %v", err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Fatalf("took %v", d)
		}
	}
	t.Run("embedded", func(t *testing.T) {
		e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
		f(t, e, e.Shutdown)
	})
	t.Run("external", func(t *testing.T) {
		server := bustest.External(t)
		f(t, bustest.Start(t, bus.EngineOptions{URL: server.URL()}), server.Stop)
	})
}

// TestLostClaims holds that whoever was claimed before a restart cannot pass as unclaimed after it: Since tells.
func TestLostClaims(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		dir := t.TempDir()
		e := bustest.Start(t, bus.EngineOptions{StoreDir: dir})
		c := openClaims(t, e)
		issued := time.Now()
		if issued.Before(c.Since()) {
			t.Fatalf("a new token counts as old: issued %v, since %v", issued, c.Since())
		}
		must(t, c.Claim(background, "token", time.Minute))
		if other := openClaims(t, e); !other.Since().Equal(c.Since()) {
			t.Fatal("two nodes disagree about the epoch")
		}
		e.Shutdown()

		c = openClaims(t, bustest.Start(t, bus.EngineOptions{StoreDir: dir}))
		if !issued.Before(c.Since()) {
			t.Fatalf("issued %v, claims known since %v", issued, c.Since())
		}
	})
	// The process stays while the servers lose their memory.
	t.Run("external", func(t *testing.T) {
		server := bustest.External(t)
		e := bustest.Start(t, bus.EngineOptions{URL: server.URL()})
		a, b := openClaims(t, e), openClaims(t, e)
		issued := time.Now()
		must(t, a.Claim(background, "token", time.Minute))
		server.Stop()
		server.Start()
		for _, c := range []*bus.Claims{a, b} {
			bustest.Eventually(t, func() error {
				// A claim that is granted comes with a Since that tells of the loss.
				err := c.Claim(background, "token", time.Minute)
				if err == nil && !issued.Before(c.Since()) {
					t.Fatalf("issued %v, claims known since %v", issued, c.Since())
				}
				if err == nil || errors.Is(err, bus.ErrClaimed) {
					return nil
				}
				return err
			})
			n := 0
			bustest.Eventually(t, func() error {
				n++
				return c.Claim(background, fmt.Sprintf("new-%p-%d", c, n), time.Minute)
			})
			if !issued.Before(c.Since()) {
				t.Fatalf("issued %v, claims known since %v", issued, c.Since())
			}
		}
	})
}
