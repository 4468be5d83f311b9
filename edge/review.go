package edge

import (
	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/store"
)

// fallbackDeny is the fallbackResult that refuses a message whose handler gave no verdict.
const fallbackDeny = "DENY"

// review is where a message meets the room's message review handler. This node cannot invoke handlers, which the
// service's contract provides for: the invocation counts as failed, and the handler's fallbackResult decides
// (protocol.md section 8).
func (e *Edge) review(cfg *store.Room, _ *chat.Request) *chat.Error {
	h := cfg.MessageReviewHandler
	if h == nil || h.URI == "" {
		return nil
	}
	e.stats.invocationError(h.URI)
	if h.FallbackResult == fallbackDeny {
		return chat.ErrReviewDenied
	}
	return nil
}
