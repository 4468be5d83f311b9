//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// ended reads until the connection has ended, and returns the names of the events that came and how it ended.
func ended(conn *rawws.Conn) (names []string, end error) {
	_ = conn.SetDeadline(time.Now().Add(patience))
	next := eventName(conn)
	for {
		name, err := next()
		if err != nil {
			return names, err
		}
		names = append(names, name)
	}
}

// checkDropped fails the test unless end is that of a connection that was dropped: without a close frame, which would
// keep the chat SDK from connecting again.
func checkDropped(t *testing.T, end error) {
	t.Helper()
	var closed *rawws.CloseError
	if errors.As(end, &closed) || errors.Is(end, os.ErrDeadlineExceeded) {
		t.Errorf("the connection ended with %v, want it to be dropped", end)
	}
}

// Members that take nothing are dropped when edge.stall_timeout is over, and not before. Meanwhile nobody waits for
// them: each message takes far less than that time.
func TestStalledReaders(t *testing.T) {
	t.Parallel()
	const stall = 6 * time.Second
	s := serve(t, "THRONG_EDGE_STALL_TIMEOUT="+stall.String())
	b := s.backend()
	room := b.busyRoom()
	quick := b.join(room, "quick")
	var slow []*rawws.Conn
	for i := range 20 {
		slow = append(slow, b.openSlow(b.token(room, fmt.Sprint("slow-", i))))
	}
	const events = 60
	from := time.Now()
	b.large(room, 0, events)
	quick.numbers(events - 1)
	eventually(t, "all are behind", func() error {
		if n := s.samples(t)["throng_lagging_connections"]; n != float64(len(slow)) {
			return fmt.Errorf("%v are", n)
		}
		return nil
	})
	tick := time.NewTicker(pace)
	defer tick.Stop()
	longest := time.Duration(0)
	for n := 0; s.closes(t)["stalled"] == 0; n++ {
		sent := time.Now()
		quick.say(fmt.Sprint(n))
		quick.hears(fmt.Sprint(n))
		longest = max(longest, time.Since(sent))
		if time.Since(from) > patience {
			t.Fatal("no stalled member is dropped")
		}
		<-tick.C
	}
	if took := time.Since(from); took < stall {
		t.Errorf("a member was dropped after %v, which is before its time", took)
	}
	if longest > stall/2 {
		t.Errorf("a message took %v beside stalled members", longest)
	}
	eventually(t, "all are dropped", func() error {
		if got := s.closes(t); got["stalled"] != float64(len(slow)) {
			return fmt.Errorf("closes by reason are %v", got)
		}
		return nil
	})
	for _, conn := range slow {
		_, end := ended(conn)
		checkDropped(t, end)
	}
}

// With edge.laggards "close" a member that would miss something is dropped instead, and misses nothing before.
func TestLaggardsAreClosed(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_LAGGARDS=close", "THRONG_EDGE_FANOUT_HISTORY_BYTES=64KiB")
	b := s.backend()
	room := b.busyRoom()
	slow := b.openSlow(b.token(room, "slow"))
	quick := b.join(room, "quick")
	const events = 150
	b.large(room, 0, events)
	quick.numbers(events - 1)
	names, end := ended(slow)
	checkDropped(t, end)
	for i, name := range names {
		if name != fmt.Sprint(i) {
			t.Fatalf("event %s came when %d was next", name, i)
		}
	}
	if len(names) >= events {
		t.Errorf("it got all %d events", len(names))
	}
	eventually(t, "it counts as passed by", func() error {
		if got := s.closes(t); got["passed_by"] != 1 {
			return fmt.Errorf("closes by reason are %v", got)
		}
		return nil
	})
	if n := s.samples(t)["throng_skipped_deliveries_total"]; n != 0 {
		t.Errorf("%v deliveries count as skipped", n)
	}
	quick.say("undisturbed")
	quick.hears("undisturbed")
}

// A member that is behind gets the answer to its own message, or is dropped when that is lost: never does it go on
// without. The chat SDK would wait for the answer for ever.
func TestOwnEchoIsNeverSkipped(t *testing.T) {
	t.Parallel()
	for _, processes := range []string{"1", "3"} {
		t.Run("in "+processes+" processes", func(t *testing.T) {
			t.Parallel()
			s := serve(t, "THRONG_EDGE_FANOUT_HISTORY_BYTES=64KiB", "THRONG_EDGE_PROCESSES="+processes)
			b := s.backend()
			room := b.busyRoom()
			slow := b.openSlow(b.token(room, "slow", everything...))
			quick := b.join(room, "quick")
			const before, after = 60, 90
			b.large(room, 0, before) // what it does not take
			quick.numbers(before - 1)
			if err := slow.Send(rawws.TextFrame(`{"Action":"SEND_MESSAGE","RequestId":"mine","Content":"mine"}`)); err != nil {
				t.Fatal(err)
			}
			quick.hears("mine")
			b.large(room, before, after) // what passes it by
			quick.numbers(before + after - 1)

			_ = slow.SetDeadline(time.Now().Add(patience))
			for {
				text, err := slow.ReadText()
				if err != nil {
					checkDropped(t, err)
					break
				}
				f, err := parseFrame(text)
				if err != nil {
					t.Fatal(err)
				}
				if f.EventName == fmt.Sprint(before+after-1) {
					t.Fatal("it went on without the answer to its message")
				}
			}
			eventually(t, "it counts as passed by", func() error {
				got := s.samples(t)
				n := got[`throng_connection_closes_total{reason="passed_by"}`]
				for name, value := range s.overProcesses(t) {
					if name == `throng_connection_closes_total{reason="passed_by"}` {
						n += value
					}
				}
				if n != 1 {
					return fmt.Errorf("%v do", n)
				}
				return nil
			})
		})
	}
}

// released builds throng as it is released: the race detector multiplies the memory that a process takes.
func released(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "throng")
	if out, err := exec.Command("go", "build", "-o", path, "../../cmd/throng").CombinedOutput(); err != nil {
		t.Fatalf("cannot build cmd/throng: %v\n%s", err, out)
	}
	return path
}

// resident returns the resident memory of the server, in bytes.
func (s *server) resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("no VmRSS in %s", text)
	}
	kib, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// inKernel returns the memory that the kernel holds for the server's connections, in bytes: what it has received for
// them, is to send, and has set aside.
func (s *server) inKernel(t *testing.T) (connections, bytes int) {
	t.Helper()
	_, port, _ := strings.Cut(s.Edge, ":")
	out, err := exec.Command("ss", "-Htmn", "state", "established", "sport", "=", ":"+port).Output()
	if err != nil {
		t.Fatalf("ss: %v", err)
	}
	for _, m := range regexp.MustCompile(`skmem:\(r(\d+),rb\d+,t(\d+),tb\d+,f(\d+),w(\d+),`).FindAllSubmatch(out, -1) {
		connections++
		for _, field := range m[1:] {
			n, err := strconv.Atoi(string(field))
			if err != nil {
				t.Fatal(err)
			}
			bytes += n
		}
	}
	return connections, bytes
}

// What members that take nothing cost is bounded, however much is sent: in the process, and in the kernel.
func TestMemoryOfStalledReaders(t *testing.T) {
	t.Parallel()
	const readers, events = 500, 400
	const inProcess, inKernel = 64 << 10, 256 << 10 // of each
	s := newServer(t)
	s.binary = released(t)
	s.start()
	b := s.backend()
	room := b.busyRoom()
	quick := b.join(room, "quick")
	before := s.resident(t)
	for _, token := range s.tokens(room, "slow", readers) {
		b.openSlow(token)
	}
	for n := 0; n < events; n += 50 {
		b.large(room, n, 50)
		quick.numbers(n + 49)
	}
	if n := s.samples(t)["throng_lagging_connections"]; n != readers {
		t.Errorf("%v members are behind, want %d", n, readers)
	}
	if grown := s.resident(t) - before; grown > readers*inProcess {
		t.Errorf("the process has grown by %d KiB for each stalled member", grown/readers>>10)
	} else {
		t.Logf("in the process: %d KiB for each", grown/readers>>10)
	}
	connections, held := s.inKernel(t)
	if connections != readers+1 || held > readers*inKernel {
		t.Errorf("the kernel holds %d KiB for each of %d connections", held/readers>>10, connections)
	} else {
		t.Logf("in the kernel: %d KiB for each", held/readers>>10)
	}
	event := &ivschat.SendEventInput{RoomIdentifier: &room, EventName: aws.String("last")}
	if _, err := b.SendEvent(context.Background(), event); err != nil {
		t.Fatal(err)
	}
	if f := quick.next(); f.EventName != "last" {
		t.Errorf("got %s", f.raw)
	}
}
