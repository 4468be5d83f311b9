package jsonx

import (
	"strings"
	"testing"
)

func TestNative(t *testing.T) {
	if !Native() {
		t.Error("sonic has no code of its own for this platform: what the other tests pin is not what runs")
	}
}

func TestSafe(t *testing.T) {
	f := func(decoder, encoder string, want bool) {
		t.Helper()
		t.Setenv("SONIC_USE_OPTDEC", decoder)
		t.Setenv("SONIC_ENCODER_USE_VM", encoder)
		if got := Safe(); got != want {
			t.Errorf("%q, %q: got %v", decoder, encoder, got)
		}
	}
	f("1", "1", true)
	f("1", "", false)
	f("", "1", false)
	f("0", "1", false)
	f("true", "1", false)

	for _, variable := range Environment {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	if !Safe() {
		t.Error("Environment is not what Safe asks for")
	}
}

func TestString(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := String([]byte(in), "RequestId"); got != want {
			t.Errorf("%.60q: got %q, want %q", in, got, want)
		}
	}
	f(`{"RequestId":"a"}`, "a")
	f(`{"Content":5,"RequestId":"a"}`, "a")
	f(`{"\u0052equestId":"\u0061"}`, "a")
	f(`{"RequestId":"a","RequestId":"b"}`, "a")
	f(`{"RequestId":"\ud800"}`, "\ufffd")
	// Broken behind it, or in what can be skipped without a look.
	f(`{"RequestId":"a"`, "a")
	f(`{"RequestId":"a",`, "a")
	f(`{"RequestId":"a"}}`, "a")
	f(`{"RequestId":"a","Content":nul}`, "a")
	f(`{"Content":[1 2],"RequestId":"a"}`, "a")
	f(`{"Content":`+strings.Repeat("[", 50_000)+strings.Repeat("]", 50_000)+`,"RequestId":"a"}`, "a")
	// Not there, or not a string.
	f(``, "")
	f(`{`, "")
	f(`{}`, "")
	f(`null`, "")
	f(`[{"RequestId":"a"}]`, "")
	f(`{"Content":{"RequestId":"a"}}`, "")
	f(`{"requestid":"a"}`, "")
	f(`{"RequestId":5}`, "")
	f(`{"RequestId":null}`, "")
	f(`{"RequestId":["a"]}`, "")
	f(`{"RequestId":"a`, "")
	f(`{"RequestId":"\x"}`, "")
	f(`{"Content":nul,"RequestId":"a"}`, "")
	f(`{"Content":`+strings.Repeat("[", 50_000)+`,"RequestId":"a"}`, "")
	// The caller has to look.
	f("{\"RequestId\":\"\xff\"}", "\xff")
}

func TestStringKeepsNothingOfTheInput(t *testing.T) {
	in := []byte(`{"RequestId":"some text"}`)
	got := String(in, "RequestId")
	for i := range in {
		in[i] = 'X'
	}
	if got != "some text" {
		t.Errorf("got %q after the input was overwritten", got)
	}
}
