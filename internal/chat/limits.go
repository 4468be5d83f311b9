package chat

import "unicode/utf8"

// Limits of the service that no setting changes (IVS Chat user guide, "Service Quotas").
const (
	// MaxUserIDLength bounds a user id, in characters; at least 1.
	MaxUserIDLength = 128
	// MaxReasonLength bounds the reason of a deletion or a disconnect, in characters; at least 1 when given.
	MaxReasonLength = 256
	// MaxEventNameLength bounds the name of an event, in characters; at least 1.
	MaxEventNameLength = 100
	// MaxContentLength is the ceiling of a room's maximumMessageLength, in characters.
	MaxContentLength = 500
	// MaxRoomMessageRate is the ceiling of a room's maximumMessageRatePerSecond.
	MaxRoomMessageRate = 100
	// MaxAttributesSize bounds the attributes of a message or a token: keys and values together, in bytes.
	MaxAttributesSize = 1024
	// MaxEventAttributesSize bounds the attributes of an event sent with SendEvent, in bytes.
	MaxEventAttributesSize = 4096
	// MaxRequestIDSize bounds the RequestId of a messaging request, in bytes. Ours: the service names no limit.
	MaxRequestIDSize = 128
	// MinSessionMinutes and MaxSessionMinutes bound sessionDurationInMinutes.
	MinSessionMinutes = 1
	MaxSessionMinutes = 180
	// DefaultSessionMinutes is the session of a token that names none.
	DefaultSessionMinutes = 60
	// DefaultRoomMessageRate and DefaultContentLength apply to a room that names none.
	DefaultRoomMessageRate = 10
	DefaultContentLength   = MaxContentLength
)

// SystemEventPrefix marks events that only the service may send.
const SystemEventPrefix = "aws:"

// AttributesSize is the measure of every limit on attributes: the bytes of all keys and all values.
func AttributesSize(attributes map[string]string) int {
	n := 0
	for k, v := range attributes {
		n += len(k) + len(v)
	}
	return n
}

// ValidAttributes reports whether every key and value is valid UTF-8.
func ValidAttributes(attributes map[string]string) bool {
	for k, v := range attributes {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return false
		}
	}
	return true
}
