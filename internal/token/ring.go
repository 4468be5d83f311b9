package token

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// MaxSize bounds a token, in bytes. The largest that CreateChatToken can ask for, a user id of 512 bytes and
// 1 KB of attributes with keys as short as they can be, has about 3.7 KB; an ordinary one has 150 bytes.
const MaxSize = 4096

// MinSecretSize is the least size of a key's secret, in bytes.
const MinSecretSize = 32

// maxKeyID bounds a key's id, in bytes.
const maxKeyID = 8

// MaxClockSkew is how far the clock of the node that issued a token may be ahead of the clock of the node that opens
// it.
const MaxClockSkew = 5 * time.Second

const (
	version   = '1'
	nonceSize = 12
	tagSize   = 16
)

// Why a token is refused. None of them carries any part of it.
var (
	ErrMalformed  = errors.New("token is malformed")
	ErrUnknownKey = errors.New("token was sealed with a key that is not in the key ring")
	ErrForged     = errors.New("token does not open: it was altered, or sealed with another secret under this key id")
	ErrExpired    = errors.New("token has expired")
	ErrFromFuture = errors.New("token was issued in the future: the clocks of the nodes differ")
)

// Key seals and opens tokens.
type Key struct {
	// ID is written into each token in the clear: 1 to 8 of [a-z0-9].
	ID string
	// Secret is at least 32 random bytes. It is never used directly: the cipher's key is derived from it.
	Secret []byte
}

// String returns the id alone, so that printing a key gives nothing away.
func (k Key) String() string { return k.ID }

// GenerateKey makes a key from the system's random source.
func GenerateKey() Key {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	k := Key{ID: string(b[:]), Secret: make([]byte, MinSecretSize)}
	_, _ = rand.Read(k.Secret)
	return k
}

// Ring is an immutable set of keys: the first seals, all open. So a key is rotated in three steps: add the new one
// behind the old on every node, move it to the front, and drop the old one when its last token has expired.
type Ring struct {
	sealer *opener
	keys   map[string]*opener
}

type opener struct {
	prefix []byte // version and key id
	aead   cipher.AEAD
}

// NewRing returns the ring of keys. It fails when there is none, when two have one id, or when one is not as Key says.
func NewRing(keys []Key) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("a key ring needs at least one key")
	}
	r := &Ring{keys: make(map[string]*opener, len(keys))}
	for i, k := range keys {
		if !validKeyID(k.ID) {
			return nil, fmt.Errorf("key %d: id must be 1 to %d characters of [a-z0-9]", i+1, maxKeyID)
		}
		if len(k.Secret) < MinSecretSize {
			return nil, fmt.Errorf("key %s: secret must have at least %d bytes", k.ID, MinSecretSize)
		}
		if r.keys[k.ID] != nil {
			return nil, fmt.Errorf("key %s: id is used twice", k.ID)
		}
		aead, err := newAEAD(k)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", k.ID, err)
		}
		o := &opener{prefix: append([]byte{version}, k.ID...), aead: aead}
		r.keys[k.ID] = o
		if i == 0 {
			r.sealer = o
		}
	}
	return r, nil
}

func newAEAD(k Key) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, k.Secret, nil, "throng chat token v1 "+k.ID, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Seal returns a token that says c under a fresh ID; c.ID is ignored. It fails when c's times are out of order, a text is
// not valid UTF-8, or the token would be larger than MaxSize.
func (r *Ring) Seal(c Claims) (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	o := r.sealer
	box := make([]byte, nonceSize, 512)
	_, _ = rand.Read(box) // never fails (crypto/rand)
	claims := appendClaims(make([]byte, 0, 512), &c)
	box = o.aead.Seal(box, box[:nonceSize], claims, o.prefix)
	token := make([]byte, 0, len(o.prefix)+1+base64.RawURLEncoding.EncodedLen(len(box)))
	token = append(append(token, o.prefix...), '.')
	token = base64.RawURLEncoding.AppendEncode(token, box)
	if len(token) > MaxSize {
		return "", fmt.Errorf("the token would have %d bytes; at most %d are allowed", len(token), MaxSize)
	}
	return string(token), nil
}

// Open returns what a token says when it was sealed with a key of the ring and is valid at now. Its error is one of the
// package's. Whether the token was used before is for the caller to find out, by Claims.ID.
func (r *Ring) Open(token []byte, now time.Time) (Claims, error) {
	if len(token) > MaxSize || len(token) < 2 || token[0] != version {
		return Claims{}, ErrMalformed
	}
	dot := bytes.IndexByte(token[:min(len(token), maxKeyID+2)], '.')
	if dot < 2 || !validKeyID(string(token[1:dot])) {
		return Claims{}, ErrMalformed
	}
	box := make([]byte, 0, 1024)
	box, err := base64.RawURLEncoding.Strict().AppendDecode(box, token[dot+1:])
	if err != nil || len(box) < nonceSize+tagSize || bytes.ContainsAny(token, "\r\n") {
		return Claims{}, ErrMalformed
	}
	o := r.keys[string(token[1:dot])]
	if o == nil {
		return Claims{}, ErrUnknownKey
	}
	nonce, sealed := box[:nonceSize], box[nonceSize:]
	claims, err := o.aead.Open(sealed[:0], nonce, sealed, token[:dot])
	if err != nil {
		return Claims{}, ErrForged
	}
	c, ok := parseClaims(claims)
	switch {
	case !ok:
		return Claims{}, ErrMalformed
	case c.IssuedAt.After(now.Add(MaxClockSkew)):
		return Claims{}, ErrFromFuture
	case !now.Before(c.ExpiresAt):
		return Claims{}, ErrExpired
	}
	c.ID = base64.RawURLEncoding.EncodeToString(nonce)
	return c, nil
}

func validKeyID(id string) bool {
	if id == "" || len(id) > maxKeyID {
		return false
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
