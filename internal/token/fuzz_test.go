package token

import (
	"bytes"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/throngchat/throng/internal/chat"
)

// FuzzOpen looks for a token that opens although it was not sealed. Two that were are among the seeds, and two of other
// keys.
func FuzzOpen(f *testing.F) {
	r := ringOf(f, keyOf("a", 1), keyOf("b", 2))
	f.Add([]byte(sealedByA))
	f.Add([]byte(sealedByB))
	f.Add([]byte("1c.FEFJkXtNlEkbwm2K4NQGFNvrSMwMBOoiHtKmC1OzTPCN7P4q0apMQj_70Ysy0pryZA_ebgicfMhz3wmJKiGd3JPr9j3XecMYHbLLkw"))
	f.Add([]byte("1a.gKZIKTfsdv5ijpSgp9ceGb-_djzfgKE4mJl1Gb6bGW-zq87-gPMstTc3kyk87iXcoBKahBpSjs-ja4R4EcEDD1L2vWVOQLwNopq4HQ"))
	f.Add([]byte("1a.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
	f.Fuzz(func(t *testing.T, in []byte) {
		before := string(in)
		c, err := r.Open(in, noon)
		if string(in) != before {
			t.Fatal("the token was changed")
		}
		switch err {
		case nil:
			if before != sealedByA && before != sealedByB || !same(claimsAt(noon), c) {
				t.Fatalf("%q opens as %+v", in, c)
			}
		case ErrMalformed, ErrUnknownKey, ErrForged:
			if c.ID != "" || c.UserID != "" || c.Attributes != nil {
				t.Fatalf("got %+v with %v", c, err)
			}
		default:
			t.Fatalf("%q: %v", in, err)
		}
	})
}

// FuzzParseClaims checks that claims have one encoding: what is read is written again as it was.
func FuzzParseClaims(f *testing.F) {
	c := claimsAt(noon)
	f.Add(appendClaims(nil, &c))
	c.Attributes = map[string]string{"": "", "a": "é", "b": "\x00"}
	f.Add(appendClaims(nil, &c))
	f.Add([]byte{7, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		c, ok := parseClaims(in)
		if !ok {
			return
		}
		if out := appendClaims(nil, &c); !bytes.Equal(out, in) {
			t.Fatalf("%x is written as %x: %+v", in, out, c)
		}
		if !utf8.ValidString(c.RoomID) || !utf8.ValidString(c.UserID) || !chat.ValidAttributes(c.Attributes) {
			t.Fatalf("got text that is not UTF-8: %+v", c)
		}
		if c.IssuedAt.Before(time.UnixMilli(0)) || c.ExpiresAt.Before(c.IssuedAt) || c.SessionEndsAt.Before(c.IssuedAt) {
			t.Fatalf("got times out of order: %+v", c)
		}
		if err := c.check(); err != nil {
			t.Fatalf("%+v could not have been sealed: %v", c, err)
		}
	})
}
