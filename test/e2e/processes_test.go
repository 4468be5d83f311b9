//go:build linux

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
)

// processes is how many edge processes hold the connections of the servers in the tests of several.
const processes = 3

// serveProcesses is serve with several edge processes.
func serveProcesses(t *testing.T, settings ...string) *server {
	t.Helper()
	return serve(t, append(settings, fmt.Sprint("THRONG_EDGE_PROCESSES=", processes))...)
}

// perProcess returns a metric without labels of its own for each edge process, by its number from 0. One that does not
// serve has 0.
func (s *server) perProcess(t *testing.T, name string) (values [processes]float64) {
	t.Helper()
	all := s.samples(t)
	for i := range values {
		values[i] = all[fmt.Sprintf(`%s{process="edge-%d"}`, name, i+1)]
	}
	return values
}

// overProcesses returns what /metrics shows, added up over the edge processes.
func (s *server) overProcesses(t *testing.T) map[string]float64 {
	t.Helper()
	sums := map[string]float64{}
	for name, value := range s.samples(t) {
		family, labels, _ := strings.Cut(name, "{")
		if rest, ok := strings.CutPrefix(labels, `process="edge-`); ok {
			_, rest, _ = strings.Cut(rest, `"`)
			if rest = strings.TrimPrefix(rest, ","); rest != "}" {
				family += "{" + rest
			}
			sums[family] += value
		}
	}
	return sums
}

// children returns the ids of the edge processes, by their numbers from 0.
func (s *server) children(t *testing.T) (pids [processes]int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	byInode := map[string]int{}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended
		}
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			for _, inode := range listeningSockets(pid) {
				byInode[inode] = pid
			}
		}
	}
	// A child does not say its number. The socket of its internal port, which it listens on, has it.
	sockets, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sockets)) {
		fields := strings.Fields(line)
		if len(fields) < 8 || !strings.HasPrefix(fields[7], s.dataDir) {
			continue
		}
		var number int
		if _, err := fmt.Sscanf(filepath.Base(fields[7]), "edge-%d.sock", &number); err == nil && byInode[fields[6]] != 0 {
			pids[number-1] = byInode[fields[6]]
		}
	}
	for i, pid := range pids {
		if pid == 0 {
			t.Fatalf("edge process %d is not to be found", i+1)
		}
	}
	return pids
}

// listeningSockets returns the inodes of a process's sockets.
func listeningSockets(pid int) (inodes []string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, file := range files {
		if target, err := os.Readlink(file); err == nil && strings.HasPrefix(target, "socket:[") {
			inodes = append(inodes, strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]"))
		}
	}
	return inodes
}

// runs reports whether a process is there and no zombie.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// placed is a viewer and the number, from 0, of the edge process that holds its connection.
type placed struct {
	*viewer
	process int
}

// place connects a user and finds out which edge process holds the connection. Nobody else may come or go meanwhile.
func (b *backend) place(room, user string) placed {
	b.t.Helper()
	before := b.s.perProcess(b.t, "throng_connects_total")
	v := b.join(room, user)
	for i, n := range b.s.perProcess(b.t, "throng_connects_total") {
		if n > before[i] {
			return placed{v, i}
		}
	}
	b.t.Fatal("no edge process shows the connection")
	return placed{}
}

// placeOn connects a user to an edge process that will do. Nobody else may come or go meanwhile.
func (b *backend) placeOn(will func(process int) bool, room, user string) placed {
	b.t.Helper()
	for {
		before := b.s.sockets(b.t)
		v := b.place(room, user)
		if will(v.process) {
			return v
		}
		v.leave()
		eventually(b.t, "the place of one who left is free", func() error {
			if n := b.s.sockets(b.t); n > before {
				return fmt.Errorf("%d sockets, want %d", n, before)
			}
			return nil
		})
	}
}

// crowd is users of a room, some on each edge process.
type crowd []placed

// spread connects users to a room, with the names prefix-0, prefix-1, …, until each edge process holds one of them.
func (b *backend) spread(room, prefix string) crowd {
	b.t.Helper()
	var c crowd
	for c.on() < processes {
		if len(c) == 200 { // which chance brings about in none of 10^30 runs
			b.t.Fatal("the kernel gives no connections to some edge process")
		}
		c = append(c, b.place(room, fmt.Sprintf("%s-%d", prefix, len(c))))
	}
	return c
}

// on returns how many edge processes hold one of the crowd.
func (c crowd) on() int {
	seen := map[int]bool{}
	for _, v := range c {
		seen[v.process] = true
	}
	return len(seen)
}

// first returns one of the crowd on each edge process.
func (c crowd) first() (first [processes]placed) {
	for _, v := range c {
		if first[v.process].viewer == nil {
			first[v.process] = v
		}
	}
	return first
}

// get returns the next frame of all, which must be the same bytes for each.
func (c crowd) get() frame {
	c[0].t.Helper()
	f := c[0].next()
	for _, v := range c[1:] {
		if g := v.next(); g.raw != f.raw {
			v.t.Fatalf("one on edge-%d got\n%s\none on edge-%d got\n%s", c[0].process+1, f.raw, v.process+1, g.raw)
		}
	}
	return f
}

// quiet fails the test when one of the crowd has got something more.
func (c crowd) quiet() {
	c[0].t.Helper()
	for _, v := range c {
		if f, err := v.tryNext(0); err == nil {
			v.t.Errorf("one on edge-%d got something more: %s", v.process+1, f.raw)
		}
	}
}

// What is sent on any process, or by the backend, reaches the members on all of them, the sender included, with the same
// bytes and in one order.
func TestProcessesShareARoom(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	ctx := context.Background()
	room := b.busyRoom()
	all := b.spread(room, "u")
	elsewhere := b.spread(b.busyRoom(), "u")
	id := "abcdefghijkl"
	for i, v := range all.first() {
		who := fmt.Sprint("edge-", i+1)
		v.send("Action", "SEND_MESSAGE", "RequestId", who, "Content", content, "Attributes", map[string]string{"from": who})
		if f := all.get(); f.Type != "MESSAGE" || f.RequestID != who || f.Content != content || f.Attributes["from"] != who {
			t.Errorf("got %s for a message of one on %s", f.raw, who)
		}
		v.send("Action", "DELETE_MESSAGE", "RequestId", who, "Id", id, "Reason", who)
		if f := all.get(); f.EventName != "aws:DELETE_MESSAGE" || f.RequestID != who || f.Attributes["MessageID"] != id || f.Attributes["Reason"] != who {
			t.Errorf("got %s for a deletion of one on %s", f.raw, who)
		}
		// An error reaches only the one who made it.
		v.send("Action", "SEND_MESSAGE", "RequestId", "long", "Content", strings.Repeat("x", 501))
		v.fails("long", 400)
	}
	event, err := b.SendEvent(ctx, &ivschat.SendEventInput{RoomIdentifier: &room, EventName: aws.String("app:EVENT"), Attributes: map[string]string{"k": "v"}})
	if err != nil {
		t.Fatal(err)
	}
	if f := all.get(); f.EventName != "app:EVENT" || f.ID != *event.Id || f.Attributes["k"] != "v" {
		t.Errorf("got %s for an event of the backend", f.raw)
	}
	deletion, err := b.DeleteMessage(ctx, &ivschat.DeleteMessageInput{RoomIdentifier: &room, Id: &id, Reason: aws.String("spam")})
	if err != nil {
		t.Fatal(err)
	}
	if f := all.get(); f.EventName != "aws:DELETE_MESSAGE" || f.ID != *deletion.Id || f.Attributes["Reason"] != "spam" {
		t.Errorf("got %s for a deletion of the backend", f.raw)
	}
	all.quiet()
	elsewhere.quiet()
}

// A user who is disconnected loses the connections on all processes, each behind the event; everybody else stays.
func TestDisconnectUserOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	room := b.busyRoom()
	others := b.spread(room, "u")
	for _, c := range []struct {
		name, requestID string
		kick            func(reason string)
	}{
		{"by the backend", "", func(reason string) {
			user := "victim"
			if _, err := b.DisconnectUser(context.Background(), &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &user, Reason: &reason}); err != nil {
				t.Fatal(err)
			}
		}},
		{"by one on edge-1", "r", func(reason string) {
			others.first()[0].send("Action", "DISCONNECT_USER", "RequestId", "r", "UserId", "victim", "Reason", reason)
		}},
		{"by one on edge-2", "r", func(reason string) {
			others.first()[1].send("Action", "DISCONNECT_USER", "RequestId", "r", "UserId", "victim", "Reason", reason)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := b.in(t)
			var victims crowd
			for victims.on() < processes {
				victims = append(victims, b.place(room, "victim"))
			}
			c.kick("rude")
			f := append(victims, others...).get()
			if f.EventName != "aws:DISCONNECT_USER" || f.RequestID != c.requestID || f.Attributes["UserId"] != "victim" || f.Attributes["Reason"] != "rude" {
				t.Errorf("got %s", f.raw)
			}
			for _, v := range victims {
				if closed := v.closes(1000); closed.Reason != "rude" {
					t.Errorf("one on edge-%d was closed with %v", v.process+1, closed)
				}
			}
		})
	}
	for _, v := range others.first() {
		v.say("still here")
		if f := others.get(); f.Content != "still here" {
			t.Errorf("got %s", f.raw)
		}
	}
	others.quiet()
	if got := s.overProcesses(t)[`throng_connection_closes_total{reason="user_disconnected"}`]; got < 3*processes {
		t.Errorf("%v connections count as disconnected", got)
	}
}
