package chat

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/jsonx"
)

// at is a time that needs its zeros: the service was seen to cut them, ours always has nine digits.
var at = time.Date(2022, 12, 2, 8, 21, 20, 754_555_000, time.FixedZone("", 3600))

func senderOf(t *testing.T, userID string, attributes map[string]string) Sender {
	t.Helper()
	s, err := EncodeSender(userID, attributes)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFrames compares every frame that the server sends with those captured from the service (protocol.md section 4.3):
// the keys, their order, what is null, what is empty and what is left out.
func TestFrames(t *testing.T) {
	f := func(frame any, want string) {
		t.Helper()
		got, err := jsonx.Marshal(frame)
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
		if !json.Valid(got) {
			t.Errorf("not JSON: %s", got)
		}
	}
	const when = `"SendTime":"2022-12-02T07:21:20.754555000Z"`

	// A message without attributes has null, a sender without attributes has none.
	f(NewMessage("M2YcHkgffEvU", &Request{RequestID: "8fe6-e63c", Content: "Hi"}, at,
		senderOf(t, "x.55b2", map[string]string{"username": "x"})),
		`{"Type":"MESSAGE","Id":"M2YcHkgffEvU","RequestId":"8fe6-e63c","Attributes":null,"Content":"Hi",`+
			when+`,"Sender":{"UserId":"x.55b2","Attributes":{"username":"x"}}}`)
	f(NewMessage("WhO6MW6iRdS5", &Request{Content: "bbiab!", Attributes: map[string]string{"username": "g", "a": ""}}, at,
		senderOf(t, "7575", nil)),
		`{"Type":"MESSAGE","Id":"WhO6MW6iRdS5","RequestId":"","Attributes":{"a":"","username":"g"},"Content":"bbiab!",`+
			when+`,"Sender":{"UserId":"7575","Attributes":{}}}`)
	f(NewMessage("WhO6MW6iRdS5", &Request{Content: " <b>\u2028\"\n\x00", Attributes: map[string]string{}}, at,
		senderOf(t, `"<&>`, map[string]string{})),
		`{"Type":"MESSAGE","Id":"WhO6MW6iRdS5","RequestId":"","Attributes":{},"Content":" <b>`+"\u2028"+`\"\n\u0000",`+
			when+`,"Sender":{"UserId":"\"<&>","Attributes":{}}}`)

	f(NewDeleteEvent("IxTh2Ad9fZIr", "", "M2YcHkgffEvU", "Deleted by moderator", at),
		`{"Type":"EVENT","Id":"IxTh2Ad9fZIr","RequestId":"","EventName":"aws:DELETE_MESSAGE",`+
			`"Attributes":{"MessageID":"M2YcHkgffEvU","MessageId":"M2YcHkgffEvU","Reason":"Deleted by moderator"},`+when+`}`)
	// The SDK refuses a frame with "Reason":null, so there is none.
	f(NewDeleteEvent("IxTh2Ad9fZIr", "r", "M2YcHkgffEvU", "", at),
		`{"Type":"EVENT","Id":"IxTh2Ad9fZIr","RequestId":"r","EventName":"aws:DELETE_MESSAGE",`+
			`"Attributes":{"MessageID":"M2YcHkgffEvU","MessageId":"M2YcHkgffEvU"},`+when+`}`)
	f(NewDisconnectEvent("Z8Cd2OchZR9K", "", "a.7235", "Kicked by moderator", at),
		`{"Type":"EVENT","Id":"Z8Cd2OchZR9K","RequestId":"","EventName":"aws:DISCONNECT_USER",`+
			`"Attributes":{"Reason":"Kicked by moderator","UserId":"a.7235"},`+when+`}`)
	f(NewDisconnectEvent("Z8Cd2OchZR9K", "r", "a.7235", "", at),
		`{"Type":"EVENT","Id":"Z8Cd2OchZR9K","RequestId":"r","EventName":"aws:DISCONNECT_USER",`+
			`"Attributes":{"UserId":"a.7235"},`+when+`}`)
	f(NewEvent("Z8Cd2OchZR9K", "app:GOAL", map[string]string{"score": "1:0", "by": "7"}, at),
		`{"Type":"EVENT","Id":"Z8Cd2OchZR9K","RequestId":"","EventName":"app:GOAL",`+
			`"Attributes":{"by":"7","score":"1:0"},`+when+`}`)
	f(NewEvent("Z8Cd2OchZR9K", "app:GOAL", nil, at),
		`{"Type":"EVENT","Id":"Z8Cd2OchZR9K","RequestId":"","EventName":"app:GOAL","Attributes":{},`+when+`}`)

	f(NewError("IG5mcmlvdGlv", "497f-0001", ErrContentTooLong),
		`{"ErrorCode":400,"ErrorMessage":"Message exceeds maximum length","Id":"IG5mcmlvdGlv","RequestId":"497f-0001","Type":"ERROR"}`)
	f(NewError("IG5mcmlvdGlv", "", ErrRateLimited),
		`{"ErrorCode":429,"ErrorMessage":"rate limit exceeded","Id":"IG5mcmlvdGlv","RequestId":"","Type":"ERROR"}`)
	// What goes into a close reason and into the body of a refused handshake.
	f(ErrSessionExpired, `{"ErrorCode":401,"ErrorMessage":"Session has expired"}`)
}

func TestSenderIsEncodedOnce(t *testing.T) {
	attributes := map[string]string{"username": "x"}
	s := senderOf(t, "u", attributes)
	attributes["username"] = "changed"
	got, err := jsonx.Marshal(NewMessage("M2YcHkgffEvU", &Request{Content: "Hi"}, at, s))
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Sender json.RawMessage }
	if err := json.Unmarshal(got, &m); err != nil || string(m.Sender) != string(s) {
		t.Errorf("got sender %s, %v, want %s", m.Sender, err, s)
	}
}

func TestFormatTime(t *testing.T) {
	f := func(in time.Time, want string) {
		t.Helper()
		got := FormatTime(in)
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if back, err := time.Parse(time.RFC3339Nano, got); err != nil || !back.Equal(in) {
			t.Errorf("%s is read as %v, %v", got, back, err)
		}
	}
	f(time.Unix(0, 0), "1970-01-01T00:00:00.000000000Z")
	f(time.Unix(0, 1), "1970-01-01T00:00:00.000000001Z")
	f(time.Unix(1, 999_999_999), "1970-01-01T00:00:01.999999999Z")
	f(time.Date(2022, 12, 2, 0, 30, 0, 100, time.FixedZone("", 2*3600)), "2022-12-01T22:30:00.000000100Z")
	f(time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC), "2024-02-29T23:59:59.000000000Z")
}
