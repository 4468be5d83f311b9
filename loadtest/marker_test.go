package loadtest

import (
	"strings"
	"testing"
)

func TestMarkerSurvivesTheServer(t *testing.T) {
	m := newMarker()
	due := instant(1_700_000_000_123_456_789)
	for _, size := range []int{MinContentSize, MinContentSize + 1, 200, 500} {
		content := m.content(due, size)
		if len(content) != size {
			t.Fatalf("content has %d bytes, want %d", len(content), size)
		}
		payload := []byte(`{"Type":"MESSAGE","Content":"` + string(content) + `"}`)
		hint := 0
		for range 2 { // searched, then where the hint says
			got, ok := m.find(payload, &hint)
			if !ok || got != due {
				t.Fatalf("size %d: found %d, %v, want %d", size, got, ok, due)
			}
		}
		if hint != strings.Index(string(payload), "[throng:") {
			t.Fatalf("the hint is %d", hint)
		}
	}
}

func TestMarkerIgnoresOthers(t *testing.T) {
	m := newMarker()
	f := func(payload string, hint int) {
		t.Helper()
		if due, ok := m.find([]byte(payload), &hint); ok {
			t.Fatalf("found %d in %q", due, payload)
		}
	}
	f("", 0)
	f("", 100)
	f(`{"Type":"EVENT"}`, 4)
	f(string(newMarker().content(5, 200)), 0) // another run's
	f(string(m.prefix), 0)
	f(string(m.prefix)+"0123456789abcde", 0)
	f(string(m.prefix)+"0123456789abcdeg]", 0)
}
