package wsproto

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

func TestParseClose(t *testing.T) {
	f := func(payload string, code ws.StatusCode, reason string, want *Error) {
		t.Helper()
		gotCode, gotReason, err := ParseClose([]byte(payload))
		if gotCode != code || gotReason != reason || err != want {
			t.Errorf("%q: got %d %q, %v, want %d %q, %v", payload, gotCode, gotReason, err, code, reason, want)
		}
	}
	// RFC 6455 section 5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer".
	f("", ws.StatusNoStatusRcvd, "", nil)
	f("\x03", 0, "", errCloseLength)
	f("\x03\xe8", 1000, "", nil)
	f("\x03\xe8bye", 1000, "bye", nil)
	f("\x03\xe9\xf0\x9f\x98\x80", 1001, "😀", nil)
	f("\x13\x87"+strings.Repeat("r", MaxCloseReason), 4999, strings.Repeat("r", MaxCloseReason), nil)
	// "Following the 2-byte integer, the body MAY contain UTF-8-encoded data".
	f("\x03\xe8\xff", 0, "", errCloseReason)
	f("\x03\xe8a\xf0\x9f\x98", 0, "", errCloseReason)
	f("\x03\xe8\xed\xa0\x80", 0, "", errCloseReason)
	f("\x03\xed\xff", 0, "", errCloseCode)
}

// TestParseCloseCodes goes through all codes: those of RFC 6455 section 7.4 as gobwas has them, and three that the IANA
// registry has gained since. Those from 5000 are of no range that the section names; gobwas lets them pass.
func TestParseCloseCodes(t *testing.T) {
	for n := range 1 << 16 {
		payload := binary.BigEndian.AppendUint16(nil, uint16(n))
		code, _, err := ParseClose(payload)
		want := ws.CheckCloseFrameData(ws.StatusCode(n), "") == nil && n < 5000 || 1012 <= n && n <= 1014
		if (err == nil) != want || err == nil && int(code) != n || err != nil && err != errCloseCode {
			t.Errorf("%d: got %d, %v", n, code, err)
		}
	}
	for _, n := range []uint16{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		if _, _, err := ParseClose(binary.BigEndian.AppendUint16(nil, n)); err != errCloseCode {
			t.Errorf("%d: got %v", n, err)
		}
	}
}

func TestParseCloseKeepsNothingOfThePayload(t *testing.T) {
	payload := []byte("\x03\xe8bye")
	_, reason, _ := ParseClose(payload)
	copy(payload, "XXXXX")
	if reason != "bye" {
		t.Errorf("got %q after the payload was overwritten", reason)
	}
}
