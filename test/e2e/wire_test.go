package e2e

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
	"github.com/aws/aws-sdk-go-v2/service/ivschat/types"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// Patterns of what the server makes up itself.
const (
	anID   = `"[a-zA-Z0-9]{12}"`
	aTime  = `"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"`
	byUser = `"Sender":{"UserId":"u","Attributes":{}}`
)

// looks fails the test unless the frame is pattern, byte by byte; <id> and <time> stand for an identifier and a time.
func (f frame) looks(t *testing.T, pattern string) {
	t.Helper()
	p := regexp.QuoteMeta(pattern)
	p = strings.NewReplacer("<id>", anID, "<time>", aTime).Replace(p)
	if !regexp.MustCompile(`^` + p + `$`).MatchString(f.raw) {
		t.Errorf("got  %s\nwant %s", f.raw, pattern)
	}
}

// The frames have the keys, the order of keys and the values that the service was seen to send (protocol.md section
// 4.3), whatever the case of the request's keys.
func TestFramesOnTheWire(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	v := b.join(b.busyRoom(), "u")

	for _, c := range []struct{ name, request, answer string }{
		{
			"as the chat SDK sends", `{"Action":"SEND_MESSAGE","RequestId":"r1","Content":"Hi","Attributes":{"a":"b"}}`,
			`{"Type":"MESSAGE","Id":<id>,"RequestId":"r1","Attributes":{"a":"b"},"Content":"Hi","SendTime":<time>,` + byUser + `}`,
		},
		{
			"as the demos of 2022 send", `{"action":"SEND_MESSAGE","content":"Hi","attributes":{"message_type":"MESSAGE"},"id":"e8c7"}`,
			`{"Type":"MESSAGE","Id":<id>,"RequestId":"","Attributes":{"message_type":"MESSAGE"},"Content":"Hi","SendTime":<time>,` + byUser + `}`,
		},
		{
			"a deletion in lower case", `{"action":"DELETE_MESSAGE","requestId":"r2","id":"abcDEF123456","reason":"spam"}`,
			`{"Type":"EVENT","Id":<id>,"RequestId":"r2","EventName":"aws:DELETE_MESSAGE",` +
				`"Attributes":{"MessageID":"abcDEF123456","MessageId":"abcDEF123456","Reason":"spam"},"SendTime":<time>}`,
		},
		{
			"a deletion without a reason", `{"Action":"DELETE_MESSAGE","Id":"abcDEF123456"}`,
			`{"Type":"EVENT","Id":<id>,"RequestId":"","EventName":"aws:DELETE_MESSAGE",` +
				`"Attributes":{"MessageID":"abcDEF123456","MessageId":"abcDEF123456"},"SendTime":<time>}`,
		},
		{
			"a disconnect of nobody, in lower case", `{"action":"DISCONNECT_USER","userId":"nobody","reason":"rude"}`,
			`{"Type":"EVENT","Id":<id>,"RequestId":"","EventName":"aws:DISCONNECT_USER",` +
				`"Attributes":{"Reason":"rude","UserId":"nobody"},"SendTime":<time>}`,
		},
		{
			"keys in capitals", `{"ACTION":"SEND_MESSAGE","CONTENT":"Hi"}`,
			`{"Type":"MESSAGE","Id":<id>,"RequestId":"","Attributes":null,"Content":"Hi","SendTime":<time>,` + byUser + `}`,
		},
		{
			"null for what is optional", `{"Action":"SEND_MESSAGE","Content":"Hi","Attributes":null,"RequestId":null}`,
			`{"Type":"MESSAGE","Id":<id>,"RequestId":"","Attributes":null,"Content":"Hi","SendTime":<time>,` + byUser + `}`,
		},
		{
			"white space around the content", `{"Action":"SEND_MESSAGE","Content":" Hi\n"}`,
			`{"Type":"MESSAGE","Id":<id>,"RequestId":"","Attributes":null,"Content":" Hi\n","SendTime":<time>,` + byUser + `}`,
		},
		{
			"characters that break naive code", `{"Action":"SEND_MESSAGE","Content":"</script>&\u2028\"\\ \ud83d\ude00"}`,
			`{"Type":"MESSAGE","Id":<id>,"RequestId":"","Attributes":null,"Content":"</script>&` + "\u2028" + `\"\\ 😀","SendTime":<time>,` + byUser + `}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := v.conn.Send(rawws.TextFrame(c.request)); err != nil {
				t.Fatal(err)
			}
			v.next().looks(t, c.answer)
		})
	}
}

// A sender's attributes are those of the token, in every message.
func TestSenderAttributes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	out, err := b.CreateChatToken(context.Background(), &ivschat.CreateChatTokenInput{
		RoomIdentifier: &room, UserId: aws.String("ü€😀"), Capabilities: everything[:1],
		Attributes: map[string]string{"username": "Ümit", "avatar": "https://example.com/?a=1&b=2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	v := b.connect(*out.Token)
	for range 2 {
		v.say("hi")
		f := v.hears("hi")
		if f.Sender.UserID != "ü€😀" || f.Sender.Attributes["username"] != "Ümit" ||
			f.Sender.Attributes["avatar"] != "https://example.com/?a=1&b=2" || len(f.Sender.Attributes) != 2 {
			t.Errorf("got %s", f.raw)
		}
	}
}

// Each thing that can be wrong with a request has its error, which names the request, and the session goes on.
func TestRequestErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name, request string
		code          int
		id            string // RequestId of the error
		text          string // the whole ErrorMessage, when clients compare it
	}{
		{"no JSON", content, 400, "", ""},
		{"nothing", ``, 400, "", ""},
		{"JSON cut short", `{"Action":"SEND_MESSAGE","RequestId":"cut","Content":"x"`, 400, "", ""},
		{"an array", `[]`, 400, "", ""},
		{"a number", `1`, 400, "", ""},
		{"null", `null`, 400, "", ""},
		{"two objects", `{"Action":"SEND_MESSAGE","Content":"x"}{}`, 400, "", ""},
		{"depth", strings.Repeat(`[`, 10_000), 400, "", ""},
		{"no action", `{"RequestId":"r","Content":"` + content + `"}`, 400, "r", ""},
		{"an unknown action", `{"Action":"SHOUT","RequestId":"r","Content":"` + content + `"}`, 400, "r", ""},
		{"an action in lower case", `{"Action":"send_message","RequestId":"r","Content":"` + content + `"}`, 400, "r", ""},
		{"content that is a number", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":1}`, 400, "r", ""},
		{"no content", `{"Action":"SEND_MESSAGE","RequestId":"r"}`, 400, "r", ""},
		{"empty content", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":""}`, 400, "r", ""},
		{"content of white space", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":" \t\n"}`, 400, "r", ""},
		{"content too long", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":"` + long(501) + `"}`, 400, "r", "Message exceeds maximum length"},
		{"an attribute that is a number", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":"` + content + `","Attributes":{"a":1}}`, 400, "r", ""},
		{"an attribute that is null", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":"` + content + `","Attributes":{"a":null}}`, 400, "r", ""},
		{"attributes that are a string", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":"` + content + `","Attributes":"a"}`, 400, "r", ""},
		{"attributes too large", `{"Action":"SEND_MESSAGE","RequestId":"r","Content":"` + content + `","Attributes":{"a":"` + long(1024) + `"}}`, 413, "r", ""},
		{"a request id too large", `{"Action":"SEND_MESSAGE","RequestId":"` + long(1000) + `","Content":"x"}`, 413, "", ""},
		{"no message id", `{"Action":"DELETE_MESSAGE","RequestId":"r"}`, 400, "r", ""},
		{"a message id of 13 characters", `{"Action":"DELETE_MESSAGE","RequestId":"r","Id":"abcdefghijklm"}`, 400, "r", ""},
		{"a reason too long", `{"Action":"DELETE_MESSAGE","RequestId":"r","Id":"abcdefghijkl","Reason":"` + content + long(257) + `"}`, 413, "r", ""},
		{"no user", `{"Action":"DISCONNECT_USER","RequestId":"r"}`, 400, "r", ""},
		{"a user id too long", `{"Action":"DISCONNECT_USER","RequestId":"r","UserId":"` + long(129) + `"}`, 413, "r", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := b.in(t).join(room, "u")
			if err := v.conn.Send(rawws.TextFrame(c.request)); err != nil {
				t.Fatal(err)
			}
			f := v.next()
			if f.RequestID == "cut" { // readable or not: both are right
				f.RequestID = ""
			}
			if f.Type != "ERROR" || f.ErrorCode != c.code || f.RequestID != c.id || f.ErrorMessage == "" {
				t.Errorf("got %s, want error %d for request %q", f.raw, c.code, c.id)
			}
			if c.text != "" {
				f.looks(t, fmt.Sprintf(`{"ErrorCode":%d,"ErrorMessage":%q,"Id":<id>,"RequestId":%q,"Type":"ERROR"}`, c.code, c.text, c.id))
			}
			v.say("still here")
			v.hears("still here")
			v.leave()
		})
	}
}

// Half a surrogate, which JSON can write and UTF-8 cannot, never gets out as it came in: browsers would drop the
// connection.
func TestHalfSurrogates(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	v := b.join(room, "u")
	if err := v.conn.Send(rawws.TextFrame(`{"Action":"SEND_MESSAGE","Content":"\ud800x","Attributes":{"\udc00":"\ud83d"}}`)); err != nil {
		t.Fatal(err)
	}
	if f := v.next(); f.Content != "\ufffdx" && f.ErrorCode != 400 {
		t.Errorf("got %s", f.raw)
	}
	res, err := probe.Do(s.signed(t, "POST", "/SendEvent", `{"roomIdentifier":"`+room+`","eventName":"\ud800x"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode == 200 {
		if f := v.next(); f.EventName != "\ufffdx" {
			t.Errorf("got %s", f.raw)
		}
	} else if res.StatusCode != 400 {
		t.Errorf("got status %d", res.StatusCode)
	}
}

// Limits count characters, and attributes count bytes, up to exactly the limit.
func TestLargestRequests(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	v := b.join(b.busyRoom(), "u")
	content := strings.Repeat("😀", 500)
	v.send("Action", "SEND_MESSAGE", "RequestId", strings.Repeat("r", 128), "Content", " "+content+" ",
		"Attributes", map[string]string{"key": strings.Repeat("é", 510) + "x"})
	if f := v.next(); f.Content != " "+content+" " || len(f.RequestID) != 128 || len(f.Attributes["key"]) != 1021 {
		t.Errorf("got %.300s", f.raw)
	}
	v.send("Action", "DELETE_MESSAGE", "Id", "abcdefghijkl", "Reason", strings.Repeat("é", 256))
	if f := v.next(); f.Attributes["Reason"] != strings.Repeat("é", 256) {
		t.Errorf("got %.300s", f.raw)
	}
	v.send("Action", "DISCONNECT_USER", "UserId", strings.Repeat("é", 128))
	if f := v.next(); f.Attributes["UserId"] != strings.Repeat("é", 128) {
		t.Errorf("got %.300s", f.raw)
	}
}

// A token without a capability is refused the action before anything else about the request is looked at.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	actions := map[types.ChatTokenCapability][]any{
		types.ChatTokenCapabilitySendMessage:    {"Content", strings.Repeat("x", 501)},
		types.ChatTokenCapabilityDeleteMessage:  {"Id", "wrong"},
		types.ChatTokenCapabilityDisconnectUser: {"UserId", ""},
	}
	for have := range 8 {
		var capabilities []types.ChatTokenCapability
		for i, c := range everything {
			if have&(1<<i) != 0 {
				capabilities = append(capabilities, c)
			}
		}
		v := b.connect(b.token(room, "u", capabilities...))
		for i, c := range everything {
			v.send(append([]any{"Action", string(c), "RequestId", string(c)}, actions[c]...)...)
			if have&(1<<i) != 0 {
				v.fails(string(c), 400)
				continue
			}
			if f := v.fails(string(c), 403); !strings.Contains(f.ErrorMessage, "Forbidden") {
				t.Errorf("with %v: got %s", capabilities, f.raw)
			}
		}
		v.leave()
	}
}
