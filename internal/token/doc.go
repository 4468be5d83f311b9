// Package token seals and opens chat tokens.
//
// A token is everything the edge has to know about a session, encrypted: nothing is stored when it is issued, and
// opening it needs no other process. Its form is
//
//	1KEYID.BASE64URL(nonce | AES-256-GCM(claims) | tag)
//
// "1" is the version of the format. The prefix up to the dot is authenticated with the claims, so that a token cannot
// be moved to another key. All characters are legal in an HTTP token (RFC 9110 section 5.6.2), because clients send
// chat tokens as a WebSocket subprotocol.
//
// The nonce, 96 random bits, is the token's id as well: it is unique, and it cannot be changed without breaking the
// seal. One key should seal fewer than 2^32 tokens (NIST SP 800-38D section 8.3): rotate it once a year at the most
// busy of sites.
package token
