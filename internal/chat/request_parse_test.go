package chat

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestParseRequest(t *testing.T) {
	f := func(in string, want Request) {
		t.Helper()
		got, err := ParseRequest([]byte(in))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", in, got, err, want)
		}
	}
	send := Request{Action: SendMessage, RequestID: "r-1", Content: "hi", Attributes: map[string]string{"a": "b"}}

	// As the SDK writes it (protocol.md section 4.2), as AWS's own demos of 2022 do, and as nobody does.
	f(`{"Action":"SEND_MESSAGE","RequestId":"r-1","Content":"hi","Attributes":{"a":"b"}}`, send)
	f(`{"action":"SEND_MESSAGE","requestId":"r-1","content":"hi","attributes":{"a":"b"}}`, send)
	f(`{"ACTION":"SEND_MESSAGE","REQUESTID":"r-1","CONTENT":"hi","ATTRIBUTES":{"a":"b"}}`, send)
	f(`{"aCTION":"SEND_MESSAGE","rEqUeStId":"r-1","cOntent":"hi","aTTributes":{"a":"b"}}`, send)
	f("\n{ \"Attributes\" : {\"a\":\"b\"}, \"Content\":\"hi\",\t\"RequestId\":\"r-1\",\"Action\":\"SEND_MESSAGE\" } ", send)
	f(`{"Action":"DELETE_MESSAGE","RequestId":"r-1","Id":"M2YcHkgffEvU","Reason":"rude"}`,
		Request{Action: DeleteMessage, RequestID: "r-1", ID: "M2YcHkgffEvU", Reason: "rude"})
	f(`{"action":"DELETE_MESSAGE","id":"M2YcHkgffEvU","reason":"rude"}`,
		Request{Action: DeleteMessage, ID: "M2YcHkgffEvU", Reason: "rude"})
	f(`{"Action":"DISCONNECT_USER","UserId":"u","RequestId":"r-1","Reason":"rude"}`,
		Request{Action: DisconnectUser, RequestID: "r-1", UserID: "u", Reason: "rude"})
	f(`{"action":"DISCONNECT_USER","userId":"u"}`, Request{Action: DisconnectUser, UserID: "u"})

	// Optional fields may be missing or null; attributes that are given and empty are not attributes that are missing.
	f(`{"Action":"SEND_MESSAGE","Content":"hi"}`, Request{Action: SendMessage, Content: "hi"})
	f(`{"Action":"SEND_MESSAGE","Content":"hi","Attributes":null,"RequestId":null,"Reason":null,"Id":null,"UserId":null}`,
		Request{Action: SendMessage, Content: "hi"})
	f(`{"Action":"SEND_MESSAGE","Content":"hi","Attributes":{}}`,
		Request{Action: SendMessage, Content: "hi", Attributes: map[string]string{}})
	f(`{"Action":"SEND_MESSAGE"}`, Request{Action: SendMessage})

	// Keys that are unknown, or of no use to the action, do not matter: the demos send an id with a message.
	f(`{"Action":"SEND_MESSAGE","Content":"hi","id":"0c5f2e4e-0000-4000-8000-000000000000","X":{"y":[1,null]},"":true}`,
		Request{Action: SendMessage, Content: "hi", ID: "0c5f2e4e-0000-4000-8000-000000000000"})

	// The last of a key counts, whatever its case; attributes add up.
	f(`{"Action":"DELETE_MESSAGE","Content":"a","content":"b","action":"SEND_MESSAGE"}`,
		Request{Action: SendMessage, Content: "b"})
	f(`{"Action":"SEND_MESSAGE","Attributes":{"a":"1","a":"2"},"attributes":{"A":"3"}}`,
		Request{Action: SendMessage, Attributes: map[string]string{"a": "2", "A": "3"}})

	// Text is kept as it is, but for halves of surrogate pairs, which no UTF-8 can say.
	f(`{"Action":"SEND_MESSAGE","Content":"  \u0000\n\u2028\ud83d\ude00 "}`,
		Request{Action: SendMessage, Content: "  \x00\n\u2028😀 "})
	f(`{"Action":"SEND_MESSAGE","RequestId":"\udc00","Content":"a\ud800b","Attributes":{"\ud800":"\udfff"}}`,
		Request{Action: SendMessage, RequestID: "\ufffd", Content: "a\ufffdb", Attributes: map[string]string{"\ufffd": "\ufffd"}})
}

func TestParseRequestRefuses(t *testing.T) {
	f := func(in string, want *Error, requestID string) {
		t.Helper()
		got, err := ParseRequest([]byte(in))
		if err != want || got.RequestID != requestID {
			t.Errorf("%.100s\ngot error %v and RequestID %q, want %v and %q", in, err, got.RequestID, want, requestID)
		}
	}
	// Not JSON, or not an object. null is one without an Action.
	for _, in := range []string{``, ` `, `hello`, `[]`, `[{"Action":"SEND_MESSAGE"}]`, `"SEND_MESSAGE"`, `5`, `true`, `{}x`, `{}{}`, `{`, "{\"X\":\"\xff\"}"} {
		f(in, ErrMalformed, "")
	}
	f(`null`, ErrUnknownAction, "")
	f(`{"Action":"SEND_MESSAGE","Content":`+strings.Repeat("[", 100_000), ErrMalformed, "")
	f(`{"Action":"SEND_MESSAGE","X":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}`, ErrMalformed, "")
	f(`{"Action":"SEND_MESSAGE","Content":`+strings.Repeat("9", 3000)+`}`, ErrMalformed, "")

	// Actions are upper case and exact.
	f(`{}`, ErrUnknownAction, "")
	f(`{"RequestId":"r","Content":"hi"}`, ErrUnknownAction, "r")
	for _, action := range []string{"", "send_message", "SEND_MESSAGE ", "SEND_EVENT", "UNKNOWN", "SEND_MESSAGE\\u0000"} {
		f(`{"Action":"`+action+`","RequestId":"r"}`, ErrUnknownAction, "r")
	}
	f(`{"Action":null,"RequestId":"r"}`, ErrUnknownAction, "r")

	// A value of the wrong type is refused in whichever field, and the RequestId is found whatever the case of its key.
	for _, requestID := range []string{"RequestId", "requestId", "requestid", "REQUESTID", "rEQUESTiD"} {
		id := `"` + requestID + `":"r"`
		for _, field := range []string{"Action", "Content", "Id", "UserId", "Reason", "Attributes"} {
			for _, value := range []string{`5`, `true`, `["a"]`, `{"a":1}`} {
				f(`{"`+field+`":`+value+`,`+id+`}`, ErrMalformed, "r")
				f(`{`+id+`,"`+field+`":`+value+`}`, ErrMalformed, "r")
			}
		}
		f(`{"Action":"SEND_MESSAGE","Attributes":{"a":null},`+id+`}`, ErrAttributes, "r")
		f(`{"Action":"SEND_MESSAGE",`+id+`,"Attributes":"a"}`, ErrMalformed, "r")
	}
	// In what is no JSON it is found before the fault, under the usual keys.
	for _, requestID := range []string{"RequestId", "requestId", "requestid", "REQUESTID"} {
		id := `"` + requestID + `":"r"`
		f(`{"Action":"SEND_MESSAGE",`+id+`,"Content":hi}`, ErrMalformed, "r")
		f(`{`+id+`,"Action":"SEND_MESSAGE","Content":"hi`, ErrMalformed, "r")
		f(`{`+id+`}x`, ErrMalformed, "r")
		f(`{"Content":hi,`+id+`}`, ErrMalformed, "")
	}
	f("{\"RequestId\":\"\xff\",", ErrMalformed, "")
	f(`{"RequestId":5}`, ErrMalformed, "")
	f(`{"RequestId":["r"]}`, ErrMalformed, "")
}

func TestParseRequestSizeOfRequestID(t *testing.T) {
	f := func(id string, want *Error) {
		t.Helper()
		in := `{"Action":"SEND_MESSAGE","Content":"hi","RequestId":` + strconv.Quote(id) + `}`
		got, err := ParseRequest([]byte(in))
		if err != want || err == nil && got.RequestID != id || err != nil && got.RequestID != "" {
			t.Errorf("%d bytes: got %q, %v", len(id), got.RequestID, err)
		}
		// A size that is refused is not echoed either when something else is wrong.
		if got, _ := ParseRequest([]byte(`{"Content":5,"RequestId":` + strconv.Quote(id) + `}`)); (got.RequestID == id) != (want == nil) {
			t.Errorf("%d bytes: got %q beside a fault", len(id), got.RequestID)
		}
		if got, _ := ParseRequest([]byte(`{"RequestId":` + strconv.Quote(id) + `,`)); (got.RequestID == id) != (want == nil) {
			t.Errorf("%d bytes: got %q before a fault", len(id), got.RequestID)
		}
	}
	f(strings.Repeat("a", MaxRequestIDSize), nil)
	f(strings.Repeat("a", MaxRequestIDSize+1), ErrRequestIDTooLarge)
	f(strings.Repeat("é", MaxRequestIDSize/2), nil) // bytes, not characters
	f(strings.Repeat("é", MaxRequestIDSize/2)+"a", ErrRequestIDTooLarge)
}

func TestParseRequestKeepsNothingOfTheMessage(t *testing.T) {
	message := []byte(`{"Action":"SEND_MESSAGE","RequestId":"r-1","Content":"some text","Attributes":{"key":"value"},` +
		`"Id":"M2YcHkgffEvU","UserId":"u-1","Reason":"rude"}`)
	got, err := ParseRequest(message)
	if err != nil {
		t.Fatal(err)
	}
	for i := range message {
		message[i] = 'X'
	}
	want := Request{SendMessage, "r-1", "some text", map[string]string{"key": "value"}, "M2YcHkgffEvU", "u-1", "rude"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v after the message was overwritten", got)
	}
}
