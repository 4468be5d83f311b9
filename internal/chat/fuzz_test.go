package chat

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/throngchat/throng/internal/jsonx"
)

// FuzzParseRequest follows a message through the server: whatever a client sends, what the others get must be valid
// UTF-8 and JSON that says what the request said. A browser drops the connection at the first byte that is neither.
func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"Action":"SEND_MESSAGE","RequestId":"r-1","Content":"hi\ud800\u0000\u2028","Attributes":{"a":"b"}}`))
	f.Add([]byte(`{"action":"DELETE_MESSAGE","requestid":"r","id":"M2YcHkgffEvU","reason":"\udc00"}`))
	f.Add([]byte(`{"Action":"DISCONNECT_USER","UserId":"\ufffd","Attributes":{"a":null},"X":[[1e9]]}`))
	f.Add([]byte("{\"RequestId\":\"\xff\",\"Content\":"))
	sender, err := EncodeSender("\xff\"", map[string]string{"\xfe": "\u2028"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		r, refusal := ParseRequest(message)
		if len(r.RequestID) > MaxRequestIDSize {
			t.Fatalf("echoes %d bytes", len(r.RequestID))
		}
		if refusal != nil {
			e := sent[ErrorFrame](t, NewError(NewID(), r.RequestID, refusal))
			if e.RequestID != r.RequestID || e.ErrorCode != refusal.Code || e.ErrorMessage != refusal.Message {
				t.Fatalf("sent %+v for %v", e, refusal)
			}
			return
		}
		if r.Action == 0 {
			t.Fatal("accepted a request for nothing")
		}
		m := sent[Message](t, NewMessage(NewID(), &r, at, sender))
		if m.RequestID != r.RequestID || m.Content != r.Content || !reflect.DeepEqual(m.Attributes, r.Attributes) {
			t.Fatalf("sent %+v for %+v", m, r)
		}
		e := sent[Event](t, NewDeleteEvent(NewID(), r.RequestID, r.ID, r.Reason, at))
		if e.Attributes["MessageID"] != r.ID || e.Attributes["Reason"] != r.Reason {
			t.Fatalf("sent %+v for %+v", e, r)
		}
		e = sent[Event](t, NewDisconnectEvent(NewID(), r.RequestID, r.UserID, r.Reason, at))
		if e.Attributes["UserId"] != r.UserID || e.Attributes["Reason"] != r.Reason {
			t.Fatalf("sent %+v for %+v", e, r)
		}
		_ = r.Check(10)
	})
}

// sent encodes a frame and reads it back as an independent client would.
func sent[T any](t *testing.T, frame T) (got T) {
	t.Helper()
	b, err := jsonx.Marshal(frame)
	if err != nil || !utf8.Valid(b) {
		t.Fatalf("sends %q, %v", b, err)
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatalf("a client cannot read %s: %v", b, err)
	}
	return got
}

// UnmarshalJSON lets a test read what MarshalJSON writes.
func (s *Sender) UnmarshalJSON(b []byte) error {
	*s = Sender(b)
	return nil
}

func FuzzParseARN(f *testing.F) {
	f.Add("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6")
	f.Add("arn:aws:ivschat:eu-central-1:0:logging-configuration/ABCdef34ghIJ")
	f.Add("arn:aws:ivschat:::room/")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ParseARN(in)
		if err != nil {
			if got != (ARN{}) {
				t.Fatalf("got %+v with an error", got)
			}
			return
		}
		if got.String() != in || len(in) > MaxARNLength || !ValidID(got.ID) {
			t.Fatalf("%q is read as %+v", in, got)
		}
	})
}
