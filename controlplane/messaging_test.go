package controlplane

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/limit"
)

// join makes the fixture's edge receive what is published to a room.
func (f *fixture) join(room string) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := f.edge.Join(ctx, room); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) received(t testing.TB) bus.Envelope {
	t.Helper()
	select {
	case e := <-f.events:
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was published")
		return bus.Envelope{}
	}
}

func TestMessaging(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	f.join(id)
	check := func(e bus.Envelope, kind bus.Kind, action, payload, eventID string) {
		t.Helper()
		payload = strings.ReplaceAll(payload, "{ID}", eventID)
		if e.Kind != kind || e.Room != id || e.Action != action || string(e.Payload) != payload {
			t.Fatalf("got kind %d, room %s, action %s, %s\nwant %s", e.Kind, e.Room, e.Action, e.Payload, payload)
		}
	}

	a := f.call("SendEvent", object(t, "roomIdentifier", testARN(id), "eventName", "app:x", "attributes", map[string]string{"k": "<é>"}))
	event := a.field(t, "id")
	a.want(t, 200, `{"id":"{ID}"}`, event)
	if !chat.ValidID(event) {
		t.Fatalf("id %q", event)
	}
	check(f.received(t), bus.Event, "SEND_EVENT", `{"Type":"EVENT","Id":"{ID}","RequestId":"","EventName":"app:x",`+
		`"Attributes":{"k":"<é>"},"SendTime":"2026-03-04T05:06:07.089123456Z"}`, event)

	a = f.call("SendEvent", object(t, "roomIdentifier", id, "eventName", "app:y"))
	check(f.received(t), bus.Event, "SEND_EVENT", `{"Type":"EVENT","Id":"{ID}","RequestId":"","EventName":"app:y",`+
		`"Attributes":{},"SendTime":"2026-03-04T05:06:07.089123456Z"}`, a.field(t, "id"))

	a = f.call("DeleteMessage", object(t, "roomIdentifier", id, "id", "M2YcHkgffEvU", "reason", "rude"))
	event = a.field(t, "id")
	a.want(t, 200, `{"id":"{ID}"}`, event)
	if event == "M2YcHkgffEvU" {
		t.Fatal("the event has the id of the message: clients would ignore it")
	}
	check(f.received(t), bus.Event, "DELETE_MESSAGE", `{"Type":"EVENT","Id":"{ID}","RequestId":"","EventName":"aws:DELETE_MESSAGE",`+
		`"Attributes":{"MessageID":"M2YcHkgffEvU","MessageId":"M2YcHkgffEvU","Reason":"rude"},`+
		`"SendTime":"2026-03-04T05:06:07.089123456Z"}`, event)

	a = f.call("DeleteMessage", object(t, "roomIdentifier", id, "id", "M2YcHkgffEvU"))
	check(f.received(t), bus.Event, "DELETE_MESSAGE", `{"Type":"EVENT","Id":"{ID}","RequestId":"","EventName":"aws:DELETE_MESSAGE",`+
		`"Attributes":{"MessageID":"M2YcHkgffEvU","MessageId":"M2YcHkgffEvU"},`+
		`"SendTime":"2026-03-04T05:06:07.089123456Z"}`, a.field(t, "id"))

	a = f.call("DisconnectUser", object(t, "roomIdentifier", id, "userId", "bob", "reason", "spam"))
	a.want(t, 200, "", "")
	if len(a.header.Get("x-amzn-requestid")) != 36 || a.header.Get("Content-Type") != "" {
		t.Errorf("headers %v", a.header)
	}
	e := f.received(t)
	_, rest, _ := strings.Cut(string(e.Payload), `"Id":"`)
	check(e, bus.Disconnect, "DISCONNECT_USER", `{"Type":"EVENT","Id":"{ID}","RequestId":"","EventName":"aws:DISCONNECT_USER",`+
		`"Attributes":{"Reason":"spam","UserId":"bob"},"SendTime":"2026-03-04T05:06:07.089123456Z"}`, rest[:12])
	if e.UserID != "bob" || e.Reason != "spam" {
		t.Fatalf("got %+v", e)
	}

	for _, operation := range []string{"SendEvent", "DeleteMessage", "DisconnectUser"} {
		body := object(t, "roomIdentifier", testARN("zzzzzzzzzzzz"), "eventName", "e", "id", "M2YcHkgffEvU", "userId", "bob")
		f.call(operation, body).wantError(t, 404, codeNotFound)
	}
	select {
	case e := <-f.events:
		t.Fatalf("published %s", e.Payload)
	default:
	}
}

func TestMessagingLimits(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	required := map[string]string{
		"SendEvent": "eventName", "DeleteMessage": "id", "DisconnectUser": "userId",
	}
	limits := map[string][]limitCase{
		"SendEvent": {
			{"eventName", "", false, ""},
			{"eventName", strings.Repeat("é", 100), true, ""},
			{"eventName", strings.Repeat("é", 101), false, ""},
			{"eventName", "aws:DELETE_MESSAGE", false, ""},
			{"eventName", "aws", true, ""},
			{"attributes", map[string]string{}, true, ""},
			{"attributes", map[string]string{"k": strings.Repeat("x", 4095)}, true, ""},
			{"attributes", map[string]string{"k": strings.Repeat("x", 4096)}, false, ""},
			{"attributes", map[string]string{"k": strings.Repeat("\x01", 4095)}, true, ""},
			{"attributes", map[string]any{"k": nil}, false, ""},
			{"attributes", map[string]any{"k": 1}, false, ""},
		},
		"DeleteMessage": {
			{"id", "", false, ""},
			{"id", "M2YcHkgffEv", false, ""},
			{"id", "M2YcHkgffEvUx", false, ""},
			{"id", "M2YcHkgffE-U", false, ""},
			{"reason", "", false, ""},
			{"reason", strings.Repeat("é", 256), true, ""},
			{"reason", strings.Repeat("é", 257), false, ""},
			{"reason", nil, true, ""},
		},
		"DisconnectUser": {
			{"userId", "", false, ""},
			{"userId", strings.Repeat("\U0001F600", 128), true, ""},
			{"userId", strings.Repeat("é", 129), false, ""},
			{"reason", "", false, ""},
			{"reason", strings.Repeat("\U0001F600", 256), true, ""},
			{"reason", strings.Repeat("é", 257), false, ""},
		},
	}
	for operation, cases := range limits {
		f.call(operation, `{}`).wantInvalid(t, "roomIdentifier", required[operation])
		for _, c := range cases {
			body := map[string]any{"eventName": "e", "id": "M2YcHkgffEvU", "userId": "bob"}
			members := []any{"roomIdentifier", id}
			for k, v := range body {
				members = append(members, k, v)
			}
			c.check(t, f.call(operation, object(t, append(members, c.member, c.value)...)))
		}
	}
}

func TestThrottling(t *testing.T) {
	f := start(t, func(o *options) {
		o.config.SendEventRate = 1
		o.rates = limit.AccountRates{SendMessage: 1, DeleteMessage: 1, DisconnectUser: 1}
	})
	id := f.makeRoom(`{}`)
	body := object(t, "roomIdentifier", id, "eventName", "e", "id", "M2YcHkgffEvU", "userId", "bob")
	for _, operation := range []string{"SendEvent", "DeleteMessage", "DisconnectUser"} {
		// A request that is not valid costs nothing.
		f.call(operation, `{}`)
		if a := f.call(operation, body); a.status != 200 {
			t.Fatalf("%s: %d %s", operation, a.status, a.body)
		}
		// The bucket fills again while a slow machine is at it.
		a := f.call(operation, body)
		for tries := 0; a.status == 200 && tries < 100; tries++ {
			a = f.call(operation, body)
		}
		a.want(t, 429, `{"__type":"ThrottlingException","message":"Rate exceeded: the quota is 1 requests a second",`+
			`"resourceId":"{ID}","resourceType":"ROOM","limit":1}`, id)
		a.wantError(t, 429, codeThrottling)
		if a.header.Get("Retry-After") != "1" {
			t.Errorf("headers %v", a.header)
		}
	}
	// The messaging quotas are the account's, which the data plane charges as well.
	for tries := 0; f.account.DeleteMessage.Take(limit.Now()); tries++ {
		if tries == 100 {
			t.Fatal("the account's quota does not end")
		}
	}
	f.call("DeleteMessage", body).wantError(t, 429, codeThrottling)
}

// While there is no connection to the bus, nothing is accepted: an event that nobody gets must not look like one that
// was sent.
func TestBusFailure(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	f.nc.Close()
	a := f.call("SendEvent", object(t, "roomIdentifier", id, "eventName", "e"))
	a.want(t, 503, `{"__type":"ServiceUnavailable","message":"The service is unavailable. Please try again."}`, "")
	a.wantError(t, 503, codeUnavailable)
}
