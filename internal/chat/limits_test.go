package chat

import "testing"

func TestAttributesSize(t *testing.T) {
	f := func(attributes map[string]string, want int) {
		t.Helper()
		if got := AttributesSize(attributes); got != want {
			t.Errorf("%q: got %d, want %d", attributes, got, want)
		}
	}
	f(nil, 0)
	f(map[string]string{"": ""}, 0)
	f(map[string]string{"a": ""}, 1)
	f(map[string]string{"": "b"}, 1)
	f(map[string]string{"ab": "cde", "é": "😀"}, 2+3+2+4)
}

func TestValidAttributes(t *testing.T) {
	f := func(attributes map[string]string, want bool) {
		t.Helper()
		if got := ValidAttributes(attributes); got != want {
			t.Errorf("%q: got %v", attributes, got)
		}
	}
	f(nil, true)
	f(map[string]string{"é": "😀", "": "\x00\ufffd"}, true)
	f(map[string]string{"\xff": "a"}, false)
	f(map[string]string{"a": "\xed\xa0\x80"}, false)
	f(map[string]string{"a": "b", "c": "\xc3"}, false)
}

// TestTextsThatClientsCompare pins what public clients compare byte by byte (protocol.md section 4.4).
func TestTextsThatClientsCompare(t *testing.T) {
	f := func(e *Error, code int, text string) {
		t.Helper()
		if e.Code != code || e.Message != text {
			t.Errorf("got %v, want %d: %s", e, code, text)
		}
	}
	f(ErrContentTooLong, 400, "Message exceeds maximum length")
	f(ErrRateLimited, 429, "rate limit exceeded")
	f(ErrForbidden(CanSendMessage), 403, "Forbidden: the chat token lacks the capability SEND_MESSAGE")
	f(ErrSessionExpired, 401, "Session has expired")
	f(ErrNoRoom, 404, "Room does not exist")
	f(ErrRequestIDTooLarge, 413, "RequestId must be at most 128 bytes")
	f(ErrUserIDTooLarge, 413, "UserId must be at most 128 characters")
	f(ErrReasonTooLarge, 413, "Reason must be at most 256 characters")
	f(ErrAttributesTooLarge, 413, "Attributes must be at most 1024 bytes in all")
}
