package e2e

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
	"github.com/aws/aws-sdk-go-v2/service/ivschat/types"
	"github.com/aws/smithy-go"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// throttled reports whether err asks to come back later.
func throttled(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ThrottlingException"
}

// What the server acknowledged is there after it was killed at any moment: rooms that were created, with their last
// update, and no room that was deleted.
func TestKill(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ctx := context.Background()
	alive := map[string]string{} // ARN to name, of every room that must exist
	gone := map[string]bool{}    // ARNs of rooms that must not exist
	unknown := map[string]bool{} // ARNs of rooms whose last change was not answered

	const rounds, workers = 4, 4
	for round := range rounds {
		s.start()
		b := s.backend()
		checkRooms(t, b, alive, gone)
		if t.Failed() {
			return
		}

		var mu sync.Mutex
		var wg sync.WaitGroup
		acknowledged := 0
		enough := make(chan struct{})
		for w := range workers {
			wg.Go(func() {
				for n := 0; ; n++ {
					name := fmt.Sprintf("room-%d-%d-%d", round, w, n)
					out, err := b.CreateRoom(ctx, &ivschat.CreateRoomInput{Name: &name})
					if throttled(err) {
						continue
					} else if err != nil {
						return // killed
					}
					arn := *out.Arn
					mu.Lock()
					alive[arn] = name
					if acknowledged++; acknowledged == 12+5*round {
						close(enough)
					}
					mu.Unlock()
					// Half of the rooms are changed or deleted as well.
					switch n % 4 {
					case 1:
						renamed := name + "-renamed"
						_, err = b.UpdateRoom(ctx, &ivschat.UpdateRoomInput{Identifier: &arn, Name: &renamed})
						mu.Lock()
						if alive[arn] = renamed; err != nil {
							delete(alive, arn)
							unknown[arn] = true
						}
						mu.Unlock()
					case 3:
						_, err = b.DeleteRoom(ctx, &ivschat.DeleteRoomInput{Identifier: &arn})
						mu.Lock()
						delete(alive, arn)
						if gone[arn] = true; err != nil {
							delete(gone, arn)
							unknown[arn] = true
						}
						mu.Unlock()
					}
				}
			})
		}
		<-enough
		s.kill()
		wg.Wait()
	}
	s.start()
	b := s.backend()
	checkRooms(t, b, alive, gone)
	if len(alive) < rounds*workers || len(gone) == 0 {
		t.Errorf("only %d rooms were created and %d deleted", len(alive), len(gone))
	}
	t.Logf("%d rooms alive, %d gone, %d undecided", len(alive), len(gone), len(unknown))
}

func checkRooms(t *testing.T, b *backend, alive map[string]string, gone map[string]bool) {
	t.Helper()
	listed := map[string]string{}
	var next *string
	for {
		out, err := b.ListRooms(context.Background(), &ivschat.ListRoomsInput{NextToken: next})
		if throttled(err) {
			continue
		} else if err != nil {
			t.Fatalf("ListRooms: %v", err)
		}
		for _, r := range out.Rooms {
			listed[*r.Arn] = aws.ToString(r.Name)
		}
		if next = out.NextToken; next == nil {
			break
		}
	}
	for arn, name := range alive {
		if got, ok := listed[arn]; !ok || got != name {
			t.Errorf("room %s was acknowledged with the name %q; after the restart it is there: %v, with the name %q", arn, name, ok, got)
		}
	}
	for arn := range gone {
		if _, ok := listed[arn]; ok {
			t.Errorf("room %s was deleted, and is there after the restart", arn)
		}
	}
}

// After a restart rooms and keys are the same. A token issued before counts as used, since nobody remembers whether it
// was.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(func(in *ivschat.CreateRoomInput) {
		in.Name, in.MaximumMessageLength, in.MaximumMessageRatePerSecond = aws.String("lasting"), aws.Int32(3), aws.Int32(7)
		in.Tags = map[string]string{"k": "v"}
		in.MessageReviewHandler = &types.MessageReviewHandler{
			Uri: aws.String("arn:aws:lambda:us-west-2:123456789012:function:review"), FallbackResult: types.FallbackResultDeny,
		}
	})
	before, err := b.GetRoom(context.Background(), &ivschat.GetRoomInput{Identifier: &room})
	if err != nil {
		t.Fatal(err)
	}
	unused, used := b.token(room, "unused"), b.token(room, "used")
	b.connect(used)
	s.stop()
	s.start()
	b = s.backend()
	for _, token := range []string{unused, used} {
		_, err := rawws.Open(s.Edge, token)
		checkRefusal(t, err, 401)
	}
	after, err := b.GetRoom(context.Background(), &ivschat.GetRoomInput{Identifier: &room})
	if err != nil {
		t.Fatal(err)
	}
	if *after.Name != "lasting" || *after.MaximumMessageLength != 3 || *after.MaximumMessageRatePerSecond != 7 ||
		after.Tags["k"] != "v" || *after.MessageReviewHandler.Uri != *before.MessageReviewHandler.Uri ||
		after.MessageReviewHandler.FallbackResult != types.FallbackResultDeny ||
		!after.CreateTime.Equal(*before.CreateTime) || !after.UpdateTime.Equal(*before.UpdateTime) {
		t.Errorf("got %+v, want %+v", after, before)
	}
	v := b.join(room, "u")
	v.send("Action", "SEND_MESSAGE", "RequestId", "r", "Content", "1234")
	v.fails("r", 400)
}

// A data folder belongs to one process, and a second one says so.
func TestDataFolderInUse(t *testing.T) {
	t.Parallel()
	s := serve(t)
	second := exec.Command(binary, s.args...)
	second.Env = s.env
	out, err := second.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use by another throng") {
		t.Errorf("a second process on the data folder ended with %v and said:\n%s", err, out)
	}
	b := s.backend()
	b.join(b.room(nil), "u").leave()
}
