package chat

import (
	"testing"

	"github.com/throngchat/throng/internal/jsonx"
)

var wireMessage = []byte(`{"Action":"SEND_MESSAGE","RequestId":"6ba7b810-9dad-41d1-80b4-00c04fd430c8",` +
	`"Content":"what a goal, did you see that?","Attributes":{"message_type":"MESSAGE"}}`)

func BenchmarkParseRequest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRequest(wireMessage); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeMessage(b *testing.B) {
	r, refusal := ParseRequest(wireMessage)
	sender, err := EncodeSender("user-1", map[string]string{"username": "one"})
	if refusal != nil || err != nil {
		b.Fatal(refusal, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonx.Marshal(NewMessage("M2YcHkgffEvU", &r, at, sender)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NewID()
	}
}
