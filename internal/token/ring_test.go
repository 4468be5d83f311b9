package token

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/throngchat/throng/internal/chat"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func keyOf(id string, fill byte) Key {
	return Key{ID: id, Secret: bytes.Repeat([]byte{fill}, MinSecretSize)}
}

func ringOf(t testing.TB, keys ...Key) *Ring {
	t.Helper()
	r, err := NewRing(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// claimsAt returns what an ordinary token says that is issued at t.
func claimsAt(t time.Time) Claims {
	return Claims{
		RoomID: "g1H2I3j4k5L6", UserID: "user-1", Capabilities: chat.CanSendMessage, Attributes: map[string]string{"username": "one"},
		IssuedAt: t, ExpiresAt: t.Add(time.Minute), SessionEndsAt: t.Add(time.Hour),
	}
}

func seal(t testing.TB, r *Ring, c Claims) string {
	t.Helper()
	s, err := r.Seal(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// same reports whether b says what a does, but for the id and what times lose below the millisecond.
func same(a, b Claims) bool {
	return a.RoomID == b.RoomID && a.UserID == b.UserID && a.Capabilities == b.Capabilities && maps.Equal(a.Attributes, b.Attributes) &&
		a.IssuedAt.Truncate(time.Millisecond).Equal(b.IssuedAt) && a.ExpiresAt.Truncate(time.Millisecond).Equal(b.ExpiresAt) &&
		a.SessionEndsAt.Truncate(time.Millisecond).Equal(b.SessionEndsAt)
}

// TestSealAndOpen seals claims of every kind and reads them back.
func TestSealAndOpen(t *testing.T) {
	r := ringOf(t, keyOf("a", 1), keyOf("b", 2))
	rapid.Check(t, func(t *rapid.T) {
		issued := noon.Add(time.Duration(rapid.Int64Range(0, int64(1000*24*time.Hour)).Draw(t, "issued")))
		c := Claims{
			ID:            "ignored",
			RoomID:        rapid.StringN(0, 20, 40).Draw(t, "room"),
			UserID:        rapid.StringN(0, 128, 512).Draw(t, "user"),
			Capabilities:  chat.Capabilities(rapid.Uint8().Draw(t, "capabilities")),
			Attributes:    rapid.MapOfN(rapid.StringN(0, 10, 40), rapid.StringN(0, 10, 40), 0, 20).Draw(t, "attributes"),
			IssuedAt:      issued,
			ExpiresAt:     issued.Add(time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(24*time.Hour)).Draw(t, "ttl"))),
			SessionEndsAt: issued.Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "session"))),
		}
		s, err := r.Seal(c)
		if err != nil {
			t.Fatal(err)
		}
		in := []byte(s)
		got, err := r.Open(in, issued)
		if err != nil || !same(c, got) {
			t.Fatalf("got  %+v, %v\nwant %+v", got, err, c)
		}
		if string(in) != s {
			t.Fatal("the token was changed")
		}
		// The claims refer to nothing of the token.
		for i := range in {
			in[i] = 'X'
		}
		if !same(c, got) {
			t.Fatal("the claims changed with the token")
		}
		for _, c := range []byte(s) {
			if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", rune(c)) {
				t.Fatalf("token holds %q, which no WebSocket subprotocol should", c)
			}
		}
	})
}

func TestSealRefuses(t *testing.T) {
	r := ringOf(t, keyOf("a", 1))
	f := func(want string, change func(*Claims)) {
		t.Helper()
		c := claimsAt(noon)
		c.Attributes = maps.Clone(c.Attributes)
		change(&c)
		got, err := r.Seal(c)
		if got != "" || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, %v, want an error with %q", got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "user-1") {
			t.Errorf("the error quotes the claims: %v", err)
		}
	}
	f("before it expires", func(c *Claims) { c.ExpiresAt = c.IssuedAt.Add(-time.Millisecond) })
	f("before its session ends", func(c *Claims) { c.SessionEndsAt = c.IssuedAt.Add(-time.Millisecond) })
	f("before it expires", func(c *Claims) { c.IssuedAt = time.UnixMilli(-1) })
	f("before it expires", func(c *Claims) { c.IssuedAt = time.Time{} })
	f("before it expires", func(c *Claims) { c.ExpiresAt = time.Time{} })
	f("30,000 years", func(c *Claims) { c.ExpiresAt = time.UnixMilli(2 * maxMillis) })
	f("30,000 years", func(c *Claims) { c.SessionEndsAt = time.UnixMilli(2 * maxMillis) })
	f("UTF-8", func(c *Claims) { c.RoomID = "\xff" })
	f("UTF-8", func(c *Claims) { c.UserID = "user-1\xed\xa0\x80" })
	f("UTF-8", func(c *Claims) { c.Attributes["\xff"] = "" })
	f("UTF-8", func(c *Claims) { c.Attributes["a"] = "\xff" })
	f("at most 4096", func(c *Claims) { c.UserID = strings.Repeat("a", MaxSize) })
}

// TestLargestToken seals the most that CreateChatToken takes. The shorter the keys the more of them there are, and each
// costs two lengths.
func TestLargestToken(t *testing.T) {
	c := claimsAt(noon)
	c.UserID = strings.Repeat("😀", chat.MaxUserIDLength)
	c.SessionEndsAt = noon.Add(chat.MaxSessionMinutes * time.Minute)
	c.ExpiresAt = noon.Add(24 * time.Hour)
	c.Attributes = map[string]string{"": ""}
	for k := rune(0); chat.AttributesSize(c.Attributes)+len(string(k)) <= chat.MaxAttributesSize; k++ {
		c.Attributes[string(k)] = ""
	}
	r := ringOf(t, keyOf("12345678", 1))
	s := seal(t, r, c)
	if len(s) > MaxSize || len(s) < 3600 || len(s) > 3800 {
		t.Errorf("got %d bytes: the comment on MaxSize says otherwise", len(s))
	}
	if got, err := r.Open([]byte(s), noon); err != nil || !same(c, got) {
		t.Errorf("got %v", err)
	}
	if n := len(seal(t, r, claimsAt(noon))); n < 100 || n > 200 {
		t.Errorf("an ordinary token has %d bytes", n)
	}
}

func TestNewRing(t *testing.T) {
	f := func(want string, keys ...Key) {
		t.Helper()
		r, err := NewRing(keys)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || r != nil) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret!") {
			t.Errorf("the error quotes a secret: %v", err)
		}
	}
	short := Key{ID: "short", Secret: bytes.Repeat([]byte("secret!"), 5)[:MinSecretSize-1]}
	f("at least one")
	f("", keyOf("a", 1))
	f("", keyOf("abcxyz09", 1), keyOf("0", 1), GenerateKey())
	for _, id := range []string{"", "123456789", "A", "a b", "a.b", "a-b", "é", "a\x00"} {
		f("key 2: id must be", keyOf("a", 1), keyOf(id, 2))
	}
	f("key short: secret must have at least 32 bytes", short)
	f("key b: secret must have", keyOf("a", 1), Key{ID: "b"})
	f("key a: id is used twice", keyOf("a", 1), keyOf("b", 2), keyOf("a", 3))
}

func TestGenerateKey(t *testing.T) {
	secrets := map[string]bool{}
	for range 1000 {
		k := GenerateKey()
		if !validKeyID(k.ID) || len(k.Secret) < MinSecretSize || secrets[string(k.Secret)] || bytes.Equal(k.Secret, make([]byte, len(k.Secret))) {
			t.Fatalf("got id %q and a secret of %d bytes", k.ID, len(k.Secret))
		}
		secrets[string(k.Secret)] = true
	}
}

// TestRotation takes the three steps that Ring describes: no token that was valid is refused before the last.
func TestRotation(t *testing.T) {
	older, newer := keyOf("old", 1), keyOf("new", 2)
	before, during, turned, after := ringOf(t, older), ringOf(t, older, newer), ringOf(t, newer, older), ringOf(t, newer)
	f := func(r *Ring, sealed string, want error) {
		t.Helper()
		if _, err := r.Open([]byte(sealed), noon); !errors.Is(err, want) {
			t.Errorf("%.4s: got %v, want %v", sealed, err, want)
		}
	}
	for _, sealer := range []*Ring{before, during} {
		s := seal(t, sealer, claimsAt(noon))
		f(before, s, nil)
		f(during, s, nil)
		f(turned, s, nil)
		f(after, s, ErrUnknownKey)
	}
	for _, sealer := range []*Ring{turned, after} {
		s := seal(t, sealer, claimsAt(noon))
		f(before, s, ErrUnknownKey)
		f(during, s, nil)
		f(turned, s, nil)
		f(after, s, nil)
	}
	// Another secret under the same id, and the same secret under another id.
	s := seal(t, before, claimsAt(noon))
	f(ringOf(t, keyOf("old", 9)), s, ErrForged)
	f(ringOf(t, keyOf("new", 1)), "1new"+strings.TrimPrefix(s, "1old"), ErrForged)
}
