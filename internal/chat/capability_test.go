package chat

import (
	"slices"
	"strings"
	"testing"
)

func TestParseCapabilities(t *testing.T) {
	f := func(in []string, want Capabilities, names ...string) {
		t.Helper()
		got, err := ParseCapabilities(in)
		if err != nil || got != want {
			t.Errorf("%q: got %b, %v, want %b", in, got, err, want)
		}
		if !slices.Equal(got.Names(), names) {
			t.Errorf("%q: is named %q, want %q", in, got.Names(), names)
		}
	}
	f(nil, 0)
	f([]string{}, 0)
	f([]string{"SEND_MESSAGE"}, CanSendMessage, "SEND_MESSAGE")
	f([]string{"DELETE_MESSAGE"}, CanDeleteMessage, "DELETE_MESSAGE")
	f([]string{"DISCONNECT_USER"}, CanDisconnectUser, "DISCONNECT_USER")
	f([]string{"DISCONNECT_USER", "SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"},
		CanSendMessage|CanDeleteMessage|CanDisconnectUser, "SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")
}

func TestParseCapabilitiesRefuses(t *testing.T) {
	for _, name := range []string{"", "send_message", "SEND_MESSAGE ", "SEND_EVENT", "VIEW", "secret"} {
		got, err := ParseCapabilities([]string{"SEND_MESSAGE", name})
		if err == nil || err.Error() != "must be one of SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER" || got != 0 {
			t.Errorf("%q: got %b, %v", name, got, err)
		}
	}
}

// TestEachActionHasItsOwnCapability goes through all pairs: a capability for one action must never allow another.
func TestEachActionHasItsOwnCapability(t *testing.T) {
	for i, a := range Actions {
		if int(a) != i+1 {
			t.Errorf("%v has number %d at place %d", a, a, i)
		}
		parsed, err := ParseCapabilities([]string{a.String()})
		if err != nil || parsed != a.Capability() {
			t.Errorf("%v: its capability is %b, but its name is read as %b (%v)", a, a.Capability(), parsed, err)
		}
		refusal := ErrForbidden(a.Capability())
		if refusal.Code != CodeForbidden || !strings.Contains(refusal.Message, "Forbidden") || !strings.HasSuffix(refusal.Message, a.String()) {
			t.Errorf("%v: is refused with %v", a, refusal)
		}
		for _, b := range Actions {
			if got := a.Capability().Has(b.Capability()); got != (a == b) {
				t.Errorf("the capability for %v allows %v: %v", a, b, got)
			}
		}
		if Capabilities(0).Has(a.Capability()) {
			t.Errorf("a token without capabilities allows %v", a)
		}
	}
	for _, a := range []Action{0, DisconnectUser + 1, 255} {
		if a.String() != "UNKNOWN" {
			t.Errorf("action %d is %v", a, a)
		}
	}
}
