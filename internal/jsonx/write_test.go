package jsonx

import (
	"encoding/json"
	"math"
	"testing"
)

func TestMarshal(t *testing.T) {
	f := func(v any, want string) {
		t.Helper()
		for range 3 { // a map is walked in another order each time
			got, err := Marshal(v)
			if err != nil || string(got) != want {
				t.Errorf("%q: got %s, %v, want %s", v, got, err, want)
			}
			if !json.Valid(got) {
				t.Errorf("%q: %s is not JSON", v, got)
			}
		}
	}
	f("plain", `"plain"`)
	f("<a href='x'>&", `"<a href='x'>&"`)
	f("\"\\/", `"\"\\/"`)
	f("\x00\x01\x1f\b\f\n\r\t", `"\u0000\u0001\u001f\u0008\u000c\n\r\t"`)
	f("\x7f", "\"\x7f\"")
	f("\u2028\u2029", "\"\u2028\u2029\"")
	f("😀é", `"😀é"`)
	// Whatever comes in, what goes out is UTF-8: one invalid byte in a text frame would cost every member its connection.
	f("a\xffb", `"a\ufffdb"`)
	f("\xed\xa0\x80", `"\ufffd\ufffd\ufffd"`)
	f(map[string]string{"\xff": "\xfe"}, `{"\ufffd":"\ufffd"}`)
	f(map[string]string{"b": "1", "a": "2", "B": "3", "": "4"}, `{"":"4","B":"3","a":"2","b":"1"}`)
	f(map[string]string(nil), `null`)
	f(map[string]string{}, `{}`)
	f([]string(nil), `null`)
	f(struct {
		B string `json:"B"`
		A string `json:"A"`
	}{"1", "2"}, `{"B":"1","A":"2"}`)
}

func TestMarshalFails(t *testing.T) {
	for _, v := range []any{math.NaN(), math.Inf(1), make(chan int)} {
		if got, err := Marshal(v); err == nil {
			t.Errorf("%v: got %s, want an error", v, got)
		}
	}
}
