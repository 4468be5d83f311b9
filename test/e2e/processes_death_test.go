//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// keepsReady asks whether the server is ready, again and again until the test is done with what it does meanwhile, and
// fails it when once the answer was no.
func (s *server) keepsReady(t *testing.T) (done func()) {
	t.Helper()
	stop, result := make(chan struct{}), make(chan error, 1)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if err := s.ready(); err != nil {
				result <- err
				return
			}
			select {
			case <-stop:
				result <- nil
				return
			case <-tick.C:
			}
		}
	}()
	return func() {
		t.Helper()
		close(stop)
		if err := <-result; err != nil {
			t.Errorf("the server was not ready all the time: %v", err)
		}
	}
}

// lost waits for the end of a connection whose process was killed: it breaks off, without a close frame.
func (v *viewer) lost() {
	v.t.Helper()
	if f, err := v.tryNext(patience); err == nil {
		v.t.Fatalf("got %s of a process that was killed", f.raw)
	}
	var closed *rawws.CloseError
	if errors.As(v.end, &closed) {
		v.t.Errorf("a process that was killed closed a connection with %v", closed)
	}
}

// A process that dies costs its own connections and nothing else: the others chat on, the node stays ready, another is
// started in its place, the places of those it held are free, and tokens are what they were.
func TestProcessDies(t *testing.T) {
	t.Parallel()
	const quota = 16
	s := serveProcesses(t, fmt.Sprint("THRONG_QUOTAS_CONNECTIONS=", quota))
	s.mayLog(`msg="a process has ended; another is started in its place"`)
	b := s.backend()
	room, busy := b.busyRoom(), b.busyRoom()
	pids := s.children(t)

	// A healthy pair, each on a process that lives on.
	const dies = 1
	survives := func(process int) bool { return process != dies }
	chatting(t, b.placeOn(survives, busy, "healthy-sender").viewer, b.placeOn(survives, busy, "healthy-reader").viewer)

	all := b.spread(room, "u")
	unused, used := b.token(room, "unused", everything...), b.token(room, "used")
	b.connect(used) // on any process
	_, refused := b.fill(room)
	held := int(s.perProcess(t, "throng_concurrent_chat_connections")[dies])
	if n := s.members(t); n != quota || held == 0 {
		t.Fatalf("%d members, want %d; %d of them on the process that is to die", n, quota, held)
	}

	ready := s.keepsReady(t)
	if err := syscall.Kill(pids[dies], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var left crowd
	for _, v := range all {
		if v.process == dies {
			v.lost()
		} else {
			left = append(left, v)
		}
	}
	eventually(t, "another process in its place", func() error {
		all := s.samples(t)
		if all[`throng_edge_process_restarts_total{process="edge-2"}`] != 1 || all[`throng_edge_process_up{process="edge-2"}`] != 1 {
			return errors.New("none serves")
		}
		return nil
	})
	ready()
	if after := s.children(t); after[0] != pids[0] || after[1] == pids[1] || after[2] != pids[2] {
		t.Errorf("the processes were %v and are %v", pids, after)
	}
	for _, i := range []int{1, 3} {
		if n := s.samples(t)[fmt.Sprintf(`throng_edge_process_restarts_total{process="edge-%d"}`, i)]; n != 0 {
			t.Errorf("edge-%d was restarted %v times", i, n)
		}
	}

	// Those who are left hear each other.
	left[0].say("still here")
	if f := left.get(); f.Content != "still here" {
		t.Errorf("got %s", f.raw)
	}
	// A used token stays used. One that was not shown yet, and one that was refused for the quota, are good. As many places
	// are free as the process held, wherever those are who take them.
	s.refused(t, rawws.Request(s.Edge, used), 401)
	tokens := []string{unused, refused}
	for range held {
		tokens = append(tokens, b.token(room, "newcomer"))
	}
	var newcomers crowd
	for _, token := range tokens[:held] {
		newcomers = append(newcomers, placed{viewer: b.connect(token)})
	}
	_, err := rawws.Open(s.Edge, tokens[held])
	checkRefusal(t, err, 429)
	newcomers[0].say("hello")
	if f := append(left, newcomers...).get(); f.Content != "hello" {
		t.Errorf("got %s", f.raw)
	}
	// The new process takes connections like the others.
	newcomers[0].leave()
	eventually(t, "a place is free", func() error {
		if n := s.sockets(t); n >= quota {
			return fmt.Errorf("%d sockets", n)
		}
		return nil
	})
	b.placeOn(func(process int) bool { return process == dies }, room, "another")
}

// What one process was told is known to the one that takes its place: the room's limits, and that another room is gone.
func TestProcessAfterDeathKnowsTheRooms(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	s.mayLog(`msg="a process has ended; another is started in its place"`)
	b := s.backend()
	room := b.busyRoom()
	pids := s.children(t)
	five := int32(5)
	gone := b.room(nil)
	var orphans []string
	for range 12 {
		orphans = append(orphans, b.token(gone, "u"))
	}
	for _, pid := range pids { // all of them, at once
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	// The control plane goes on meanwhile.
	if _, err := b.UpdateRoom(context.Background(), &ivschat.UpdateRoomInput{Identifier: &room, MaximumMessageLength: &five}); err != nil {
		t.Fatal(err)
	}
	b.deleteRoom(gone)
	eventually(t, "other processes serve", func() error {
		for i := range pids {
			if s.samples(t)[fmt.Sprintf(`throng_edge_process_up{process="edge-%d"}`, i+1)] != 1 ||
				s.samples(t)[fmt.Sprintf(`throng_edge_process_restarts_total{process="edge-%d"}`, i+1)] != 1 {
				return fmt.Errorf("edge-%d does not", i+1)
			}
		}
		return s.ready()
	})
	for _, v := range b.spread(room, "u").first() {
		v.send("Action", "SEND_MESSAGE", "RequestId", "long", "Content", "123456")
		if f, err := v.answer("long"); err != nil || f.ErrorCode != 400 {
			t.Errorf("edge-%d answers a message that is too long with %s, %v", v.process+1, f.raw, err)
		}
	}
	_, errs := b.race(orphans...)
	for _, err := range errs {
		checkRefusal(t, err, 404)
	}
}

// A node of several processes that is told to end lets the members of all go, is not ready meanwhile, and ends in good
// order.
func TestDrainOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t, "THRONG_EDGE_CLOSE_TIMEOUT=3s")
	b := s.backend()
	room := b.busyRoom()
	all := b.spread(room, "u")
	// One who never answers keeps its process for a while.
	silent, err := rawws.Open(s.Edge, b.token(room, "silent"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	pids := s.children(t)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.drains(t)
	for _, v := range all {
		if f := v.next(); f.ErrorCode != 401 || f.RequestID != "" {
			t.Errorf("one on edge-%d got %s, want error 401", v.process+1, f.raw)
		}
		v.closes(1000)
	}
	select {
	case <-s.exited:
		if s.err != nil {
			t.Errorf("throng ended with %v", s.err)
		}
	case <-time.After(patience):
		t.Errorf("throng did not end within %v of SIGTERM", patience)
	}
	for i, pid := range pids {
		if runs(pid) {
			t.Errorf("edge-%d runs on", i+1)
		}
	}
}

// drains waits until the server says that it is not ready any more.
func (s *server) drains(t *testing.T) {
	t.Helper()
	eventually(t, "readiness fails", func() error {
		res, err := probe.Get("http://" + s.Internal + "/readyz")
		if err != nil {
			t.Fatalf("the internal port is gone before the members are: %v", err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable {
			return fmt.Errorf("status %d", res.StatusCode)
		}
		return nil
	})
}

// A second signal ends the node at once, whoever is still there, and its processes with it.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t, "THRONG_EDGE_CLOSE_TIMEOUT=1m") // longer than this test waits for anything
	b := s.backend()
	room := b.room(nil)
	var silent []*rawws.Conn
	for range 12 {
		conn, err := rawws.Open(s.Edge, b.token(room, "silent"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		silent = append(silent, conn)
	}
	pids := s.children(t)
	for range 2 {
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		s.drainsOrEnded(t)
	}
	s.endsWith(t, pids)
	for _, conn := range silent {
		_ = conn.SetDeadline(time.Now().Add(patience))
		if err := conn.ReadEnd(); err != nil {
			t.Error(err)
		}
	}
}

// drainsOrEnded is drains for a server that may be gone by then.
func (s *server) drainsOrEnded(t *testing.T) {
	t.Helper()
	eventually(t, "readiness fails", func() error {
		if s.ready() == nil {
			return errors.New("it is ready")
		}
		return nil
	})
}

// endsWith waits until the processes are gone, and then the server.
func (s *server) endsWith(t *testing.T, pids [processes]int) {
	t.Helper()
	for i, pid := range pids {
		eventually(t, fmt.Sprintf("edge-%d ends", i+1), func() error {
			if runs(pid) {
				return errors.New("it runs")
			}
			return nil
		})
	}
	select {
	case <-s.exited:
	case <-time.After(patience):
		t.Errorf("throng did not end")
	}
}

// Processes whose supervisor was killed end too, and what they leave is in nobody's way.
func TestSupervisorDies(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	room := b.busyRoom()
	all := b.spread(room, "u")
	pids := s.children(t)
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.endsWith(t, pids)
	for _, v := range all {
		v.lost()
	}
	s.start()
	b = s.backend()
	again := b.spread(room, "again")
	again[0].say("hello")
	if f := again.get(); f.Content != "hello" {
		t.Errorf("got %s", f.raw)
	}
}

// The chat SDK notices nothing of the processes.
func TestChatSDKOverProcesses(t *testing.T) {
	t.Parallel()
	node(t, "chat.test.js", append(chatServer(t, fmt.Sprint("THRONG_EDGE_PROCESSES=", processes)), "E2E_SEVERAL_PROCESSES=1"))
}
