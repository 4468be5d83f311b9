package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/store"
)

const lambda = "arn:aws:lambda:us-west-2:123456789012:function:review"

func TestRoomLife(t *testing.T) {
	f := start(t)

	// a room with nothing set has the defaults
	a := f.call("CreateRoom", `{}`)
	id := a.field(t, "id")
	a.want(t, 200, `{"arn":"arn:aws:ivschat:us-west-2:123456789012:room/{ID}","id":"{ID}","name":"",`+
		`"createTime":"2026-03-04T05:06:07.089Z","updateTime":"2026-03-04T05:06:07.089Z",`+
		`"maximumMessageRatePerSecond":10,"maximumMessageLength":500,"tags":{}}`, id)
	if a.header.Get("Content-Type") != "application/json" || len(a.header.Get("x-amzn-requestid")) != 36 ||
		a.header.Get("Server") != "" || a.header.Get("x-amzn-errortype") != "" {
		t.Errorf("headers %v", a.header)
	}

	// one with everything
	a = f.call("CreateRoom", object(t, "name", "Room_1-a", "maximumMessageRatePerSecond", 100, "maximumMessageLength", 1,
		"messageReviewHandler", map[string]string{"uri": lambda, "fallbackResult": "DENY"},
		"tags", map[string]string{"k": "v", "": "x"}))
	a.wantInvalid(t, "tags")
	a = f.call("CreateRoom", object(t, "name", "Room_1-a", "maximumMessageRatePerSecond", 100, "maximumMessageLength", 1,
		"messageReviewHandler", map[string]string{"uri": lambda, "fallbackResult": "DENY"},
		"tags", map[string]string{"k": "v", "é": ""}, "loggingConfigurationIdentifiers", []string{}))
	id = a.field(t, "id")
	full := `{"arn":"arn:aws:ivschat:us-west-2:123456789012:room/{ID}","id":"{ID}","name":"Room_1-a",` +
		`"createTime":"2026-03-04T05:06:07.089Z","updateTime":"2026-03-04T05:06:07.089Z",` +
		`"maximumMessageRatePerSecond":100,"maximumMessageLength":1,` +
		`"messageReviewHandler":{"uri":"` + lambda + `","fallbackResult":"DENY"},"tags":{"k":"v","é":""}}`
	a.want(t, 200, full, id)

	// by ARN, and by bare id
	f.call("GetRoom", object(t, "identifier", testARN(id))).want(t, 200, full, id)
	f.call("GetRoom", object(t, "identifier", id)).want(t, 200, full, id)

	// an update changes what it names, and the update time
	f.advance(time.Second)
	updated := strings.NewReplacer(`"updateTime":"2026-03-04T05:06:07.089Z"`, `"updateTime":"2026-03-04T05:06:08.089Z"`,
		`"maximumMessageLength":1`, `"maximumMessageLength":200`).Replace(full)
	f.call("UpdateRoom", object(t, "identifier", testARN(id), "maximumMessageLength", 200)).want(t, 200, updated, id)
	f.call("GetRoom", object(t, "identifier", id)).want(t, 200, updated, id)

	// deleted is gone
	a = f.call("DeleteRoom", object(t, "identifier", testARN(id)))
	a.want(t, 204, "", "")
	if a.header.Get("Content-Type") != "" || len(a.header.Get("x-amzn-requestid")) != 36 {
		t.Errorf("headers %v", a.header)
	}
	gone := `{"__type":"ResourceNotFoundException","message":"Room {ID} does not exist","resourceId":"{ID}","resourceType":"ROOM"}`
	for _, operation := range []string{"GetRoom", "UpdateRoom", "DeleteRoom"} {
		a := f.call(operation, object(t, "identifier", testARN(id)))
		a.want(t, 404, gone, id)
		a.wantError(t, 404, codeNotFound)
	}
}

// limitCase is a value of one member at its limit, or one beyond.
type limitCase struct {
	member string
	value  any
	ok     bool
	// bad is what the answer names when the value is not ok and the name is not member's.
	bad string
}

// roomLimits are the constraints on what CreateRoom and UpdateRoom share.
func roomLimits() []limitCase {
	handler := func(uri, fallback any) map[string]any {
		m := map[string]any{}
		if uri != nil {
			m["uri"] = uri
		}
		if fallback != nil {
			m["fallbackResult"] = fallback
		}
		return m
	}
	uri := lambda + strings.Repeat("x", maxHandlerURILength-len(lambda))
	const h = "messageReviewHandler"
	return []limitCase{
		{"name", "", true, ""},
		{"name", strings.Repeat("a", 128), true, ""},
		{"name", strings.Repeat("a", 129), false, ""},
		{"name", "-_09azAZ", true, ""},
		{"name", "a b", false, ""},
		{"name", "é", false, ""},
		{"name", "a\n", false, ""},
		{"name", nil, true, ""},
		{"name", 1, false, ""},
		{"maximumMessageRatePerSecond", 0, false, ""},
		{"maximumMessageRatePerSecond", 1, true, ""},
		{"maximumMessageRatePerSecond", 100, true, ""},
		{"maximumMessageRatePerSecond", 101, false, ""},
		{"maximumMessageRatePerSecond", "10", false, ""},
		{"maximumMessageRatePerSecond", 1.5, false, ""},
		{"maximumMessageRatePerSecond", 1e19, false, ""},
		{"maximumMessageLength", 0, false, ""},
		{"maximumMessageLength", -1, false, ""},
		{"maximumMessageLength", 1, true, ""},
		{"maximumMessageLength", 500, true, ""},
		{"maximumMessageLength", 501, false, ""},
		{"maximumMessageLength", int64(1) << 40, false, ""},
		{h, handler(nil, nil), true, ""},
		{h, handler("", nil), true, ""},
		{h, handler(uri, "ALLOW"), true, ""},
		{h, handler(uri+"x", "ALLOW"), false, h + ".uri"},
		{h, handler(lambda, "DENY"), true, ""},
		{h, handler(lambda, "deny"), false, h + ".fallbackResult"},
		{h, handler(lambda, ""), false, h + ".fallbackResult"},
		{h, handler("arn:aws:lambda:us-west-2:12345678901:function:x", nil), false, h + ".uri"},
		{h, handler("arn:aws:lambda:us-west-2:123456789012:function:", nil), false, h + ".uri"},
		{h, handler("http://127.0.0.1:9000/hook", nil), false, h + ".uri"},
		{h, handler("https://review.example/", nil), false, h + ".uri"},
		{h, handler(1, nil), false, ""},
		{h, "x", false, ""},
		{"loggingConfigurationIdentifiers", []string{}, true, ""},
		{"loggingConfigurationIdentifiers", []string{"x"}, false, ""},
		{"loggingConfigurationIdentifiers", []any{nil}, false, ""},
		{"loggingConfigurationIdentifiers", []string{testARN("g1H2I3j4k5L6")}, false, ""},
		{"loggingConfigurationIdentifiers", make([]string, 4), false, ""},
		{"loggingConfigurationIdentifiers", map[string]string{}, false, ""},
	}
}

func (c limitCase) check(t testing.TB, a answer) {
	t.Helper()
	if c.ok {
		if a.status != 200 {
			t.Errorf("%s: %.60v: got %d %s", c.member, c.value, a.status, a.body)
		}
		return
	}
	name := c.member
	if c.bad != "" {
		name = c.bad
	}
	a.wantInvalid(t, name)
}

func TestCreateRoomLimits(t *testing.T) {
	f := start(t)
	for _, c := range roomLimits() {
		c.check(t, f.call("CreateRoom", object(t, c.member, c.value)))
	}
	tags := func(n int, key string) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("%s%d", key, i)] = "v"
		}
		return m
	}
	for _, c := range []limitCase{
		{"tags", map[string]string{}, true, ""},
		{"tags", tags(50, "k"), true, ""},
		{"tags", tags(51, "k"), false, ""},
		{"tags", map[string]string{strings.Repeat("é", 128): ""}, true, ""},
		{"tags", map[string]string{strings.Repeat("é", 129): ""}, false, ""},
		{"tags", map[string]string{"": ""}, false, ""},
		{"tags", map[string]string{"k": strings.Repeat("é", 256)}, true, ""},
		{"tags", map[string]string{"k": strings.Repeat("é", 257)}, false, ""},
		{"tags", map[string]string{"aws:k": ""}, false, ""},
		{"tags", map[string]string{"Aws:k": ""}, false, ""},
		{"tags", map[string]string{"aws": "", "awsk": ""}, true, ""},
		{"tags", map[string]any{"k": nil}, false, ""},
		{"tags", map[string]any{"k": 1}, false, ""},
		{"tags", []string{}, false, ""},
	} {
		c.check(t, f.call("CreateRoom", object(t, c.member, c.value)))
	}
}

func TestUpdateRoomLimits(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	for _, c := range roomLimits() {
		c.check(t, f.call("UpdateRoom", object(t, "identifier", id, c.member, c.value)))
	}
}

// Every bad member is named in one answer.
func TestAllViolationsAreNamed(t *testing.T) {
	f := start(t)
	a := f.call("CreateRoom", `{"name":"a b","maximumMessageRatePerSecond":0,"maximumMessageLength":501,"tags":{"":""}}`)
	a.want(t, 400, `{"__type":"ValidationException","message":"Request member: name failed to satisfy the constraints: `+
		`must satisfy regular expression pattern: [a-zA-Z0-9-_]*; `+
		`Request member: maximumMessageRatePerSecond failed to satisfy the constraints: must be greater than or equal to 1; `+
		`Request member: maximumMessageLength failed to satisfy the constraints: must be less than or equal to 500; `+
		`Request member: tags failed to satisfy the constraints: must have keys of length 1 to 128",`+
		`"reason":"FIELD_VALIDATION_FAILED","fieldList":[`+
		`{"name":"name","message":"must satisfy regular expression pattern: [a-zA-Z0-9-_]*"},`+
		`{"name":"maximumMessageRatePerSecond","message":"must be greater than or equal to 1"},`+
		`{"name":"maximumMessageLength","message":"must be less than or equal to 500"},`+
		`{"name":"tags","message":"must have keys of length 1 to 128"}]}`, "")
	a = f.call("CreateRoom", `{"name":1,"maximumMessageLength":"x","tags":[]}`)
	a.wantInvalid(t, "name", "maximumMessageLength", "tags")
}

func TestRoomIdentifiers(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	for _, operation := range []string{"GetRoom", "UpdateRoom", "DeleteRoom"} {
		invalid := func(identifier any) {
			t.Helper()
			f.call(operation, object(t, "identifier", identifier)).wantInvalid(t, "identifier")
		}
		f.call(operation, `{}`).wantInvalid(t, "identifier")
		invalid(nil)
		invalid("")
		invalid(7)
		invalid("not-an-arn")
		invalid(id[:11])
		invalid(id + "x")
		invalid("arn:aws:ivschat:us-west-2:123456789012:logging-configuration/" + id)
		invalid("arn:aws:ivs:us-west-2:123456789012:room/" + id)
		invalid(testARN("short"))
		invalid(testARN(id) + "/x")
		invalid(testARN(id) + strings.Repeat("x", 128))
		// well-formed, but of another region or account: not here
		for _, other := range []string{
			"arn:aws:ivschat:eu-west-1:123456789012:room/" + id,
			"arn:aws:ivschat:us-west-2:999999999999:room/" + id,
			testARN("zzzzzzzzzzzz"),
		} {
			f.call(operation, object(t, "identifier", other)).wantError(t, 404, codeNotFound)
		}
	}
	if a := f.call("GetRoom", object(t, "identifier", id)); a.status != 200 {
		t.Fatalf("the room did not survive: %s", a.body)
	}
}

func TestReviewHandlerUpdates(t *testing.T) {
	f := start(t)
	update := func(id, handler, want string) {
		t.Helper()
		f.call("UpdateRoom", `{"identifier":"`+id+`","messageReviewHandler":`+handler+`}`)
		a := f.call("GetRoom", object(t, "identifier", id))
		if want == "" && strings.Contains(a.body, "messageReviewHandler") || !strings.Contains(a.body, want) {
			t.Fatalf("after %s: got %s, want %s", handler, a.body, want)
		}
	}
	id := f.makeRoom(`{}`)
	// never set stays never set
	update(id, `null`, ``)
	update(id, `{}`, ``)
	update(id, `{"uri":""}`, ``)
	// set, with the default fallback
	update(id, `{"uri":"`+lambda+`"}`, `"messageReviewHandler":{"uri":"`+lambda+`","fallbackResult":"ALLOW"}`)
	// one part at a time
	update(id, `{"fallbackResult":"DENY"}`, `"messageReviewHandler":{"uri":"`+lambda+`","fallbackResult":"DENY"}`)
	update(id, `{"uri":"`+lambda+`2"}`, `"messageReviewHandler":{"uri":"`+lambda+`2","fallbackResult":"DENY"}`)
	// detached leaves an empty one behind
	update(id, `{"uri":""}`, `"messageReviewHandler":{"uri":"","fallbackResult":"DENY"}`)
}

func TestLoggingConfigurationsDoNotExistYet(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	arn := "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABCdef34ghIJ"
	gone := `{"__type":"ResourceNotFoundException","message":"Logging configuration ABCdef34ghIJ does not exist",` +
		`"resourceId":"ABCdef34ghIJ","resourceType":"LOGGING_CONFIGURATION"}`
	f.call("CreateRoom", object(t, "loggingConfigurationIdentifiers", []string{arn})).want(t, 404, gone, "")
	f.call("UpdateRoom", object(t, "identifier", id, "loggingConfigurationIdentifiers", []string{arn, arn, arn})).want(t, 404, gone, "")
	f.call("ListRooms", object(t, "loggingConfigurationIdentifier", arn)).want(t, 404, gone, "")
	f.call("ListRooms", object(t, "loggingConfigurationIdentifier", "x")).wantInvalid(t, "loggingConfigurationIdentifier")
}

func TestRoomQuota(t *testing.T) {
	f := start(t, func(o *options) { o.config.MaxRooms = 2 })
	first := f.makeRoom(`{}`)
	f.makeRoom(`{}`)
	a := f.call("CreateRoom", `{}`)
	a.want(t, 402, `{"__type":"ServiceQuotaExceededException","message":"The quota of 2 rooms is used up",`+
		`"resourceId":"123456789012","resourceType":"ROOM","limit":2}`, "")
	a.wantError(t, 402, codeQuotaExceeded)
	f.call("DeleteRoom", object(t, "identifier", first))
	f.makeRoom(`{}`)
}

// Rooms are in the store when the answer is out, and as they were asked for.
func TestRoomsAreStored(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{"name":"kept","tags":{"k":"v"}}`)
	room, ok := f.rooms.Get(id)
	if !ok || room.Name != "kept" || room.Tags["k"] != "v" || !room.CreateTime.Equal(f.clock()) {
		t.Fatalf("stored %+v", room)
	}
	// a room that another process makes is found
	other := store.Room{ID: "abcdefABCDEF", CreateTime: f.clock(), UpdateTime: f.clock()}
	if err := f.rooms.Create(context.Background(), &other); err != nil {
		t.Fatal(err)
	}
	if a := f.call("GetRoom", `{"identifier":"abcdefABCDEF"}`); a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
}

// What the store cannot do now is answered 503, which SDKs retry.
func TestStoreFailure(t *testing.T) {
	e := storeFailure("x", fmt.Errorf("%w: %w", store.ErrUnavailable, context.DeadlineExceeded))
	if e.status != http.StatusServiceUnavailable || e.Type != codeUnavailable || !errors.Is(e.cause, context.DeadlineExceeded) {
		t.Fatalf("got %+v", e)
	}
	if e := storeFailure("x", store.ErrInvalid); e.status != 500 || e.Type != codeInternal {
		t.Fatalf("got %+v", e)
	}
	if e := storeFailure("x", store.ErrNotFound); e.status != 404 {
		t.Fatalf("got %+v", e)
	}
}
