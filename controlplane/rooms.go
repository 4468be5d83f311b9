package controlplane

import (
	"context"
	"errors"
	"time"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/store"
)

type createRoomInput struct {
	Name                            *string             `json:"name"`
	MaximumMessageRatePerSecond     *int64              `json:"maximumMessageRatePerSecond"`
	MaximumMessageLength            *int64              `json:"maximumMessageLength"`
	MessageReviewHandler            *reviewHandlerInput `json:"messageReviewHandler"`
	Tags                            map[string]*string  `json:"tags"`
	LoggingConfigurationIdentifiers []*string           `json:"loggingConfigurationIdentifiers"`
}

// parseCreateRoom returns the room to make, without id and times, and the logging configurations it is to have.
func (s *Server) parseCreateRoom(body []byte) (*store.Room, []target, *apiError) {
	var in createRoomInput
	if err := decode(body, &in); err != nil {
		return nil, nil, err
	}
	var v violations
	room := &store.Room{
		Name: v.name("name", in.Name),
		MaximumMessageRatePerSecond: v.integer("maximumMessageRatePerSecond", in.MaximumMessageRatePerSecond,
			1, chat.MaxRoomMessageRate, chat.DefaultRoomMessageRate),
		MaximumMessageLength: v.integer("maximumMessageLength", in.MaximumMessageLength,
			1, chat.MaxContentLength, chat.DefaultContentLength),
		MessageReviewHandler: v.reviewHandler("messageReviewHandler", in.MessageReviewHandler).apply(nil),
		Tags:                 v.tags("tags", in.Tags),
	}
	logging := s.loggingConfigurations(&v, "loggingConfigurationIdentifiers", in.LoggingConfigurationIdentifiers)
	return room, logging, v.err()
}

func (s *Server) createRoom(ctx context.Context, body []byte) (any, *apiError) {
	room, logging, err := s.parseCreateRoom(body)
	if err != nil {
		return nil, err
	}
	if err := missing(logging); err != nil {
		return nil, err
	}
	if s.rooms.Len() >= s.config.MaxRooms {
		return nil, errRoomQuota(s.config.AccountID, s.config.MaxRooms)
	}
	room.CreateTime = s.timestamp()
	room.UpdateTime = room.CreateTime
	// An id has 71 random bits: a second collision in a row is a fault elsewhere.
	var failure error
	for range 2 {
		room.ID = chat.NewID()
		if failure = s.rooms.Create(ctx, room); !errors.Is(failure, store.ErrExists) {
			break
		}
	}
	if failure != nil {
		return nil, storeFailure(room.ID, failure)
	}
	return s.roomOutput(room), nil
}

// identifierInput is the input of GetRoom and DeleteRoom.
type identifierInput struct {
	Identifier *string `json:"identifier"`
}

func (s *Server) parseIdentifier(body []byte) (target, *apiError) {
	var in identifierInput
	if err := decode(body, &in); err != nil {
		return target{}, err
	}
	var v violations
	room := s.room(&v, "identifier", in.Identifier)
	return room, v.err()
}

func (s *Server) getRoom(ctx context.Context, body []byte) (any, *apiError) {
	target, err := s.parseIdentifier(body)
	if err != nil {
		return nil, err
	}
	room, err := s.find(ctx, target)
	if err != nil {
		return nil, err
	}
	return s.roomOutput(room), nil
}

func (s *Server) deleteRoom(ctx context.Context, body []byte) (any, *apiError) {
	target, err := s.parseIdentifier(body)
	if err != nil {
		return nil, err
	}
	if !target.here {
		return nil, errRoomNotFound(target.id)
	}
	if err := s.rooms.Delete(ctx, target.id); err != nil {
		return nil, storeFailure(target.id, err)
	}
	return noContent{}, nil
}

type updateRoomInput struct {
	Identifier                      *string             `json:"identifier"`
	Name                            *string             `json:"name"`
	MaximumMessageRatePerSecond     *int64              `json:"maximumMessageRatePerSecond"`
	MaximumMessageLength            *int64              `json:"maximumMessageLength"`
	MessageReviewHandler            *reviewHandlerInput `json:"messageReviewHandler"`
	LoggingConfigurationIdentifiers []*string           `json:"loggingConfigurationIdentifiers"`
}

// roomUpdate is what UpdateRoom changes: nil leaves a part as it is.
type roomUpdate struct {
	target
	name         *string
	rate, length int // 0: as it is
	handler      *reviewHandler
	logging      []target
}

func (s *Server) parseUpdateRoom(body []byte) (*roomUpdate, *apiError) {
	var in updateRoomInput
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var v violations
	u := &roomUpdate{
		target: s.room(&v, "identifier", in.Identifier),
		name:   in.Name,
		rate: v.integer("maximumMessageRatePerSecond", in.MaximumMessageRatePerSecond,
			1, chat.MaxRoomMessageRate, 0),
		length:  v.integer("maximumMessageLength", in.MaximumMessageLength, 1, chat.MaxContentLength, 0),
		handler: v.reviewHandler("messageReviewHandler", in.MessageReviewHandler),
		logging: s.loggingConfigurations(&v, "loggingConfigurationIdentifiers", in.LoggingConfigurationIdentifiers),
	}
	v.name("name", in.Name)
	return u, v.err()
}

// apply changes a room that the store has given to be changed.
func (u *roomUpdate) apply(r *store.Room, at time.Time) {
	r.UpdateTime = at
	if u.name != nil {
		r.Name = *u.name
	}
	if u.rate != 0 {
		r.MaximumMessageRatePerSecond = u.rate
	}
	if u.length != 0 {
		r.MaximumMessageLength = u.length
	}
	r.MessageReviewHandler = u.handler.apply(r.MessageReviewHandler)
	if u.logging != nil { // the list is replaced; every identifier in it was refused before
		r.LoggingConfigurationIdentifiers = nil
	}
}

func (s *Server) updateRoom(ctx context.Context, body []byte) (any, *apiError) {
	u, err := s.parseUpdateRoom(body)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, u.target); err != nil {
		return nil, err
	}
	if err := missing(u.logging); err != nil {
		return nil, err
	}
	room, failure := s.rooms.Update(ctx, u.id, func(r *store.Room) error {
		u.apply(r, s.timestamp())
		return nil
	})
	if failure != nil {
		return nil, storeFailure(u.id, failure)
	}
	return s.roomOutput(room), nil
}

// find returns a room that a request names.
func (s *Server) find(ctx context.Context, t target) (*store.Room, *apiError) {
	if !t.here {
		return nil, errRoomNotFound(t.id)
	}
	room, err := s.rooms.Fetch(ctx, t.id)
	if err != nil {
		return nil, storeFailure(t.id, err)
	}
	return room, nil
}

// storeFailure gives an error of the store its place among those of the API. What is not about the room is about the
// store, which is away, or was too slow: whether the write was done is then open, as it is to a client of AWS whose
// connection breaks.
func storeFailure(id string, err error) *apiError {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errRoomNotFound(id)
	case errors.Is(err, store.ErrInvalid):
		return errInternal(err)
	}
	return errUnavailable(err)
}

// timestamp is the time that goes into the store: UTC, and without the reading of the monotonic clock, so that it equals
// itself when it is read again.
func (s *Server) timestamp() time.Time { return s.now().UTC().Round(0) }
