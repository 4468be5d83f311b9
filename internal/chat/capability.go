package chat

import (
	"fmt"
	"strings"
)

// Capabilities is the set of what a chat token lets its holder do besides viewing.
type Capabilities uint8

// The capabilities of a chat token.
const (
	CanSendMessage Capabilities = 1 << iota
	CanDeleteMessage
	CanDisconnectUser
)

var capabilityNames = [...]struct {
	bit  Capabilities
	name string
}{
	{CanSendMessage, "SEND_MESSAGE"},
	{CanDeleteMessage, "DELETE_MESSAGE"},
	{CanDisconnectUser, "DISCONNECT_USER"},
}

// Has reports whether c includes all of want.
func (c Capabilities) Has(want Capabilities) bool { return c&want == want }

// Names lists the set in the order the documentation does.
func (c Capabilities) Names() []string {
	var names []string
	for _, n := range capabilityNames {
		if c.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

// ParseCapabilities reads a list of names. Repetitions are harmless; an unknown name is an error that lists the known.
func ParseCapabilities(names []string) (Capabilities, error) {
	var c Capabilities
next:
	for _, name := range names {
		for _, known := range capabilityNames {
			if name == known.name {
				c |= known.bit
				continue next
			}
		}
		all := ^Capabilities(0)
		return 0, fmt.Errorf("must be one of %s", strings.Join(all.Names(), ", "))
	}
	return c, nil
}
