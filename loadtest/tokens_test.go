package loadtest

import (
	"slices"
	"strings"
	"testing"
)

func TestReadTokens(t *testing.T) {
	f := func(in string, n int, want ...string) {
		t.Helper()
		got, err := ReadTokens(strings.NewReader(in), n)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
	f("a\nb\nc\n", 0, "a", "b", "c")
	f("a\r\n\n  b  \nc", 0, "a", "b", "c")
	f("a\nb\nc\n", 2, "a", "b")

	bad := func(in string, n int) {
		t.Helper()
		got, err := ReadTokens(strings.NewReader(in), n)
		if err == nil {
			t.Fatalf("got %d tokens and no error", len(got))
		}
		if strings.Contains(err.Error(), "secret") {
			t.Fatalf("the error shows a token: %v", err)
		}
	}
	bad("", 0)
	bad("\n\n", 1)
	bad("secret\n", 2)
	bad("a\n"+strings.Repeat("secret", maxTokenSize), 0)
}

func FuzzReadTokens(f *testing.F) {
	f.Add("a\nb\n", 1)
	f.Add("\r\n", 0)
	f.Fuzz(func(t *testing.T, in string, n int) {
		got, err := ReadTokens(strings.NewReader(in), n)
		if err != nil {
			return
		}
		if len(got) == 0 || (n > 0 && n < maxTokens && len(got) != n) {
			t.Fatalf("%d tokens of %d", len(got), n)
		}
		for _, token := range got {
			if token == "" || strings.ContainsAny(token, "\n") {
				t.Fatalf("token %q", token)
			}
		}
	})
}
