package controlplane

import (
	"context"
	"strings"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/jsonx"
	"github.com/throngchat/throng/internal/limit"
)

// The three operations here check the request, then their quota, then the room: a quota counts requests for rooms that
// do not exist as well, since those are the ones that reach the store. Each then publishes an event and answers; whether
// anyone is there to receive it does not matter.

// actionSendEvent is the metric label of an event of the application; the other two actions are those of internal/chat.
const actionSendEvent = "SEND_EVENT"

// idOutput answers the id of the event, which is the Id that clients see (protocol.md section 11, no. 10).
type idOutput struct {
	ID string `json:"id"`
}

type sendEventInput struct {
	RoomIdentifier *string            `json:"roomIdentifier"`
	EventName      *string            `json:"eventName"`
	Attributes     map[string]*string `json:"attributes"`
}

type appEvent struct {
	target
	name       string
	attributes map[string]string
}

func (s *Server) parseSendEvent(body []byte) (*appEvent, *apiError) {
	var in sendEventInput
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var v violations
	e := &appEvent{
		target:     s.room(&v, "roomIdentifier", in.RoomIdentifier),
		name:       v.required("eventName", in.EventName, 1, chat.MaxEventNameLength),
		attributes: v.attributes("attributes", in.Attributes, chat.MaxEventAttributesSize),
	}
	// An application could otherwise forge the service's own events (protocol.md section 11, no. 23).
	if strings.HasPrefix(e.name, chat.SystemEventPrefix) {
		v.add("eventName", "must not begin with %s", chat.SystemEventPrefix)
	}
	return e, v.err()
}

func (s *Server) sendEvent(ctx context.Context, body []byte) (any, *apiError) {
	in, err := s.parseSendEvent(body)
	if err != nil {
		return nil, err
	}
	if err := s.admit(ctx, in.target, &s.sendEventQuota); err != nil {
		return nil, err
	}
	event := chat.NewEvent(chat.NewID(), in.name, in.attributes, s.now())
	return s.publish(bus.Envelope{Kind: bus.Event, Room: in.id, Action: actionSendEvent}, event)
}

type deleteMessageInput struct {
	RoomIdentifier *string `json:"roomIdentifier"`
	ID             *string `json:"id"`
	Reason         *string `json:"reason"`
}

type messageDeletion struct {
	target
	messageID, reason string
}

func (s *Server) parseDeleteMessage(body []byte) (*messageDeletion, *apiError) {
	var in deleteMessageInput
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var v violations
	d := &messageDeletion{
		target: s.room(&v, "roomIdentifier", in.RoomIdentifier),
		reason: v.text("reason", in.Reason, 1, chat.MaxReasonLength),
	}
	switch {
	case in.ID == nil:
		v.add("id", "must not be null")
	case !chat.ValidID(*in.ID):
		v.add("id", "must be %d characters of [a-zA-Z0-9]", chat.IDLength)
	default:
		d.messageID = *in.ID
	}
	return d, v.err()
}

// deleteMessage does not look for the message: no history is kept to look in (protocol.md section 11, no. 8).
func (s *Server) deleteMessage(ctx context.Context, body []byte) (any, *apiError) {
	in, err := s.parseDeleteMessage(body)
	if err != nil {
		return nil, err
	}
	if err := s.admit(ctx, in.target, &s.account.DeleteMessage); err != nil {
		return nil, err
	}
	event := chat.NewDeleteEvent(chat.NewID(), "", in.messageID, in.reason, s.now())
	return s.publish(bus.Envelope{Kind: bus.Event, Room: in.id, Action: chat.DeleteMessage.String()}, event)
}

type disconnectUserInput struct {
	RoomIdentifier *string `json:"roomIdentifier"`
	UserID         *string `json:"userId"`
	Reason         *string `json:"reason"`
}

type disconnection struct {
	target
	userID, reason string
}

func (s *Server) parseDisconnectUser(body []byte) (*disconnection, *apiError) {
	var in disconnectUserInput
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var v violations
	d := &disconnection{
		target: s.room(&v, "roomIdentifier", in.RoomIdentifier),
		userID: v.required("userId", in.UserID, 1, chat.MaxUserIDLength),
		reason: v.text("reason", in.Reason, 1, chat.MaxReasonLength),
	}
	return d, v.err()
}

// disconnectUser succeeds for a user who is not there (protocol.md section 11, no. 7), and answers nothing.
func (s *Server) disconnectUser(ctx context.Context, body []byte) (any, *apiError) {
	in, err := s.parseDisconnectUser(body)
	if err != nil {
		return nil, err
	}
	if err := s.admit(ctx, in.target, &s.account.DisconnectUser); err != nil {
		return nil, err
	}
	event := chat.NewDisconnectEvent(chat.NewID(), "", in.userID, in.reason, s.now())
	_, err = s.publish(bus.Envelope{
		Kind: bus.Disconnect, Room: in.id, UserID: in.userID, Reason: in.reason, Action: chat.DisconnectUser.String(),
	}, event)
	return nil, err
}

// admit takes one request from a quota and looks for the room.
func (s *Server) admit(ctx context.Context, room target, quota *limit.Quota) *apiError {
	if !quota.Take(limit.Now()) {
		return errThrottled(room.id, quota)
	}
	_, err := s.find(ctx, room)
	return err
}

// publish hands an event to the edges.
func (s *Server) publish(envelope bus.Envelope, event chat.Event) (any, *apiError) {
	var err error
	if envelope.Payload, err = jsonx.Marshal(event); err != nil {
		return nil, errInternal(err)
	}
	if err := s.bus.Publish(envelope); err != nil {
		return nil, errUnavailable(err)
	}
	return idOutput{event.ID}, nil
}
