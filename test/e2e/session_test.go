package e2e

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// A session that has lasted its time is told so with an ERROR frame, which makes SDKs reconnect, and then closed with
// the same in the reason (protocol.md section 11, no. 4).
func TestSessionEnd(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	b.chat(room)
	short := s.throng("token", "--dev", "--data-dir", s.dataDir, "--room", room, "--user", "short",
		"--capabilities", "SEND_MESSAGE", "--session-minutes", "0.05", "--attributes", `{"k":"v"}`)
	from := time.Now()
	v := b.connect(short)
	v.say("hello")
	var last frame
	for ended := false; !ended; ended = last.Type == "ERROR" {
		last = v.next()
		if last.Content == "hello" && last.Sender.Attributes["k"] != "v" {
			t.Errorf("got %s", last.raw)
		}
	}
	if lasted := time.Since(from); lasted < 2*time.Second || lasted > 20*time.Second {
		t.Errorf("a session of 3s lasted %v", lasted)
	}
	if last.ErrorCode != 401 || last.RequestID != "" || len(last.ID) != 12 {
		t.Errorf("got %s", last.raw)
	}
	closed := v.closes(1000)
	var reason struct {
		ErrorCode    int
		ErrorMessage string
	}
	if err := json.Unmarshal([]byte(closed.Reason), &reason); err != nil || reason.ErrorCode != 401 || reason.ErrorMessage != last.ErrorMessage {
		t.Errorf("closed with the reason %q", closed.Reason)
	}
}

// A client that is gone without a word is dropped after it let two pings pass; one that answers stays.
func TestSilentClients(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_PING_INTERVAL=500ms")
	b := s.backend()
	room := b.room(nil)
	answering := b.join(room, "answering")
	silent, err := rawws.Open(s.Edge, b.token(room, "silent"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_ = silent.SetDeadline(time.Now().Add(patience))
	f, err := silent.ReadFrame()
	if err != nil || f.Opcode != rawws.Ping {
		t.Fatalf("got opcode %d, %v, want a ping", f.Opcode, err)
	}
	if err := silent.ReadEnd(); err != nil {
		t.Fatal(err)
	}
	answering.say("still here")
	answering.hears("still here")
}

// Deleting a room leaves those in it connected but mute; nobody new gets in (protocol.md sections 4.6 and 11, no. 19).
func TestRoomDeleted(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	v := b.join(room, "u")
	late := b.token(room, "late")
	b.deleteRoom(room)
	for _, request := range [][]any{
		{"Action", "SEND_MESSAGE", "RequestId", "r", "Content", "anyone?"},
		{"Action", "DELETE_MESSAGE", "RequestId", "r", "Id", "abcdefghijkl"},
		{"Action", "DISCONNECT_USER", "RequestId", "r", "UserId", "late"},
	} {
		v.send(request...)
		v.fails("r", 404)
	}
	_, err := rawws.Open(s.Edge, late)
	checkRefusal(t, err, 404)
	v.leave()
}

// UpdateRoom applies to those who are connected already.
func TestRoomUpdated(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	v := b.join(room, "u")
	update := func(length, rate int32) {
		if _, err := b.UpdateRoom(context.Background(), &ivschat.UpdateRoomInput{
			Identifier: &room, MaximumMessageLength: aws.Int32(length), MaximumMessageRatePerSecond: aws.Int32(rate),
		}); err != nil {
			t.Fatal(err)
		}
	}
	update(5, 100)
	v.say("123456")
	if f := v.fails("123456", 400); f.ErrorMessage != "Message exceeds maximum length" {
		t.Errorf("got %s", f.raw)
	}
	v.say("12345")
	v.hears("12345")
	update(500, 1)
	v.say("one")
	v.say("two")
	// The first may be one too many already: there was a message just before.
	refused := 0
	for range 2 {
		if f := v.next(); f.ErrorCode == 429 && f.ErrorMessage == "rate limit exceeded" {
			refused++
		}
	}
	if refused == 0 {
		t.Error("two messages at once went through in a room of one a second")
	}
}
