//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// Handshakes beyond those that may be under way are told at once to come back, and come in later with the same token.
func TestStormBeyondTheCap(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_MAX_PENDING_HANDSHAKES=4")
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)
	const storm = 200
	waiting := s.tokens(room, "storm", storm)
	refused := 0
	eventually(t, "everybody is in", func() error {
		_, errs := b.race(waiting...)
		var again []string
		for i, err := range errs {
			if err == nil {
				continue
			}
			checkRefusal(t, err, 503)
			var refusal *rawws.Refusal
			if errors.As(err, &refusal) && refusal.Header.Get("Retry-After") != "1" {
				t.Errorf("a refusal has Retry-After %q", refusal.Header.Get("Retry-After"))
			}
			again = append(again, waiting[i])
		}
		refused += len(again)
		if waiting = again; len(waiting) > 0 {
			return fmt.Errorf("%d are not", len(waiting))
		}
		return nil
	})
	if refused == 0 {
		t.Error("nobody was refused")
	}
	eventually(t, "/metrics has what happened", func() error {
		got := s.samples(t)
		if n := got[`throng_handshake_refusals_total{reason="handshakes_in_flight"}`]; int(n) != refused {
			return fmt.Errorf("%v handshakes count as too many, %d were", n, refused)
		}
		if n := got["throng_connects_total"]; n != storm+2 { // and the healthy pair
			return fmt.Errorf("%v handshakes count as accepted, %d were", n, storm+2)
		}
		return nil
	})
}

// A server that may open few files refuses what is too much with status 503, lives on, and serves again when there is
// room.
func TestFewFiles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.files = 300
	s.start()
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)
	var conns []*rawws.Conn
	for {
		if len(conns) > s.files {
			t.Fatalf("%d connections with %d files", len(conns), s.files)
		}
		token := b.token(room, "u")
		conn, err := rawws.Open(s.Edge, token)
		if err != nil {
			break
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	if len(conns) < 20 {
		t.Errorf("only %d connections with %d files", len(conns), s.files)
	}
	// However many knock.
	token := b.token(room, "late")
	for range 3 * s.files {
		s.refused(t, rawws.Request(s.Edge, token), 503)
	}
	if err := s.ready(); err != nil {
		t.Errorf("the server is not ready: %v", err)
	}
	_ = conns[0].Close()
	eventually(t, "there is room again", func() error {
		conn, err := rawws.Open(s.Edge, token)
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(patience))
			conns[0] = conn
		}
		return err
	})
	for _, conn := range conns {
		_ = conn.Close()
	}
}

// Where a process may open too few files for the quota, the node takes as many processes as are needed by itself, and
// then holds more connections than one could.
func TestProcessesForFewFiles(t *testing.T) {
	t.Parallel()
	const quota, files = 150, 320 // of which a process keeps 256 for other things
	s := newServer(t, "THRONG_EDGE_PROCESSES=auto", fmt.Sprint("THRONG_QUOTAS_CONNECTIONS=", quota))
	s.files = files
	s.start()
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)
	const crowd = 100 // evenly dealt out they are half of what the processes can hold
	conns, errs := b.race(s.tokens(room, "u", crowd)...)
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := s.members(t); n != crowd+2 {
		t.Errorf("%d members, want %d", n, crowd+2)
	}
	for i, n := range s.perProcess(t, "throng_edge_process_up") {
		if n != 1 {
			t.Errorf("edge-%d does not serve", i+1)
		}
	}
	b.large(room, 0, 1)
	for i, conn := range conns {
		for {
			f, err := readFrame(conn)
			if err != nil {
				t.Fatalf("connection %d: %v", i, err)
			}
			if f.EventName == "0" {
				break
			}
		}
	}
}
