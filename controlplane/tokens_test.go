package controlplane

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/token"
)

func TestCreateChatToken(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)

	a := f.call("CreateChatToken", object(t, "roomIdentifier", testARN(id), "userId", "ann"))
	sealed := a.field(t, "token")
	a.want(t, 200, `{"token":"`+sealed+`","tokenExpirationTime":"2026-03-04T05:07:07.089Z",`+
		`"sessionExpirationTime":"2026-03-04T06:06:07.089Z"}`, "")
	claims, err := f.ring.Open([]byte(sealed), f.clock())
	if err != nil {
		t.Fatal(err)
	}
	if claims.RoomID != id || claims.UserID != "ann" || claims.Capabilities != 0 || len(claims.Attributes) != 0 {
		t.Fatalf("got %+v", claims)
	}

	a = f.call("CreateChatToken", object(t, "roomIdentifier", id, "userId", "é", "sessionDurationInMinutes", 180,
		"capabilities", []string{"DELETE_MESSAGE", "SEND_MESSAGE", "SEND_MESSAGE"}, "attributes", map[string]string{"a": "ü"}))
	claims, err = f.ring.Open([]byte(a.field(t, "token")), f.clock())
	if err != nil {
		t.Fatal(err)
	}
	if claims.Capabilities != chat.CanSendMessage|chat.CanDeleteMessage || claims.UserID != "é" ||
		!maps.Equal(claims.Attributes, map[string]string{"a": "ü"}) ||
		claims.SessionEndsAt.Sub(claims.IssuedAt) != 3*time.Hour || claims.ExpiresAt.Sub(claims.IssuedAt) != time.Minute {
		t.Fatalf("got %+v", claims)
	}
	if got := a.field(t, "sessionExpirationTime"); got != "2026-03-04T08:06:07.089Z" {
		t.Fatalf("session ends at %s", got)
	}

	f.call("CreateChatToken", object(t, "roomIdentifier", testARN("zzzzzzzzzzzz"), "userId", "ann")).wantError(t, 404, codeNotFound)
	if strings.Contains(f.log.String(), sealed) {
		t.Error("a token is in the log")
	}
}

func TestCreateChatTokenLimits(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	f.call("CreateChatToken", `{}`).wantInvalid(t, "roomIdentifier", "userId")
	for _, c := range []limitCase{
		{"userId", "", false, ""},
		{"userId", 11231234, false, ""}, // as an example of the user guide has it
		{"userId", strings.Repeat("é", 128), true, ""},
		{"userId", strings.Repeat("é", 129), false, ""},
		{"userId", "\U0001F600 \n\"\\", true, ""},
		{"sessionDurationInMinutes", 0, false, ""},
		{"sessionDurationInMinutes", 1, true, ""},
		{"sessionDurationInMinutes", 180, true, ""},
		{"sessionDurationInMinutes", 181, false, ""},
		{"capabilities", []string{}, true, ""},
		{"capabilities", []string{"DISCONNECT_USER"}, true, ""},
		{"capabilities", []string{"VIEW_MESSAGE"}, false, ""},
		{"capabilities", []string{"send_message"}, false, ""},
		{"capabilities", []any{nil}, false, ""},
		{"capabilities", "SEND_MESSAGE", false, ""},
		{"attributes", map[string]string{}, true, ""},
		{"attributes", map[string]string{"k": strings.Repeat("x", 1023)}, true, ""},
		{"attributes", map[string]string{"k": strings.Repeat("x", 1024)}, false, ""},
		{"attributes", map[string]string{"é": strings.Repeat("é", 511)}, true, ""},
		{"attributes", map[string]string{"é": strings.Repeat("é", 512)}, false, ""},
		{"attributes", map[string]any{"k": nil}, false, ""},
		{"attributes", map[string]any{"k": map[string]string{}}, false, ""},
	} {
		body := object(t, "roomIdentifier", id, "userId", "ann", c.member, c.value)
		c.check(t, f.call("CreateChatToken", body))
	}
}

// The largest token there can be passes as one line of the head of the edge's handshake, 8 KB, with room to spare.
func TestLargestTokenFits(t *testing.T) {
	f := start(t, func(o *options) {
		key := token.GenerateKey()
		key.ID = "abcdefgh"
		ring, err := token.NewRing([]token.Key{key})
		if err != nil {
			t.Fatal(err)
		}
		o.sealer = ring
		o.config.TokenTTL = 24 * time.Hour
	})
	id := f.makeRoom(`{}`)
	// What grows in the token is bytes; and, in attributes, their number, since each takes a length of its own.
	attributes, size := map[string]string{}, 0
	for r := 'a'; size+4 <= 1024; r++ {
		for _, suffix := range []string{"", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
			if k := string(r) + suffix; size+len(k) <= 1024 {
				attributes[k] = ""
				size += len(k)
			}
		}
	}
	if chat.AttributesSize(attributes) < 1020 {
		t.Fatalf("attributes of %d bytes are not the largest", chat.AttributesSize(attributes))
	}
	for _, attributes := range []map[string]string{attributes, {"k": strings.Repeat("x", 1023)}} {
		a := f.call("CreateChatToken", object(t, "roomIdentifier", id, "userId", strings.Repeat("\U0001F600", 128),
			"capabilities", []string{"SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"},
			"sessionDurationInMinutes", 180, "attributes", attributes))
		sealed := a.field(t, "token")
		if a.status != 200 || len(sealed) > token.MaxSize || len(sealed) > 8<<10-1024 {
			t.Fatalf("%d, token of %d bytes", a.status, len(sealed))
		}
		t.Logf("%d attributes: %d bytes", len(attributes), len(sealed))
	}
}

type brokenSealer struct{}

func (brokenSealer) Seal(token.Claims) (string, error) { return "", errors.New("no key") }

func TestSealerFailure(t *testing.T) {
	f := start(t, func(o *options) { o.sealer = brokenSealer{} })
	id := f.makeRoom(`{}`)
	a := f.call("CreateChatToken", object(t, "roomIdentifier", id, "userId", "ann"))
	a.want(t, 500, `{"__type":"InternalServerException","message":"Internal server error"}`, "")
	if line := f.log.lines(); !strings.Contains(line[len(line)-1], `"cause":"no key"`) {
		t.Fatalf("the cause is not in the log: %s", line)
	}
}
