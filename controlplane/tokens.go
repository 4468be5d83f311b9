package controlplane

import (
	"context"
	"time"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/token"
)

// Sealer makes chat tokens. *token.Ring is one; a Sealer that may be asked while its keys are rotated has to be safe for
// that.
type Sealer interface {
	Seal(token.Claims) (string, error)
}

type createChatTokenInput struct {
	RoomIdentifier           *string            `json:"roomIdentifier"`
	UserID                   *string            `json:"userId"`
	Capabilities             []*string          `json:"capabilities"`
	SessionDurationInMinutes *int64             `json:"sessionDurationInMinutes"`
	Attributes               map[string]*string `json:"attributes"`
}

type createChatTokenOutput struct {
	Token                 string `json:"token"`
	TokenExpirationTime   string `json:"tokenExpirationTime"`
	SessionExpirationTime string `json:"sessionExpirationTime"`
}

// chatToken is what CreateChatToken asks for.
type chatToken struct {
	target
	userID       string
	capabilities chat.Capabilities
	session      time.Duration
	attributes   map[string]string
}

func (s *Server) parseCreateChatToken(body []byte) (*chatToken, *apiError) {
	var in createChatTokenInput
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var v violations
	t := &chatToken{
		target: s.room(&v, "roomIdentifier", in.RoomIdentifier),
		userID: v.required("userId", in.UserID, 1, chat.MaxUserIDLength),
		session: time.Minute * time.Duration(v.integer("sessionDurationInMinutes", in.SessionDurationInMinutes,
			chat.MinSessionMinutes, chat.MaxSessionMinutes, chat.DefaultSessionMinutes)),
		attributes: v.attributes("attributes", in.Attributes, chat.MaxAttributesSize),
	}
	var err error
	if t.capabilities, err = chat.ParseCapabilities(v.list("capabilities", in.Capabilities)); err != nil {
		v.add("capabilities", "%v", err)
	}
	return t, v.err()
}

// createChatToken seals a token and stores nothing. A token is always small enough for the head of the edge's
// handshake: the constraints on its parts see to that.
func (s *Server) createChatToken(ctx context.Context, body []byte) (any, *apiError) {
	t, err := s.parseCreateChatToken(body)
	if err != nil {
		return nil, err
	}
	if _, err := s.find(ctx, t.target); err != nil {
		return nil, err
	}
	claims := token.Claims{
		RoomID: t.id, UserID: t.userID, Capabilities: t.capabilities, Attributes: t.attributes,
		IssuedAt: s.timestamp(),
	}
	claims.ExpiresAt = claims.IssuedAt.Add(s.config.TokenTTL)
	claims.SessionEndsAt = claims.IssuedAt.Add(t.session)
	sealed, failure := s.sealer.Seal(claims)
	if failure != nil {
		return nil, errInternal(failure)
	}
	return createChatTokenOutput{
		Token:                 sealed,
		TokenExpirationTime:   formatTime(claims.ExpiresAt),
		SessionExpirationTime: formatTime(claims.SessionEndsAt),
	}, nil
}
