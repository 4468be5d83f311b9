package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
)

// A moderator and the backend can do the same, and it looks the same to a room, except that what the backend did has
// no RequestId.
func TestModeration(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	ctx := context.Background()
	room := b.busyRoom()
	moderator, reader := b.join(room, "moderator"), b.join(room, "reader")
	both := []*viewer{moderator, reader}

	reader.say("bad words")
	message := reader.hears("bad words")
	moderator.hears("bad words")

	t.Run("delete by a moderator", func(t *testing.T) {
		moderator.send("Action", "DELETE_MESSAGE", "RequestId", "r", "Id", message.ID, "Reason", "spam")
		for _, v := range both {
			v.next().looks(t, `{"Type":"EVENT","Id":<id>,"RequestId":"r","EventName":"aws:DELETE_MESSAGE","Attributes":{"MessageID":"`+
				message.ID+`","MessageId":"`+message.ID+`","Reason":"spam"},"SendTime":<time>}`)
		}
	})
	t.Run("delete by the backend", func(t *testing.T) {
		out, err := b.DeleteMessage(ctx, &ivschat.DeleteMessageInput{RoomIdentifier: &room, Id: &message.ID, Reason: aws.String("spam")})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range both {
			f := v.next()
			f.looks(t, `{"Type":"EVENT","Id":<id>,"RequestId":"","EventName":"aws:DELETE_MESSAGE","Attributes":{"MessageID":"`+
				message.ID+`","MessageId":"`+message.ID+`","Reason":"spam"},"SendTime":<time>}`)
			if f.ID != *out.Id {
				t.Errorf("the event has Id %s, the call was answered with %s", f.ID, *out.Id)
			}
		}
	})
	t.Run("event of the backend", func(t *testing.T) {
		out, err := b.SendEvent(ctx, &ivschat.SendEventInput{
			RoomIdentifier: &room, EventName: aws.String("app:RAISE_HAND"), Attributes: map[string]string{"who": "ü", "a": "<b>&"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range both {
			f := v.next()
			f.looks(t, `{"Type":"EVENT","Id":<id>,"RequestId":"","EventName":"app:RAISE_HAND","Attributes":{"a":"<b>&","who":"ü"},"SendTime":<time>}`)
			if f.ID != *out.Id {
				t.Errorf("the event has Id %s, the call was answered with %s", f.ID, *out.Id)
			}
		}
	})

	// Two connections of the victim, both of which have to go.
	for _, c := range []struct {
		name, reason, requestID string
		kick                    func(user, reason string)
	}{
		{"disconnect by a moderator", "", "r", func(user, _ string) {
			moderator.send("Action", "DISCONNECT_USER", "RequestId", "r", "UserId", user)
		}},
		{"disconnect by a moderator, with a reason", "Kicked by moderator", "r", func(user, reason string) {
			moderator.send("Action", "DISCONNECT_USER", "RequestId", "r", "UserId", user, "Reason", reason)
		}},
		{"disconnect by the backend", "Kicked by moderator", "", func(user, reason string) {
			if _, err := b.DisconnectUser(ctx, &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &user, Reason: &reason}); err != nil {
				t.Errorf("DisconnectUser: %v", err)
			}
		}},
		{"disconnect with a reason longer than a close frame", strings.Repeat("é", 200), "", func(user, reason string) {
			if _, err := b.DisconnectUser(ctx, &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &user, Reason: &reason}); err != nil {
				t.Errorf("DisconnectUser: %v", err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := b.in(t)
			victims := []*viewer{b.join(room, "victim"), b.join(room, "victim")}
			c.kick("victim", c.reason)
			attributes := `{"UserId":"victim"}`
			if c.reason != "" {
				attributes = `{"Reason":"` + c.reason + `","UserId":"victim"}`
			}
			for _, v := range append(victims, both...) {
				v.next().looks(t, `{"Type":"EVENT","Id":<id>,"RequestId":"`+c.requestID+
					`","EventName":"aws:DISCONNECT_USER","Attributes":`+attributes+`,"SendTime":<time>}`)
			}
			want := c.reason
			if len(want) > 123 {
				want = want[:122] // 61 characters of two bytes
			}
			for _, v := range victims {
				if closed := v.closes(1000); closed.Reason != want {
					t.Errorf("closed with the reason %q, want %q", closed.Reason, want)
				}
			}
			back := b.join(room, "victim") // a disconnect is no ban
			back.leave()
		})
	}

	t.Run("a moderator who disconnects herself", func(t *testing.T) {
		v := b.in(t).join(room, "herself")
		v.send("Action", "DISCONNECT_USER", "RequestId", "r", "UserId", "herself", "Reason", "enough")
		if f := v.next(); f.EventName != "aws:DISCONNECT_USER" || f.RequestID != "r" {
			t.Errorf("got %s", f.raw)
		}
		if closed := v.closes(1000); closed.Reason != "enough" {
			t.Errorf("got %v", closed)
		}
		for _, v := range both {
			if f := v.next(); f.EventName != "aws:DISCONNECT_USER" || f.Attributes["UserId"] != "herself" {
				t.Errorf("got %s", f.raw)
			}
		}
	})
	t.Run("another room hears nothing", func(t *testing.T) {
		b := b.in(t)
		elsewhere := b.busyRoom()
		namesake := b.join(elsewhere, "reader")
		moderator.send("Action", "DISCONNECT_USER", "UserId", "reader")
		for _, v := range both {
			v.next()
		}
		reader.closes(1000)
		namesake.say("undisturbed")
		namesake.hears("undisturbed")
	})
}
