package controlplane

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/sigv4"
)

func TestConfig(t *testing.T) {
	good := Config{Region: testRegion, AccountID: testAccount}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := func(want string, change func(*Config)) {
		t.Helper()
		c := good
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want %q", err, want)
		}
	}
	bad("region", func(c *Config) { c.Region = "" })
	bad("region", func(c *Config) { c.Region = "us west" })
	bad("account id", func(c *Config) { c.AccountID = "12345" })
	bad("used twice", func(c *Config) {
		k := sigv4.Credential{AccessKeyID: "a", SecretAccessKey: "s"}
		c.Credentials = []sigv4.Credential{k, k}
	})
	bad("token TTL", func(c *Config) { c.TokenTTL = time.Millisecond })
	bad("rooms quota", func(c *Config) { c.MaxRooms = -1 })
	bad("SendEvent quota", func(c *Config) { c.SendEventRate = -1 })
	bad("body limit", func(c *Config) { c.MaxBodySize = 10 })
	bad("head limit", func(c *Config) { c.MaxHeadSize = 1 << 20 })
	bad("connection limit", func(c *Config) { c.MaxConnections = -1 })
	bad("time-outs", func(c *Config) { c.IdleTimeout = -1 })
	// everything at once
	err := Config{TokenTTL: -1}.Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Fatalf("got %v", err)
	}
	if _, err := New(Config{}, Deps{}); err == nil {
		t.Fatal("accepted")
	}
	if _, err := New(good, Deps{}); err == nil || !strings.Contains(err.Error(), "required") {
		t.Fatalf("got %v", err)
	}
}

// A request under way is answered before Shutdown returns; idle connections do not hold it up, nor those that have not
// been used yet.
func TestShutdown(t *testing.T) {
	f := start(t)
	idle := f.dial(t).send(f.wire("ListRooms", `{}`))
	idle.answer()
	unused := f.dial(t)
	busy := f.dial(t)
	request := f.wire("ListRooms", `{}`)
	busy.send(request[:len(request)-1])

	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		stopped <- f.server.Shutdown(ctx)
	}()
	idle.closed()
	unused.closed()
	busy.send(request[len(request)-1:])
	if a := busy.answer(); a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", f.addr); err == nil {
		c.Close()
		t.Fatal("still listening")
	}
}
