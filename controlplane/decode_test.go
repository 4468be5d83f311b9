package controlplane

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBodies(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	other := func(operation, body, message string) {
		t.Helper()
		a := f.call(operation, body)
		a.wantError(t, 400, codeValidation)
		if a.field(t, "reason") != reasonOther || !strings.Contains(a.field(t, "message"), message) {
			t.Fatalf("%.60q: got %s, want %q", body, a.body, message)
		}
		if strings.Contains(a.body, "secret-in-the-body") {
			t.Fatalf("the answer repeats the request: %s", a.body)
		}
	}
	fine := func(operation, body string) {
		t.Helper()
		if a := f.call(operation, body); a.status != 200 {
			t.Fatalf("%.60q: got %d %s", body, a.status, a.body)
		}
	}

	for _, body := range []string{`[]`, `null`, `"x"`, `1`, `x`, `%`, "\xef\xbb\xbf{}"} {
		other("GetRoom", body, "must be a JSON object")
	}
	for _, body := range []string{
		`{`, `{"identifier":`, `{"identifier":"x"`, `{"identifier":"x"} x`, `{} {}`, `{'identifier':'x'}`, `{"a":1,}`,
		`{"identifier":"\x"}`, `{"identifier":"\u12"}`, "{\"identifier\":\"a\x01\"}", `{"unknown":[1 2]}`, `{"unknown":nul}`,
		`{"unknown":"secret-in-the-body}`, strings.Repeat(`{"a":`, 10_000),
		`{"a":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`,
	} {
		other("GetRoom", body, "one valid JSON object")
	}
	other("CreateRoom", "{\"name\":\"\xff\"}", "valid UTF-8")
	other("CreateRoom", "{\"unknown\xc3\":1}", "valid UTF-8")
	other("SendEvent", "{\"attributes\":{\"\xed\xa0\x80\":\"\"}}", "valid UTF-8")

	// a null is a member that is not there, an unknown member nothing, white space nothing, and keys may have any case
	fine("CreateRoom", `{"name":null,"tags":null,"messageReviewHandler":null,"loggingConfigurationIdentifiers":null}`)
	fine("CreateRoom", `{"unknown":{"a":[1,2.5e3,true,null]},"name":"a"}`)
	fine("CreateRoom", " \t\r\n{ \"name\" : \"a\" } \n")
	fine("GetRoom", `{"Identifier":"`+id+`"}`)

	// members of the wrong type are named, whatever they hold
	a := f.call("CreateChatToken", `{"roomIdentifier":["secret-in-the-body"],"userId":{},"capabilities":"x","attributes":[],`+
		`"sessionDurationInMinutes":"60"}`)
	a.wantInvalid(t, "roomIdentifier", "userId", "capabilities", "attributes", "sessionDurationInMinutes")
	if strings.Contains(a.body, "secret-in-the-body") {
		t.Fatalf("the answer repeats the request: %s", a.body)
	}
	f.call("CreateRoom", `{"messageReviewHandler":{"uri":[]}}`).want(t, 400, `{"__type":"ValidationException",`+
		`"message":"Request member: messageReviewHandler failed to satisfy the constraints: must be an object with the strings `+
		`uri and fallbackResult","reason":"FIELD_VALIDATION_FAILED","fieldList":[{"name":"messageReviewHandler",`+
		`"message":"must be an object with the strings uri and fallbackResult"}]}`, "")
}

// FuzzBody gives any bytes to the part of every operation that reads and checks its body.
func FuzzBody(f *testing.F) {
	s := &Server{config: Config{Region: testRegion, AccountID: testAccount}.withDefaults()}
	parsers := []func([]byte) *apiError{
		func(b []byte) *apiError { _, _, err := s.parseCreateRoom(b); return err },
		func(b []byte) *apiError { _, err := s.parseIdentifier(b); return err },
		func(b []byte) *apiError { _, err := s.parseUpdateRoom(b); return err },
		func(b []byte) *apiError { _, err := s.parseListRooms(b); return err },
		func(b []byte) *apiError { _, err := s.parseCreateChatToken(b); return err },
		func(b []byte) *apiError { _, err := s.parseSendEvent(b); return err },
		func(b []byte) *apiError { _, err := s.parseDeleteMessage(b); return err },
		func(b []byte) *apiError { _, err := s.parseDisconnectUser(b); return err },
	}
	for _, seed := range []string{
		`{}`, ``, `null`, `[]`, "{\"name\":\"\xff\"}", `{"unknown":[[[[]]]]}`,
		`{"name":"a","maximumMessageRatePerSecond":10,"maximumMessageLength":500,"tags":{"k":"v"},` +
			`"messageReviewHandler":{"uri":"` + lambda + `","fallbackResult":"DENY"},"loggingConfigurationIdentifiers":["g1H2I3j4k5L6"]}`,
		`{"identifier":"` + testARN("g1H2I3j4k5L6") + `"}`,
		`{"maxResults":1,"nextToken":"AQ","name":"a","messageReviewHandlerUri":""}`,
		`{"roomIdentifier":"g1H2I3j4k5L6","userId":"é","capabilities":["SEND_MESSAGE"],"sessionDurationInMinutes":60,"attributes":{"a":"b"}}`,
		`{"roomIdentifier":"g1H2I3j4k5L6","eventName":"e","attributes":{"a":null}}`,
		`{"roomIdentifier":"g1H2I3j4k5L6","id":"M2YcHkgffEvU","userId":"u","reason":"r"}`,
	} {
		for i := range parsers {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		if len(body) > 64<<10 {
			return
		}
		err := parsers[int(which)%len(parsers)](body)
		if err == nil {
			if !json.Valid(body) && len(strings.Trim(string(body), " \t\r\n")) > 0 {
				t.Fatalf("%q was accepted", body)
			}
			return
		}
		if err.status != 400 || err.Type != codeValidation || err.Message == "" {
			t.Fatalf("untyped error %+v", err)
		}
		if (err.Reason == reasonFields) != (len(err.FieldList) > 0) || (err.Reason != reasonFields && err.Reason != reasonOther) {
			t.Fatalf("%s with %v", err.Reason, err.FieldList)
		}
		answer, failure := encode(nil, err)
		if failure != err || !json.Valid(answer) {
			t.Fatalf("answer %q, %v", answer, failure)
		}
	})
}
