package jsonx

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzUnmarshal holds what is accepted against encoding/json: it must be JSON there too, and what is written back must
// be UTF-8 that says the same.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"Text":"a\ud800\u0000","Map":{"k":"v","n":null},"Count":-5,"List":["x"],"Other":[1e5,{"y":[true]}]}`))
	f.Add([]byte("{\"text\":\"\xff\"}"))
	f.Add([]byte(`null `))
	f.Fuzz(func(t *testing.T, in []byte) {
		given := string(in)
		text := String(in, "Text")
		var r record
		err := Unmarshal(in, &r)
		if given != string(in) {
			t.Fatal("the input was changed")
		}
		if err != nil {
			return
		}
		if !json.Valid(in) || !utf8.Valid(in) {
			t.Fatal("accepted what is not JSON in UTF-8")
		}
		if !utf8.ValidString(text) || !utf8.ValidString(r.Text) {
			t.Fatalf("got text that is not UTF-8: %q, %q", text, r.Text)
		}
		out, err := Marshal(r)
		if err != nil || !utf8.Valid(out) {
			t.Fatalf("wrote %q, %v", out, err)
		}
		var ours, theirs record
		if err := Unmarshal(out, &ours); err != nil || !reflect.DeepEqual(ours, r) {
			t.Fatalf("%s read again is %+v, not %+v (%v)", out, ours, r, err)
		}
		if err := json.Unmarshal(out, &theirs); err != nil || !reflect.DeepEqual(theirs, r) {
			t.Fatalf("%s is %+v to encoding/json, not %+v (%v)", out, theirs, r, err)
		}
	})
}
