package chat

import (
	"strings"
	"time"

	"github.com/throngchat/throng/internal/jsonx"
)

// Types of the frames that the server sends.
const (
	TypeMessage = "MESSAGE"
	TypeEvent   = "EVENT"
	TypeError   = "ERROR"
)

// Names of the events that the service sends of itself.
const (
	EventDeleteMessage  = "aws:DELETE_MESSAGE"
	EventDisconnectUser = "aws:DISCONNECT_USER"
)

// timeLayout always has nine digits, so that a time has no fewer than clients were seen to need and none is cut.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// FormatTime writes t as the messaging API does: UTC, nanoseconds.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// Sender is the part of a MESSAGE that stays the same for a whole session; EncodeSender makes it once, at connect.
type Sender string

// EncodeSender encodes the identity that every message of a session carries.
func EncodeSender(userID string, attributes map[string]string) (Sender, error) {
	if attributes == nil {
		attributes = map[string]string{}
	}
	b, err := jsonx.Marshal(struct {
		UserID     string            `json:"UserId"`
		Attributes map[string]string `json:"Attributes"`
	}{userID, attributes})
	return Sender(b), err
}

// MarshalJSON implements json.Marshaler: a Sender is JSON already.
func (s Sender) MarshalJSON() ([]byte, error) { return []byte(s), nil }

// senderStart is what a Sender's JSON begins with.
const senderStart = `{"UserId":"`

// UserID returns userID, which the Sender was made of, as a part of the Sender when that holds it as it is: both are kept
// for the session, and most ids need no escaping.
func (s Sender) UserID(userID string) string {
	if rest, ok := strings.CutPrefix(string(s), senderStart); ok && strings.HasPrefix(rest, userID) {
		return rest[:len(userID)]
	}
	return userID
}

// Message is a MESSAGE frame. The order of the fields is the order on the wire.
type Message struct {
	Type       string            `json:"Type"`
	ID         string            `json:"Id"`
	RequestID  string            `json:"RequestId"`
	Attributes map[string]string `json:"Attributes"` // null when the request had none
	Content    string            `json:"Content"`
	SendTime   string            `json:"SendTime"`
	Sender     Sender            `json:"Sender"`
}

// Event is an EVENT frame.
type Event struct {
	Type       string            `json:"Type"`
	ID         string            `json:"Id"`
	RequestID  string            `json:"RequestId"`
	EventName  string            `json:"EventName"`
	Attributes map[string]string `json:"Attributes"`
	SendTime   string            `json:"SendTime"`
}

// ErrorFrame is an ERROR frame. It needs an Id: the chat SDK drops an error without one, and the request that failed
// would wait for ever.
type ErrorFrame struct {
	ErrorCode    int    `json:"ErrorCode"`
	ErrorMessage string `json:"ErrorMessage"`
	ID           string `json:"Id"`
	RequestID    string `json:"RequestId"`
	Type         string `json:"Type"`
}

// NewMessage returns the MESSAGE that answers a SEND_MESSAGE.
func NewMessage(id string, r *Request, at time.Time, sender Sender) Message {
	return Message{
		Type: TypeMessage, ID: id, RequestID: r.RequestID, Attributes: r.Attributes, Content: r.Content,
		SendTime: FormatTime(at), Sender: sender,
	}
}

// NewEvent returns an EVENT of the application (SendEvent).
func NewEvent(id, name string, attributes map[string]string, at time.Time) Event {
	if attributes == nil {
		attributes = map[string]string{}
	}
	return Event{Type: TypeEvent, ID: id, EventName: name, Attributes: attributes, SendTime: FormatTime(at)}
}

// NewDeleteEvent returns the EVENT that tells a room to remove a message. It carries the message's id under both
// spellings: the documented one, and the old one that the JavaScript SDK alone reads. An empty reason is left out.
func NewDeleteEvent(id, requestID, messageID, reason string, at time.Time) Event {
	attributes := map[string]string{"MessageId": messageID, "MessageID": messageID}
	return newSystemEvent(id, requestID, EventDeleteMessage, attributes, reason, at)
}

// NewDisconnectEvent returns the EVENT that tells a room that a user was disconnected. An empty reason is left out.
func NewDisconnectEvent(id, requestID, userID, reason string, at time.Time) Event {
	return newSystemEvent(id, requestID, EventDisconnectUser, map[string]string{"UserId": userID}, reason, at)
}

func newSystemEvent(id, requestID, name string, attributes map[string]string, reason string, at time.Time) Event {
	if reason != "" {
		attributes["Reason"] = reason
	}
	e := NewEvent(id, name, attributes, at)
	e.RequestID = requestID
	return e
}

// NewError returns the ERROR frame for e. id must be fresh: the SDK ignores a frame whose Id it has seen.
func NewError(id, requestID string, e *Error) ErrorFrame {
	return ErrorFrame{ErrorCode: e.Code, ErrorMessage: e.Message, ID: id, RequestID: requestID, Type: TypeError}
}
