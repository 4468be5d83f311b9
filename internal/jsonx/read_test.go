package jsonx

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// record has a field of every kind that throng decodes.
type record struct {
	Text  string
	Map   map[string]*string
	Count int64
	List  []string
}

func TestUnmarshalRefuses(t *testing.T) {
	f := func(in string, want error) {
		t.Helper()
		var r record
		err := Unmarshal([]byte(in), &r)
		if !errors.Is(err, want) {
			t.Errorf("%.60q: got error %v, want %v", in, err, want)
		}
	}
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

	// Not one value.
	f(``, ErrSyntax)
	f(` `, ErrSyntax)
	f(`{}x`, ErrSyntax)
	f(`{}{}`, ErrSyntax)
	f(`{} null`, ErrSyntax)
	f("\xef\xbb\xbf{}", ErrSyntax) // RFC 8259 section 8.1: a byte order mark is not part of a JSON text
	f("{}\x00", ErrSyntax)
	// Broken, in what is wanted and in what is skipped.
	for _, key := range []string{"Text", "Unknown"} {
		f(`{"`+key+`":"a`, ErrSyntax)
		f(`{"`+key+`":"a"`, ErrSyntax)
		f(`{"`+key+`":"a",}`, ErrSyntax)
		f(`{"`+key+`":"a"/**/}`, ErrSyntax)
		f(`{"`+key+`":"\x"}`, ErrSyntax)
		f(`{"`+key+`":"\u12"}`, ErrSyntax)
		f(`{"`+key+`":nul}`, ErrSyntax)
		f(`{"`+key+`":[1 2]}`, ErrSyntax)
		f(`{"`+key+`":01}`, ErrSyntax)
		f(`{"`+key+`":-}`, ErrSyntax)
		f(`{`+key+`:"a"}`, ErrSyntax)
		f(`{'`+key+`':"a"}`, ErrSyntax)
		// Raw control characters (RFC 8259 section 7) and invalid UTF-8 (section 8.1).
		f("{\""+key+"\":\"a\x01\"}", ErrSyntax)
		f("{\""+key+"\":\"a\n\"}", ErrSyntax)
		f("{\""+key+"\":\"a\x00\"}", ErrSyntax)
		f("{\""+key+"\":\"a\xff\"}", ErrSyntax)
		f("{\""+key+"\":\"\xed\xa0\x80\"}", ErrSyntax) // a surrogate in bytes
		f("{\""+key+"\":\"\xc0\x80\"}", ErrSyntax)     // an overlong NUL
		f("{\""+key+"\xff\":\"a\"}", ErrSyntax)
	}
	f("{\"Map\":{\"\xff\":\"a\"}}", ErrSyntax)
	// Too deep, whether it is closed or not.
	f(`{"Unknown":`+nested(4000)+`}`, nil)
	f(`{"Unknown":`+nested(5000)+`}`, ErrSyntax)
	f(`{"Unknown":`+strings.Repeat("[", 100_000), ErrSyntax)
	f(strings.Repeat(`{"Text":`, 100_000), ErrSyntax)
	// Of another type.
	f(`[]`, ErrType)
	f(`"a"`, ErrType)
	f(`5`, ErrType)
	f(`true`, ErrType)
	f(`{"Text":5}`, ErrType)
	f(`{"Text":true}`, ErrType)
	f(`{"Text":{}}`, ErrType)
	f(`{"Text":[]}`, ErrType)
	f(`{"Map":[]}`, ErrType)
	f(`{"Map":"a"}`, ErrType)
	f(`{"Map":{"a":1}}`, ErrType)
	f(`{"Map":{"a":{"b":"c"}}}`, ErrType)
	f(`{"Count":"1"}`, ErrType)
	f(`{"Count":1.5}`, ErrType)
	f(`{"Count":99999999999999999999}`, ErrType)
	f(`{"List":{}}`, ErrType)
	f(`{"List":["a",1]}`, ErrType)
}

// TestUnmarshalControlCharacters shows the one leniency, which depends on how sonic runs: refused or taken, such a string
// is never something else.
func TestUnmarshalControlCharacters(t *testing.T) {
	for c := range 0x20 {
		var r record
		raw := string(rune(c))
		if err := Unmarshal([]byte(`{"Text":"a`+raw+`\n"}`), &r); err == nil && r.Text != "a"+raw+"\n" {
			t.Errorf("%q: got %q", raw, r.Text)
		}
		if err := Unmarshal([]byte(`{"Text":"a`+raw+`b"}`), &r); err == nil {
			t.Errorf("%q: got %q", raw, r.Text)
		}
		if err := Unmarshal([]byte(`{`+raw+`"Text":"a"}`), &r); (err == nil) != strings.Contains("\t\n\r", raw) {
			t.Errorf("%q between tokens: got %v", raw, err)
		}
	}
}

func TestUnmarshalErrorsQuoteNothing(t *testing.T) {
	for _, in := range []string{`{"Text":"confidential`, `{"Text":"confidential"}x`, `{"Count":"confidential"}`, "\"confidential\xff\""} {
		err := Unmarshal([]byte(in), new(record))
		if err == nil || strings.Contains(err.Error(), "confidential") {
			t.Errorf("%q: got error %v", in, err)
		}
	}
}

func TestUnmarshalText(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var r record
		if err := Unmarshal([]byte(in), &r); err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if r.Text != want {
			t.Errorf("%q: got %q, want %q", in, r.Text, want)
		}
	}
	// White space is fine around a value.
	f(" \t\r\n{\"Text\" : \"a\"}\n", "a")
	// Any case of a key, by its escapes too. Case is ASCII's: encoding/json would take the long s for an s as well.
	f(`{"text":"a"}`, "a")
	f(`{"TEXT":"a"}`, "a")
	f(`{"tEXt":"a"}`, "a")
	f(`{"\u0054ext":"a"}`, "a")
	f(`{"Text ":"a"}`, "")
	f(`{"Tex":"a"}`, "")
	// The last of several counts, but null is no value.
	f(`{"Text":"a","Text":"b"}`, "b")
	f(`{"Text":"a","text":"b"}`, "b")
	f(`{"text":"a","Text":"b","TEXT":"c"}`, "c")
	f(`{"Text":"a","Text":null}`, "a")
	f(`null`, "")
	f(`{"Text":null}`, "")
	// Escapes and halves of surrogate pairs.
	f(`{"Text":"\u0000\u001f\"\\\/\b\f\n\r\t"}`, "\x00\x1f\"\\/\b\f\n\r\t")
	f(`{"Text":"\ud83d\ude00"}`, "😀")
	f(`{"Text":"\uD83D\uDE00"}`, "😀")
	f(`{"Text":"\ud83d"}`, "\ufffd")
	f(`{"Text":"\ude00"}`, "\ufffd")
	f(`{"Text":"\ude00\ud83d"}`, "\ufffd\ufffd")
	f(`{"Text":"\ud83dx"}`, "\ufffdx")
	f(`{"Text":"\ud83d\u0041"}`, "\ufffdA")
	f("{\"Text\":\"\u2028\x7f😀\"}", "\u2028\x7f😀")
}

func TestUnmarshalMap(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var r record
		if err := Unmarshal([]byte(in), &r); err != nil {
			t.Errorf("%q: %v", in, err)
		}
		got, err := Marshal(r.Map)
		if err != nil || string(got) != want {
			t.Errorf("%q: got %s, %v, want %s", in, got, err, want)
		}
	}
	f(`{}`, `null`)
	f(`{"Map":null}`, `null`)
	f(`{"Map":{}}`, `{}`)
	f(`{"Map":{"a":null}}`, `{"a":null}`)
	f(`{"Map":{"b":"1","a":"2"}}`, `{"a":"2","b":"1"}`)
	f(`{"Map":{"a":"1","A":"2"}}`, `{"A":"2","a":"1"}`) // the keys of a map keep their case
	f(`{"Map":{"a":"1","a":"2"}}`, `{"a":"2"}`)
	f(`{"Map":{"a":"1"},"Map":{"b":"2"}}`, `{"a":"1","b":"2"}`)
	f(`{"Map":{"a":"1"},"Map":null}`, `null`)
}

func TestUnmarshalKeepsNothingOfTheInput(t *testing.T) {
	in := []byte(`{"Text":"some text","Map":{"some key":"some value"},"List":["an element"],"Text":"escaped \u0041"}`)
	for range 2 { // what is decoded without an escape may be a part of the input, what has one cannot
		var r record
		if err := Unmarshal(in, &r); err != nil {
			t.Fatal(err)
		}
		before, err := Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for i := range in {
			in[i] = 'X'
		}
		after, err := Marshal(r)
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("was %s, is %s after the input was overwritten (%v)", before, after, err)
		}
		in = []byte(`{"Text":"some text","Map":{"some key":"some value"},"List":["an element"]}`)
	}
}
