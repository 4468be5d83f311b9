package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
	"github.com/aws/aws-sdk-go-v2/service/ivschat/types"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// Users come, talk and go in every way there is, all at once, while rooms change and vanish under them. Whoever stays
// long enough hears itself, a healthy pair is not disturbed, and the server's books are right in the end.
func TestChurn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	healthy := b.busyRoom()
	b.chat(healthy)
	rooms := []string{healthy, b.busyRoom(), b.busyRoom()}
	const workers, rounds = 12, 25
	ctx := context.Background()

	visit := func(r *rand.Rand, user string) error {
		room := rooms[r.IntN(len(rooms))]
		out, err := b.CreateChatToken(ctx, &ivschat.CreateChatTokenInput{RoomIdentifier: &room, UserId: &user, Capabilities: everything})
		if err != nil {
			return fmt.Errorf("CreateChatToken: %w", err)
		}
		conn, err := rawws.Open(s.Edge, *out.Token)
		if err != nil {
			return fmt.Errorf("cannot connect: %w", err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		if r.IntN(5) == 0 {
			return conn.Reset()
		}
		if err := conn.Send(rawws.TextFrame(`{"Action":"DELETE_MESSAGE","Id":"abcdefghijkl","RequestId":"` + user + `"}`)); err != nil {
			return err
		}
		for {
			f, err := readFrame(conn)
			if err != nil {
				return fmt.Errorf("before the own event: %w", err)
			}
			if f.RequestID == user {
				break
			}
		}
		switch r.IntN(5) {
		case 0:
			return conn.Reset()
		case 1:
			return conn.Close()
		case 2: // a frame that is cut short
			_, err := conn.Write(rawws.TextFrame(hello).Bytes()[:9])
			return err
		case 3:
			if _, err := b.DisconnectUser(ctx, &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &user}); err != nil && !throttled(err) {
				return fmt.Errorf("DisconnectUser: %w", err)
			} else if err != nil {
				return nil
			}
		default:
			if err := conn.Send(rawws.CloseFrame(1000, "")); err != nil {
				return err
			}
		}
		for {
			_, err := readFrame(conn)
			var closed *rawws.CloseError
			if errors.As(err, &closed) {
				if closed.Code != 1000 {
					return closed
				}
				return nil
			} else if err != nil {
				return fmt.Errorf("before the close frame: %w", err)
			}
		}
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for n := range rounds {
				if err := visit(r, fmt.Sprintf("u%d-%d", w, n)); err != nil {
					t.Errorf("visitor %d-%d: %v", w, n, err)
				}
			}
		})
	}
	wg.Go(func() {
		for n := range 40 {
			if _, err := b.UpdateRoom(ctx, &ivschat.UpdateRoomInput{
				Identifier: &healthy, MaximumMessageLength: aws.Int32(int32(400 + n)),
			}); err != nil {
				t.Errorf("UpdateRoom: %v", err)
			}
			gone := b.busyRoom()
			v := b.join(gone, "u")
			b.deleteRoom(gone)
			v.leave()
		}
	})
	wg.Wait()
}

// readFrame returns the next frame of the messaging API.
func readFrame(conn *rawws.Conn) (frame, error) {
	text, err := conn.ReadText()
	if err != nil {
		return frame{}, err
	}
	return parseFrame(text)
}

// A storm of connections, as after a restart, is served to the last.
func TestConnectionStorm(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	const storm = 500
	tokens := s.tokens(room, "storm", storm)
	conns := make([]*rawws.Conn, storm)
	var wg sync.WaitGroup
	for i, token := range tokens {
		wg.Go(func() {
			conn, err := rawws.Open(s.Edge, token)
			if err != nil {
				t.Errorf("connection %d: %v", i, err)
				return
			}
			conns[i] = conn
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	b.large(room, 0, 1)
	for i, conn := range conns {
		_ = conn.SetDeadline(time.Now().Add(patience))
		if name, err := eventName(conn)(); err != nil || name != "0" {
			t.Fatalf("connection %d got %q, %v", i, name, err)
		}
		_ = conn.Close()
	}
}

// Two backends that change different members of a room at the same time both succeed.
func TestConcurrentUpdates(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	ctx := context.Background()
	var wg sync.WaitGroup
	for _, change := range []func(n int32, in *ivschat.UpdateRoomInput){
		func(n int32, in *ivschat.UpdateRoomInput) { in.Name = aws.String(fmt.Sprint("name-", n)) },
		func(n int32, in *ivschat.UpdateRoomInput) { in.MaximumMessageLength = aws.Int32(100 + n) },
		func(n int32, in *ivschat.UpdateRoomInput) { in.MaximumMessageRatePerSecond = aws.Int32(1 + n) },
	} {
		wg.Go(func() {
			for n := range int32(30) {
				in := &ivschat.UpdateRoomInput{Identifier: &room}
				change(n, in)
				if _, err := b.UpdateRoom(ctx, in); err != nil {
					t.Errorf("UpdateRoom: %v", err)
				}
			}
		})
	}
	wg.Wait()
	out, err := b.GetRoom(ctx, &ivschat.GetRoomInput{Identifier: &room})
	if err != nil {
		t.Fatal(err)
	}
	if *out.Name != "name-29" || *out.MaximumMessageLength != 129 || *out.MaximumMessageRatePerSecond != 30 {
		t.Errorf("got %s, %d, %d", *out.Name, *out.MaximumMessageLength, *out.MaximumMessageRatePerSecond)
	}
}

// Of several backends that delete a room at the same time one succeeds, and the others are told that it is gone.
func TestConcurrentDeletes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	for range 20 {
		room := b.room(nil)
		const tries = 6
		results := make(chan error)
		for range tries {
			go func() {
				_, err := b.DeleteRoom(context.Background(), &ivschat.DeleteRoomInput{Identifier: &room})
				results <- err
			}()
		}
		deleted := 0
		for range tries {
			err := <-results
			var notFound *types.ResourceNotFoundException
			switch {
			case err == nil:
				deleted++
			case !errors.As(err, &notFound):
				t.Errorf("DeleteRoom: %v", err)
			}
		}
		if deleted != 1 {
			t.Errorf("%d calls deleted the same room", deleted)
		}
	}
}
