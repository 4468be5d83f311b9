package token

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/chat"
)

// TestClaimsEncoding pins the format: nodes of two versions read each other's tokens during an upgrade.
func TestClaimsEncoding(t *testing.T) {
	f := func(c Claims, want ...string) {
		t.Helper()
		b := appendClaims(nil, &c)
		if got := hex.EncodeToString(b); got != strings.Join(want, "") {
			t.Errorf("got %s, want %s", got, strings.Join(want, ""))
		}
		back, ok := parseClaims(b)
		if !ok || !same(c, back) {
			t.Errorf("%x is read as %+v, %v", b, back, ok)
		}
	}
	at := time.UnixMilli(300)
	f(Claims{IssuedAt: at, ExpiresAt: at, SessionEndsAt: at}, "00", "ac02", "00", "00", "00", "00", "00")
	f(Claims{
		RoomID: "room", UserID: "é", Capabilities: chat.CanSendMessage | chat.CanDisconnectUser,
		Attributes: map[string]string{"b": "1", "a": "22", "": ""},
		IssuedAt:   at, ExpiresAt: at.Add(time.Minute), SessionEndsAt: at.Add(time.Hour),
	}, "05", "ac02", "e0d403", "80dddb01", "04726f6f6d", "02c3a9", "03", "0000", "0161", "023232", "0162", "0131")
}

func TestParseClaimsRefuses(t *testing.T) {
	const good = "05" + "ac02" + "e0d403" + "80dddb01" + "04726f6f6d" + "02c3a9" + "02" + "0161" + "0132" + "0162" + "0131"
	f := func(in string) {
		t.Helper()
		b, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := parseClaims(b); ok {
			t.Errorf("%s: got %+v", in, c)
		}
	}
	replace := func(old, new string) string {
		t.Helper()
		if strings.Count(good, old) != 1 {
			t.Fatalf("%s is not there once", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	b, err := hex.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := parseClaims(b); !ok || c.Attributes["b"] != "1" {
		t.Fatalf("got %+v, %v", c, ok)
	}
	for n := range b {
		f(hex.EncodeToString(b[:n]))
	}
	f(good + "00")
	f(good + "01610132")
	// Numbers: too long a form, too large, endless.
	f(replace("ac02", "ac8200"))
	f(replace("ac02", "808080808080808002"))
	f(replace("ac02", "ffffffffffffffffff01"))
	f(replace("ac02", "ffffffffffffffffffffffff"))
	f(replace("04726f6f6d", "8400726f6f6d"))
	// Lengths and counts of what is not there.
	f(replace("04726f6f6d", "7f726f6f6d"))
	f(replace("04726f6f6d", "ffffffffffffffff7f726f6f6d"))
	f(replace("020161", "030161"))
	f(replace("020161", "010161"))
	f(replace("020161", "ffffffffffffffff7f0161"))
	// Texts that are not UTF-8.
	f(replace("02c3a9", "02c328"))
	f(replace("0161", "01ff"))
	f(replace("0131", "01ff"))
	// Keys out of order and twice.
	f(replace("0162", "0161"))
	f(replace("0161", "0163"))
	f(replace("0162", "00"))
}

// TestParseClaimsTakesNoMemoryForPromises counts attributes that never come.
func TestParseClaimsTakesNoMemoryForPromises(t *testing.T) {
	b := append(make([]byte, 6), 0xff, 0xff, 0x03) // 65535 attributes
	if allocated := testing.AllocsPerRun(10, func() { parseClaims(b) }); allocated > 0 {
		t.Errorf("%v allocations", allocated)
	}
	if _, ok := parseClaims(append(b, bytes.Repeat([]byte{0}, 1000)...)); ok {
		t.Error("accepted")
	}
}
