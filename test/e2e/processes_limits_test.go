//go:build linux

package e2e

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// race opens a connection for each token, all at the same moment: every request but its last byte is there before.
func (b *backend) race(tokens ...string) (conns []*rawws.Conn, errs []error) {
	b.t.Helper()
	conns, errs = make([]*rawws.Conn, len(tokens)), make([]error, len(tokens))
	for i, token := range tokens {
		conn, err := rawws.Dial(b.s.Edge)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(2 * patience))
		request := rawws.Request(b.s.Edge, token)
		if _, err := io.WriteString(conn, request[:len(request)-1]); err != nil {
			b.t.Fatal(err)
		}
		conns[i] = conn
	}
	var wg sync.WaitGroup
	for i, conn := range conns {
		wg.Go(func() {
			_, errs[i] = io.WriteString(conn, "\n")
			if errs[i] == nil {
				errs[i] = conn.ReadUpgrade(tokens[i])
			}
			if errs[i] != nil {
				_ = conn.Close()
			}
		})
	}
	wg.Wait()
	return conns, errs
}

// A token admits one connection, on whatever processes those that present it arrive.
func TestTokenAdmitsOneOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	room := b.room(nil)
	const rounds, tries = 40, 12
	for range rounds {
		tokens := make([]string, tries)
		tokens[0] = b.token(room, "u")
		for i := range tokens {
			tokens[i] = tokens[0]
		}
		conns, errs := b.race(tokens...)
		admitted := 0
		for i, err := range errs {
			if err == nil {
				admitted++
			} else {
				checkRefusal(t, err, 401)
			}
			_ = conns[i].Close()
		}
		if admitted != 1 {
			t.Errorf("a token admitted %d connections", admitted)
		}
	}
	for i, n := range s.perProcess(t, "throng_connects_total") {
		if n == 0 { // the chance is 10^-7
			t.Errorf("edge-%d has admitted nobody", i+1)
		}
	}
	if n := s.overProcesses(t)[`throng_handshake_refusals_total{reason="token_used"}`]; n != rounds*(tries-1) {
		t.Errorf("%v handshakes count as refused for their token, want %d", n, rounds*(tries-1))
	}
}

// fill opens connections one by one until the quota refuses one. It returns them and the token that was refused.
func (b *backend) fill(room string) (conns []*rawws.Conn, refused string) {
	b.t.Helper()
	for {
		token := b.token(room, "filler")
		conn, err := rawws.Open(b.s.Edge, token)
		if err != nil {
			checkRefusal(b.t, err, 429)
			return conns, token
		}
		b.t.Cleanup(func() { _ = conn.Close() })
		conns = append(conns, conn)
	}
}

// members returns how many connections all processes show.
func (s *server) members(t *testing.T) int {
	t.Helper()
	return int(s.overProcesses(t)["throng_concurrent_chat_connections"])
}

// sockets returns how many sockets all processes hold. One that is not among them has given its place back.
func (s *server) sockets(t *testing.T) int {
	t.Helper()
	return int(s.overProcesses(t)["throng_sockets"])
}

// The quota of connections is one for all processes: a rush never gets more in, all places can be had, and those of
// connections that end are free again.
func TestConnectionQuotaOverProcesses(t *testing.T) {
	t.Parallel()
	const quota, rush = 9, 40
	s := serveProcesses(t, fmt.Sprint("THRONG_QUOTAS_CONNECTIONS=", quota))
	b := s.backend()
	room := b.room(nil)
	for range 5 {
		conns, errs := b.race(s.tokens(room, "rush", rush)...)
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else {
				checkRefusal(t, err, 429)
			}
		}
		if in == 0 || in > quota {
			t.Errorf("%d of a rush are in, the quota is %d", in, quota)
		}
		more, late := b.fill(room) // two that race for the last place may both have been refused it
		if in+len(more) != quota {
			t.Errorf("%d connections fill a quota of %d", in+len(more), quota)
		}
		// The token that was refused gets in when one has left.
		for i, err := range errs {
			if err == nil {
				_ = conns[i].Close()
				break
			}
		}
		eventually(t, "the place of one who left is free", func() error {
			conn, err := rawws.Open(s.Edge, late)
			if err != nil {
				checkRefusal(t, err, 429)
				return err
			}
			more = append(more, conn)
			return nil
		})
		for _, conn := range append(conns, more...) {
			_ = conn.Close()
		}
		eventually(t, "all have left", func() error {
			if n := s.sockets(t); n != 0 {
				return fmt.Errorf("%d sockets are left", n)
			}
			return nil
		})
	}
}

// insist has users send messages as fast as refusals allow, for at least the given time, one message of each on its way
// at a time. It returns how many went through and how long it took from before the first was sent until after the last
// was answered.
func (c crowd) insist(atLeast time.Duration) (through int, took time.Duration) {
	c[0].t.Helper()
	const retry = 20 * time.Millisecond // well below what counts as a flood, and well above a connection's own limit
	var sent atomic.Int64
	var wg sync.WaitGroup
	from := time.Now()
	for i, v := range c {
		wg.Go(func() {
			tick := time.NewTicker(retry)
			defer tick.Stop()
			for n := 0; time.Since(from) < atLeast; n++ {
				id := fmt.Sprintf("%d/%d", i, n)
				if err := v.trySend("Action", "SEND_MESSAGE", "RequestId", id, "Content", "insist"); err != nil {
					v.t.Errorf("cannot send: %v", err)
					return
				}
				f, err := v.answer(id)
				switch {
				case err != nil:
					v.t.Errorf("no answer: %v", err)
					return
				case f.Type == "MESSAGE":
					sent.Add(1)
				case f.ErrorCode != 429:
					v.t.Errorf("got %s", f.raw)
				}
				<-tick.C
			}
		})
	}
	wg.Wait()
	return int(sent.Load()), time.Since(from)
}

// answer passes over what others cause until the answer to a request arrives.
func (v *viewer) answer(requestID string) (frame, error) {
	for {
		f, err := v.tryNext(patience)
		if err != nil || f.RequestID == requestID {
			return f, err
		}
	}
}

// A room's rate holds for the senders on all processes together. What one process lets through the others learn of a
// moment later, so there may be as much more as is on its way then: a message of each sender. It is owed, so that it does
// not add up.
func TestRoomRateOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	const rate = 20
	room := b.room(func(in *ivschat.CreateRoomInput) { in.MaximumMessageRatePerSecond = aws.Int32(rate) })
	senders := b.spread(room, "u")
	for len(senders) < 12 {
		senders = append(senders, b.place(room, fmt.Sprint("more-", len(senders))))
	}
	through, took := senders.insist(6 * time.Second)
	most := rate + int(rate*took.Seconds()) + 1 + len(senders)
	if through < rate || through > most {
		t.Errorf("%d messages went through in %v, want %d to %d", through, took, rate, most)
	}
}

// The account's rates hold for all rooms on all processes, exactly.
func TestAccountRateOverProcesses(t *testing.T) {
	t.Parallel()
	const rate = 20
	s := serveProcesses(t, fmt.Sprint("THRONG_QUOTAS_SEND_MESSAGE=", rate))
	b := s.backend()
	senders := b.spread(b.busyRoom(), "a")
	senders = append(senders, b.spread(b.busyRoom(), "b")...)
	through, took := senders.insist(4 * time.Second)
	most := rate + int(rate*took.Seconds()) + 1
	if through < rate || through > most {
		t.Errorf("%d messages went through in %v, want %d to %d", through, took, rate, most)
	}
}

// Deletions on all processes and those of the backend draw on the same quota.
func TestDeletionRateOverProcesses(t *testing.T) {
	t.Parallel()
	const rate, each = 5, 8
	s := serveProcesses(t, fmt.Sprint("THRONG_QUOTAS_DELETE_MESSAGE=", rate))
	b := s.backend()
	room, id := b.busyRoom(), "abcdefghijkl"
	moderators := b.spread(room, "u").first()
	var done atomic.Int64
	var wg sync.WaitGroup
	from := time.Now()
	for _, v := range moderators {
		wg.Go(func() {
			for n := range each {
				request := fmt.Sprintf("%d/%d", v.process, n)
				if err := v.trySend("Action", "DELETE_MESSAGE", "RequestId", request, "Id", id); err != nil {
					t.Errorf("cannot send: %v", err)
					return
				}
				f, err := v.answer(request)
				switch {
				case err != nil:
					t.Errorf("no answer: %v", err)
					return
				case f.Type == "EVENT":
					done.Add(1)
				case f.ErrorCode != 429:
					t.Errorf("got %s", f.raw)
				}
			}
		})
	}
	wg.Go(func() {
		for range each {
			_, err := b.DeleteMessage(context.Background(), &ivschat.DeleteMessageInput{RoomIdentifier: &room, Id: &id})
			switch {
			case err == nil:
				done.Add(1)
			case !throttled(err):
				t.Errorf("DeleteMessage: %v", err)
			}
		}
	})
	wg.Wait()
	took := time.Since(from)
	if most := rate + int(rate*took.Seconds()) + 1; int(done.Load()) < rate || int(done.Load()) > most {
		t.Errorf("%d deletions went through in %v, want %d to %d", done.Load(), took, rate, most)
	}
}

// untilAll asks every one of the crowd until each has got the answer that check wants. They ask at a pace that no limit
// of a connection minds.
func (c crowd) untilAll(what string, ask func(v placed) frame, check func(frame) error) {
	c[0].t.Helper()
	for _, v := range c.first() {
		tick := time.NewTicker(pace)
		eventually(v.t, fmt.Sprintf("%s on edge-%d", what, v.process+1), func() error {
			<-tick.C
			f := ask(v)
			if err := check(f); err != nil {
				return fmt.Errorf("got %s: %w", f.raw, err)
			}
			return nil
		})
		tick.Stop()
	}
}

// A room's new limits apply to the members on all processes, and so does its end.
func TestRoomChangesOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	ctx := context.Background()
	room := b.busyRoom()
	all := b.spread(room, "u")
	number := 0
	say := func(content string) func(placed) frame {
		return func(v placed) frame {
			number++
			id := fmt.Sprint(number)
			v.send("Action", "SEND_MESSAGE", "RequestId", id, "Content", content)
			f, err := v.answer(id)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	code := func(want int) func(frame) error {
		return func(f frame) error {
			if f.ErrorCode != want {
				return fmt.Errorf("error %d, want %d", f.ErrorCode, want)
			}
			return nil
		}
	}
	all.untilAll("a message of six characters", say("123456"), code(0))
	if _, err := b.UpdateRoom(ctx, &ivschat.UpdateRoomInput{Identifier: &room, MaximumMessageLength: aws.Int32(5)}); err != nil {
		t.Fatal(err)
	}
	all.untilAll("the new length is exceeded", say("123456"), code(400))
	all.untilAll("the new length is kept", say("12345"), code(0))
	if _, err := b.UpdateRoom(ctx, &ivschat.UpdateRoomInput{Identifier: &room, MaximumMessageRatePerSecond: aws.Int32(1)}); err != nil {
		t.Fatal(err)
	}
	all.untilAll("the new rate is exceeded", say("12345"), code(429))

	var late []string
	for range 12 {
		late = append(late, b.token(room, "late"))
	}
	b.deleteRoom(room)
	all.untilAll("the room is gone", say("12345"), code(404))
	_, errs := b.race(late...)
	for _, err := range errs {
		checkRefusal(t, err, 404)
	}
}
