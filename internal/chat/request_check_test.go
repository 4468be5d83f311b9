package chat

import (
	"strings"
	"testing"
)

func TestCheckContent(t *testing.T) {
	f := func(content string, limit int, want *Error) {
		t.Helper()
		r := Request{Action: SendMessage, Content: content}
		if err := r.Check(limit); err != want {
			t.Errorf("%.40q of %d bytes: got %v, want %v", content, len(content), err, want)
		}
		if r.Content != content {
			t.Errorf("%.40q: was changed to %.40q", content, r.Content)
		}
	}
	// Characters are code points: not bytes, not UTF-16 units, not what the eye sees as one.
	for _, c := range []string{"a", "é", "€", "😀", "\u0301", "\u200d", "\x00", "\ufffd"} {
		for _, limit := range []int{1, 10, MaxContentLength} {
			f(strings.Repeat(c, limit), limit, nil)
			f(strings.Repeat(c, limit+1), limit, ErrContentTooLong)
		}
	}
	f("👩‍👩‍👧‍👦", 7, nil) // four people and three joiners
	f("👩‍👩‍👧‍👦", 6, ErrContentTooLong)
	f("e\u0301", 2, nil)
	f("e\u0301", 1, ErrContentTooLong)
	// White space around it does not count, white space within does.
	for _, space := range []string{" ", "\t\r\n", "\u00a0", "\u2003", "\u3000"} {
		f(space+"ab"+space, 2, nil)
		f(strings.Repeat(space, 1000)+"ab", 2, nil)
		f("a"+space+"b", 2, ErrContentTooLong)
		f(space, 10, ErrContentEmpty)
		f(strings.Repeat(space, 20), 10, ErrContentEmpty)
	}
	f("", 10, ErrContentEmpty)
	f("\u200b", 10, nil) // invisible, but no white space to Unicode
}

func TestCheckAttributes(t *testing.T) {
	f := func(attributes map[string]string, want *Error) {
		t.Helper()
		r := Request{Action: SendMessage, Content: "hi", Attributes: attributes}
		if err := r.Check(10); err != want {
			t.Errorf("%d bytes: got %v, want %v", AttributesSize(attributes), err, want)
		}
	}
	f(nil, nil)
	f(map[string]string{}, nil)
	f(map[string]string{"": ""}, nil)
	// Keys and values together, in bytes.
	f(map[string]string{"key": strings.Repeat("a", MaxAttributesSize-3)}, nil)
	f(map[string]string{"key": strings.Repeat("a", MaxAttributesSize-2)}, ErrAttributesTooLarge)
	f(map[string]string{strings.Repeat("a", MaxAttributesSize): ""}, nil)
	f(map[string]string{strings.Repeat("a", MaxAttributesSize): "b"}, ErrAttributesTooLarge)
	f(map[string]string{"k": strings.Repeat("é", 500), "l": strings.Repeat("b", 22)}, nil)
	f(map[string]string{"k": strings.Repeat("é", 500), "l": strings.Repeat("b", 23)}, ErrAttributesTooLarge)
}

func TestCheckModeration(t *testing.T) {
	f := func(r Request, want *Error) {
		t.Helper()
		if err := r.Check(1); err != want {
			t.Errorf("%v: got %v, want %v", r.Action, err, want)
		}
	}
	const id = "M2YcHkgffEvU"
	reason, user := strings.Repeat("😀", MaxReasonLength), strings.Repeat("😀", MaxUserIDLength)

	f(Request{Action: DeleteMessage, ID: id}, nil)
	f(Request{Action: DeleteMessage, ID: id, Reason: reason}, nil)
	f(Request{Action: DeleteMessage, ID: id, Reason: reason + "a"}, ErrReasonTooLarge)
	for _, bad := range []string{"", id[1:], id + "a", "M2YcHkgffEv-", "M2YcHkgffEv\x00", "M2YcHkgffEé"} {
		f(Request{Action: DeleteMessage, ID: bad}, ErrMessageID)
	}
	f(Request{Action: DisconnectUser, UserID: "u"}, nil)
	f(Request{Action: DisconnectUser, UserID: " "}, nil)
	f(Request{Action: DisconnectUser, UserID: user, Reason: reason}, nil)
	f(Request{Action: DisconnectUser, UserID: user + "a"}, ErrUserIDTooLarge)
	f(Request{Action: DisconnectUser, UserID: "u", Reason: reason + "a"}, ErrReasonTooLarge)
	f(Request{Action: DisconnectUser}, ErrUserIDEmpty)
	// What an action does not use is not measured.
	f(Request{Action: DeleteMessage, ID: id, Content: strings.Repeat("a", 1000), UserID: user + "a"}, nil)
	f(Request{Action: DisconnectUser, UserID: "u", ID: "x", Attributes: map[string]string{"k": strings.Repeat("a", 2000)}}, nil)
	f(Request{Action: SendMessage, Content: "a", ID: "x", UserID: user + "a", Reason: reason + "a"}, nil)
}
