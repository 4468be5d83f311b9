package token

import (
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"
)

// Tokens that were sealed once, with the keys a and b of these tests: what an earlier throng has sealed opens.
const (
	sealedByA = "1a.wdIBlWeyd7YKBuvb94UZJvgWi3iMjN-1aHyx6H1a4sBJwuS7lcWJhTxGWde7oEoQjh4yM4Dp6IxQu24IoM48zSfizgfeI7JWQS3ZNA"
	sealedByB = "1b.91vcgwFBMNWw0Dc0CVU4VAyC9YemrRNHNPqgctnpqfS_woFLs4DDJdDp_yKCK0VsFKPPcJMotgXQHZboqQ_vwHljKJFc4RXMwryVyg"
)

func TestOpenSealedEarlier(t *testing.T) {
	r := ringOf(t, keyOf("a", 1), keyOf("b", 2))
	for _, s := range []string{sealedByA, sealedByB} {
		if c, err := r.Open([]byte(s), noon); err != nil || !same(claimsAt(noon), c) || !strings.HasPrefix(s[3:], c.ID) {
			t.Errorf("got %+v, %v", c, err)
		}
	}
}

func TestOpenTimes(t *testing.T) {
	r := ringOf(t, keyOf("a", 1))
	s := []byte(seal(t, r, claimsAt(noon)))
	f := func(after time.Duration, want error) {
		t.Helper()
		if _, err := r.Open(s, noon.Add(after)); !errors.Is(err, want) {
			t.Errorf("%v after it was issued: got %v, want %v", after, err, want)
		}
	}
	f(0, nil)
	f(time.Minute-1, nil)
	f(time.Minute, ErrExpired)
	f(time.Minute+1, ErrExpired)
	f(1000*time.Hour, ErrExpired)
	// The node that issued it may be ahead.
	f(-MaxClockSkew+1, nil)
	f(-MaxClockSkew, nil)
	f(-MaxClockSkew-1, ErrFromFuture)
	f(-1000*time.Hour, ErrFromFuture)

	// A token of no time at all is expired from the beginning; times below the millisecond are cut, never gained.
	c := claimsAt(noon)
	c.ExpiresAt = noon
	s = []byte(seal(t, r, c))
	f(0, ErrExpired)
	f(-1, nil)
	c.ExpiresAt = noon.Add(time.Second + 999*time.Microsecond)
	s = []byte(seal(t, r, c))
	f(time.Second-1, nil)
	f(time.Second, ErrExpired)
}

// TestOpenRefusesEveryChange changes each byte of a token to each other value, cuts it everywhere, and adds to it. Three
// users give three lengths of the encoding's last group, one of which has no bits to spare.
func TestOpenRefusesEveryChange(t *testing.T) {
	r := ringOf(t, keyOf("key1", 1), keyOf("key2", 2))
	other := seal(t, r, claimsAt(noon))
	for _, user := range []string{"u", "uu", "uuu"} {
		c := claimsAt(noon)
		c.UserID = user
		s := seal(t, r, c)
		f := func(changed []byte) {
			t.Helper()
			got, err := r.Open(changed, noon)
			if err != ErrMalformed && err != ErrForged && err != ErrUnknownKey || got.ID != "" || got.RoomID != "" || got.Attributes != nil {
				t.Errorf("%q was\n%q: got %+v, %v", changed, s, got, err)
			}
		}
		for i := range s {
			changed := []byte(s)
			for b := range 256 {
				if changed[i] = byte(b); byte(b) != s[i] {
					f(changed)
				}
			}
			f([]byte(s[:i]))
			f([]byte(s[i+1:]))
			f([]byte(s[:i] + s[i+1:]))
			f([]byte(s[:i] + "\n" + s[i:])) // the decoder of base64 would skip it
			f([]byte(s[:i] + "\r" + s[i:]))
			f([]byte(s[:i] + "A" + s[i:]))
			if spliced := s[:i] + other[min(i, len(other)):]; spliced != other {
				f([]byte(spliced))
			}
		}
		for b := range 256 {
			f(append([]byte(s), byte(b)))
			f(append([]byte{byte(b)}, s...))
		}
		f([]byte(s + "="))
		f([]byte(s + "AAAA"))
		f([]byte(s + s))
		f([]byte(strings.ToUpper(s)))
	}
}

// TestOpenRefusesTheOtherSpellings of base64: the last group may have bits that mean nothing, and a lenient decoder would
// take several texts for one token.
func TestOpenRefusesTheOtherSpellings(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	r := ringOf(t, keyOf("a", 1))
	spellings := 0
	for _, user := range []string{"u", "uu", "uuu"} {
		c := claimsAt(noon)
		c.UserID = user
		s := seal(t, r, c)
		want, err := base64.RawURLEncoding.DecodeString(s[3:])
		if err != nil {
			t.Fatal(err)
		}
		for i := range alphabet {
			changed := s[:len(s)-1] + alphabet[i:i+1]
			if got, err := base64.RawURLEncoding.DecodeString(changed[3:]); changed == s || err != nil || string(got) != string(want) {
				continue
			}
			spellings++
			if _, err := r.Open([]byte(changed), noon); !errors.Is(err, ErrMalformed) {
				t.Errorf("%q is taken for %q: %v", changed, s, err)
			}
		}
	}
	if spellings != 15+3 {
		t.Errorf("looked at %d spellings", spellings)
	}
}

func TestOpenRefusesForms(t *testing.T) {
	r := ringOf(t, keyOf("a", 1))
	good := seal(t, r, claimsAt(noon))
	f := func(s string, want error) {
		t.Helper()
		if _, err := r.Open([]byte(s), noon); err != want {
			t.Errorf("%.60q: got %v, want %v", s, err, want)
		}
	}
	f(good, nil)
	for _, s := range []string{"", "1", "1a", "1.", ".", "1a.", "1a.AAAA", "a." + good[3:], "2a." + good[3:], "1A." + good[3:], "1." + good[3:],
		"1a" + good[3:], "1123456789." + good[3:], "1aé." + good[3:], "1a." + good[3:] + ".", "Bearer " + good, " " + good} {
		f(s, ErrMalformed)
	}
	f("1b."+good[3:], ErrUnknownKey)
	f("112345678."+good[3:], ErrUnknownKey)
	// Sizes: the least that can be a seal, and the most that is looked at.
	f("1a."+strings.Repeat("A", 36), ErrMalformed) // 27 bytes
	f("1a."+strings.Repeat("A", 38), ErrForged)    // 28 bytes
	f("1a."+strings.Repeat("A", MaxSize-4), ErrForged)
	f("1a."+strings.Repeat("A", MaxSize-2), ErrMalformed)
	f("1a."+strings.Repeat("A", 1<<20), ErrMalformed)
	if _, err := r.Open(nil, noon); err != ErrMalformed {
		t.Errorf("nil: got %v", err)
	}
}

// TestIDs checks what a store of used tokens relies on: one token has one id, two have two.
func TestIDs(t *testing.T) {
	r := ringOf(t, keyOf("a", 1))
	seen := map[string]bool{}
	for range 10_000 {
		s := []byte(seal(t, r, claimsAt(noon)))
		c, err := r.Open(s, noon)
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.Open(s, noon.Add(time.Second))
		if err != nil || again.ID != c.ID || !maps.Equal(again.Attributes, c.Attributes) {
			t.Fatalf("got %q, then %q, %v", c.ID, again.ID, err)
		}
		if len(c.ID) != 16 || strings.Trim(c.ID, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" || seen[c.ID] {
			t.Fatalf("got id %q: of another form, or not fresh", c.ID)
		}
		seen[c.ID] = true
	}
}

// TestErrorsSayNothingOfTheToken keeps tokens out of logs: the errors are fixed texts.
func TestErrorsSayNothingOfTheToken(t *testing.T) {
	for _, err := range []error{ErrMalformed, ErrUnknownKey, ErrForged, ErrExpired, ErrFromFuture} {
		if !strings.HasPrefix(err.Error(), "token ") || errors.Unwrap(err) != nil {
			t.Errorf("got %q", err)
		}
	}
}
