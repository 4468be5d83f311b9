package jsonx

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzUnmarshal holds what is accepted against encoding/json: it must be JSON there too, but for raw control characters,
// and say the same; and what is written back must be UTF-8 that says the same again.
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
		if !utf8.Valid(in) {
			t.Fatal("accepted what is not UTF-8")
		}
		// Without Environment another decoder runs, which does not look closely at what it skips.
		if Safe() && !json.Valid(withoutControls(in)) {
			t.Fatal("accepted what is not JSON")
		}
		var std record
		if json.Valid(in) && !bytes.ContainsRune(in, 'ſ') && json.Unmarshal(in, &std) == nil && !reflect.DeepEqual(r, std) {
			t.Fatalf("read %+v, encoding/json reads %+v", r, std)
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

// withoutControls puts a space in the place of each control character.
func withoutControls(in []byte) []byte {
	return bytes.Map(func(c rune) rune { return max(c, ' ') }, in)
}
