package wsproto

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// ParseClose reads the payload of a close frame from the peer. A frame without a code is StatusNoStatusRcvd; err tells
// what is wrong with the code or the reason.
func ParseClose(payload []byte) (code ws.StatusCode, reason string, err *Error) {
	if len(payload) == 0 {
		return ws.StatusNoStatusRcvd, "", nil
	}
	if len(payload) == 1 {
		return 0, "", errCloseLength
	}
	code = ws.StatusCode(binary.BigEndian.Uint16(payload))
	if !validCloseCode(code) {
		return 0, "", errCloseCode
	}
	if !utf8.Valid(payload[2:]) {
		return 0, "", errCloseReason
	}
	return code, string(payload[2:]), nil
}

// validCloseCode reports whether an endpoint may send code: RFC 6455 section 7.4, and 1012 to 1014, which the IANA
// registry has added since.
func validCloseCode(code ws.StatusCode) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014:
		return true
	}
	return false
}
