package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
	"github.com/aws/aws-sdk-go-v2/service/ivschat/types"
)

// backend is the application's server side: what calls the control plane.
type backend struct {
	t *testing.T
	s *server
	*ivschat.Client
}

// backend returns a client of the server's control plane with the credentials of --dev. It does not retry.
func (s *server) backend() *backend { return &backend{s.t, s, s.ivschat(func(*ivschat.Options) {})} }

// in returns b for use by a subtest.
func (b *backend) in(t *testing.T) *backend { return &backend{t, b.s, b.Client} }

func (s *server) ivschat(change func(*ivschat.Options)) *ivschat.Client {
	o := ivschat.Options{
		BaseEndpoint: aws.String(s.apiURL()),
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(devKey, devSecret, ""),
		Retryer:      aws.NopRetryer{},
		HTTPClient:   &http.Client{Timeout: patience},
	}
	change(&o)
	return ivschat.New(o)
}

// room creates a room and returns its ARN.
func (b *backend) room(change func(*ivschat.CreateRoomInput)) string {
	b.t.Helper()
	in := &ivschat.CreateRoomInput{}
	if change != nil {
		change(in)
	}
	out, err := b.CreateRoom(context.Background(), in)
	if err != nil {
		b.t.Fatalf("CreateRoom: %v", err)
	}
	return *out.Arn
}

// everything is all capabilities.
var everything = []types.ChatTokenCapability{
	types.ChatTokenCapabilitySendMessage, types.ChatTokenCapabilityDeleteMessage, types.ChatTokenCapabilityDisconnectUser,
}

// token creates a chat token.
func (b *backend) token(room, user string, capabilities ...types.ChatTokenCapability) string {
	b.t.Helper()
	out, err := b.CreateChatToken(context.Background(), &ivschat.CreateChatTokenInput{
		RoomIdentifier: &room, UserId: &user, Capabilities: capabilities,
	})
	if err != nil {
		b.t.Fatalf("CreateChatToken: %v", err)
	}
	b.s.neverLogged(sealedPart(*out.Token))
	return *out.Token
}

// sealedPart returns a piece of a chat token that must not be seen anywhere. The first 16 characters behind the dot
// are no secret: they are the token's id.
func sealedPart(token string) string {
	_, box, _ := strings.Cut(token, ".")
	return box[16:40]
}

// deleteRoom deletes a room.
func (b *backend) deleteRoom(room string) {
	b.t.Helper()
	if _, err := b.DeleteRoom(context.Background(), &ivschat.DeleteRoomInput{Identifier: &room}); err != nil {
		b.t.Fatalf("DeleteRoom: %v", err)
	}
}
