package chat

import (
	"strings"
	"unicode/utf8"

	"github.com/throngchat/throng/internal/jsonx"
)

// Action is what a messaging request asks for.
type Action uint8

// The actions of the messaging API.
const (
	SendMessage Action = iota + 1
	DeleteMessage
	DisconnectUser
)

// Actions lists all actions, in the order of their numbers.
var Actions = [...]Action{SendMessage, DeleteMessage, DisconnectUser}

// String returns the name on the wire.
func (a Action) String() string {
	switch a {
	case SendMessage:
		return "SEND_MESSAGE"
	case DeleteMessage:
		return "DELETE_MESSAGE"
	case DisconnectUser:
		return "DISCONNECT_USER"
	}
	return "UNKNOWN"
}

// Capability returns what a token needs for the action; each action has its own.
func (a Action) Capability() Capabilities { return 1 << (a - 1) }

// Request is a messaging request. An optional field that is missing, null or empty is "".
type Request struct {
	Action     Action
	RequestID  string
	Content    string            // SEND_MESSAGE
	Attributes map[string]string // SEND_MESSAGE; nil when not given
	ID         string            // DELETE_MESSAGE
	UserID     string            // DISCONNECT_USER
	Reason     string            // DELETE_MESSAGE, DISCONNECT_USER
}

// wireRequest is what sonic fills. The values of Attributes are pointers, so that a null is seen.
type wireRequest struct {
	Action     string
	RequestId  string //nolint:revive // the wire's spelling
	Content    string
	Attributes map[string]*string
	Id         string //nolint:revive // the wire's spelling
	UserId     string //nolint:revive // the wire's spelling
	Reason     string
}

// ParseRequest reads one text message of the messaging API: a JSON object whose keys may have any case. Unknown keys
// are ignored, as the service does. The message must be valid UTF-8.
//
// On error the request holds its RequestID when that could be read, so that the answer can name it.
func ParseRequest(message []byte) (Request, *Error) {
	var w wireRequest
	if err := jsonx.Unmarshal(message, &w); err != nil {
		return Request{RequestID: readableRequestID(message)}, ErrMalformed
	}
	r := Request{RequestID: w.RequestId, Content: w.Content, ID: w.Id, UserID: w.UserId, Reason: w.Reason}
	if len(r.RequestID) > MaxRequestIDSize {
		r.RequestID = "" // do not echo what is refused for its size
		return r, ErrRequestIDTooLarge
	}
	for _, a := range Actions {
		if w.Action == a.String() {
			r.Action = a
		}
	}
	if r.Action == 0 {
		return r, ErrUnknownAction
	}
	if w.Attributes != nil {
		r.Attributes = make(map[string]string, len(w.Attributes))
		for k, v := range w.Attributes {
			if v == nil {
				return r, ErrAttributes
			}
			r.Attributes[k] = *v
		}
	}
	return r, nil
}

// readableRequestID finds the RequestId of a message that is no request. Of one that is JSON, its other fields do not
// matter, nor does the case of its key; of one that is not, it is what can be found before the fault.
func readableRequestID(message []byte) string {
	var w struct {
		RequestId string //nolint:revive // the wire's spelling
	}
	id := ""
	if jsonx.Unmarshal(message, &w) == nil {
		id = w.RequestId
	} else {
		for _, key := range [...]string{"RequestId", "requestId", "requestid", "REQUESTID"} {
			if id == "" {
				id = jsonx.String(message, key)
			}
		}
	}
	if len(id) > MaxRequestIDSize || !utf8.ValidString(id) {
		return ""
	}
	return id
}

// Check applies the limits on the fields that the action uses. maxContent is the room's maximumMessageLength, in
// characters. White space around the content does not count towards its length, and content of nothing else is empty
// (protocol.md sections 4.4 and 11, no. 12); it is delivered as it came.
func (r *Request) Check(maxContent int) *Error {
	switch r.Action {
	case SendMessage:
		content := strings.TrimSpace(r.Content)
		switch {
		case content == "":
			return ErrContentEmpty
		case utf8.RuneCountInString(content) > maxContent:
			return ErrContentTooLong
		case AttributesSize(r.Attributes) > MaxAttributesSize:
			return ErrAttributesTooLarge
		}
		return nil
	case DeleteMessage:
		if !ValidID(r.ID) {
			return ErrMessageID
		}
	case DisconnectUser:
		if r.UserID == "" {
			return ErrUserIDEmpty
		}
		if utf8.RuneCountInString(r.UserID) > MaxUserIDLength {
			return ErrUserIDTooLarge
		}
	}
	if utf8.RuneCountInString(r.Reason) > MaxReasonLength {
		return ErrReasonTooLarge
	}
	return nil
}
