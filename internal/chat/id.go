package chat

import "crypto/rand"

// IDLength is the length of every identifier the service makes: rooms, messages, events, errors.
const IDLength = 12

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// NewID returns a fresh identifier: 12 of [a-zA-Z0-9], each equally likely, from the system's random source
// (71 bits).
func NewID() string {
	var id [IDLength]byte
	var buf [2 * IDLength]byte
	for n := 0; n < IDLength; {
		_, _ = rand.Read(buf[:]) // never fails (crypto/rand)
		for _, b := range buf {
			// 62 letters do not divide 256: the six bits of a byte that name no letter are thrown away.
			if b &= 63; int(b) < len(alphabet) && n < IDLength {
				id[n] = alphabet[b]
				n++
			}
		}
	}
	return string(id[:])
}

// ValidID reports whether s has the form of an identifier.
func ValidID(s string) bool {
	if len(s) != IDLength {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !alphanumeric(s[i]) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
