package controlplane

import (
	"context"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/store"
)

// Size of a page of ListRooms.
const (
	minPage = 1
	maxPage = 50 // also the default
)

type listRoomsInput struct {
	Name                           *string `json:"name"`
	MessageReviewHandlerURI        *string `json:"messageReviewHandlerUri"`
	LoggingConfigurationIdentifier *string `json:"loggingConfigurationIdentifier"`
	MaxResults                     *int64  `json:"maxResults"`
	NextToken                      *string `json:"nextToken"`
}

type listRoomsOutput struct {
	Rooms     []roomOutput `json:"rooms"`
	NextToken string       `json:"nextToken,omitempty"`
}

// roomList is what ListRooms asks for.
type roomList struct {
	filter store.Filter
	// logging is the configuration that the filter names, when it names one.
	logging []target
	after   store.Cursor
	limit   int
}

func (s *Server) parseListRooms(body []byte) (*roomList, *apiError) {
	var in listRoomsInput
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var v violations
	list := &roomList{limit: v.integer("maxResults", in.MaxResults, minPage, maxPage, maxPage)}
	list.filter.Name = v.name("name", in.Name)
	v.handlerURI("messageReviewHandlerUri", in.MessageReviewHandlerURI)
	if in.MessageReviewHandlerURI != nil {
		list.filter.MessageReviewHandlerURI = *in.MessageReviewHandlerURI
	}
	if in.LoggingConfigurationIdentifier != nil {
		t := s.identifier(&v, "loggingConfigurationIdentifier", in.LoggingConfigurationIdentifier,
			chat.LoggingConfigurationResource)
		list.logging = []target{t}
		list.filter.LoggingConfigurationIdentifier = *in.LoggingConfigurationIdentifier
	}
	if token := v.text("nextToken", in.NextToken, 0, maxPageToken); token != "" {
		after, ok := s.openPageToken(token, list.filter)
		if !ok {
			v.add("nextToken", "must be what ListRooms returned for the same filters")
		}
		list.after = after
	}
	return list, v.err()
}

// listRooms lists rooms by the time of their last update, the latest first. A room that is updated between two pages
// moves to the front, so it may be on both or on neither.
//
// A filter that names a logging configuration which does not exist is a ResourceNotFoundException: of the members of
// the request it is the only one that this error, which the model lists for the operation, can be about.
func (s *Server) listRooms(_ context.Context, body []byte) (any, *apiError) {
	list, err := s.parseListRooms(body)
	if err != nil {
		return nil, err
	}
	if err := missing(list.logging); err != nil {
		return nil, err
	}
	rooms, more := s.rooms.List(list.filter, list.after, list.limit)
	out := listRoomsOutput{Rooms: make([]roomOutput, 0, len(rooms))}
	for _, r := range rooms {
		out.Rooms = append(out.Rooms, s.roomSummary(r))
	}
	if more && len(rooms) > 0 {
		last := rooms[len(rooms)-1]
		out.NextToken = s.pageToken(store.Cursor{UpdateTime: last.UpdateTime, ID: last.ID}, list.filter)
	}
	return out, nil
}
