package controlplane

import (
	"time"

	"github.com/throngchat/throng/internal/store"
)

// timeLayout always has a fraction: the SDK for iOS wants one, and all others take it (protocol.md section 1.2).
const timeLayout = "2006-01-02T15:04:05.000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// roomOutput is a Room in a response, and a RoomSummary when the two maxima are 0.
type roomOutput struct {
	ARN                             string               `json:"arn"`
	ID                              string               `json:"id"`
	Name                            string               `json:"name"`
	CreateTime                      string               `json:"createTime"`
	UpdateTime                      string               `json:"updateTime"`
	MaximumMessageRatePerSecond     int                  `json:"maximumMessageRatePerSecond,omitempty"`
	MaximumMessageLength            int                  `json:"maximumMessageLength,omitempty"`
	MessageReviewHandler            *reviewHandlerOutput `json:"messageReviewHandler,omitempty"`
	Tags                            map[string]string    `json:"tags"`
	LoggingConfigurationIdentifiers []string             `json:"loggingConfigurationIdentifiers,omitempty"`
}

type reviewHandlerOutput struct {
	URI            string `json:"uri"`
	FallbackResult string `json:"fallbackResult"`
}

func (s *Server) roomOutput(r *store.Room) roomOutput {
	out := s.roomSummary(r)
	out.MaximumMessageRatePerSecond = r.MaximumMessageRatePerSecond
	out.MaximumMessageLength = r.MaximumMessageLength
	return out
}

func (s *Server) roomSummary(r *store.Room) roomOutput {
	out := roomOutput{
		ARN: s.arn(r.ID), ID: r.ID, Name: r.Name,
		CreateTime: formatTime(r.CreateTime), UpdateTime: formatTime(r.UpdateTime),
		Tags: r.Tags, LoggingConfigurationIdentifiers: r.LoggingConfigurationIdentifiers,
	}
	if out.Tags == nil {
		out.Tags = map[string]string{}
	}
	if h := r.MessageReviewHandler; h != nil {
		out.MessageReviewHandler = &reviewHandlerOutput{h.URI, h.FallbackResult}
	}
	return out
}
