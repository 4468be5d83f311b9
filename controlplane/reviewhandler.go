package controlplane

import (
	"regexp"
	"strings"

	"github.com/throngchat/throng/internal/store"
)

// reviewHandlerInput is the messageReviewHandler of a request.
type reviewHandlerInput struct {
	URI            *string `json:"uri"`
	FallbackResult *string `json:"fallbackResult"`
}

// reviewHandler is what a request asks for: a part that it does not have is nil.
type reviewHandler struct {
	uri, fallback *string
}

// Results of a review, and so of its fallback.
const (
	allow = "ALLOW"
	deny  = "DENY"
)

// maxHandlerURILength bounds the URI of a handler, in characters.
const maxHandlerURILength = 170

var lambdaPattern = regexp.MustCompile(`^arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:function:.+$`)

// handlerURI checks the URI of a message review handler: the ARN of a Lambda function, or "" for none.
//
// throng will accept the URLs of HTTP handlers as well (protocol.md section 1.1), on hosts that its configuration allows.
// There is no such setting yet, so no host is allowed: to accept a handler that is not called would let messages
// through unreviewed.
func (v *violations) handlerURI(name string, value *string) {
	before := len(*v)
	uri := v.text(name, value, 0, maxHandlerURILength)
	switch {
	case len(*v) > before || uri == "":
	case strings.HasPrefix(uri, "http://"), strings.HasPrefix(uri, "https://"):
		v.add(name, "must not be a URL: the configuration of this server allows no host for message review handlers")
	case !lambdaPattern.MatchString(uri):
		v.add(name, "must be empty or the ARN of a Lambda function, arn:aws:lambda:region:account:function:name")
	}
}

func (v *violations) reviewHandler(name string, value *reviewHandlerInput) *reviewHandler {
	if value == nil {
		return nil
	}
	v.handlerURI(name+".uri", value.URI)
	if f := value.FallbackResult; f != nil && *f != allow && *f != deny {
		v.add(name+".fallbackResult", "must be one of %s, %s", allow, deny)
	}
	return &reviewHandler{uri: value.URI, fallback: value.FallbackResult}
}

// apply returns the handler of a room that had old, which is nil when it never had one. What the request leaves out stays
// as it was; a fresh handler falls back to ALLOW.
//
// A handler that was detached stays behind with an empty URI, because AWS still answers one then: Terraform's tests read
// it (protocol.md section 2, notes).
func (h *reviewHandler) apply(old *store.ReviewHandler) *store.ReviewHandler {
	if h == nil {
		return old
	}
	next := store.ReviewHandler{FallbackResult: allow}
	if old != nil {
		next = *old
	}
	if h.uri != nil {
		next.URI = *h.uri
	}
	if h.fallback != nil {
		next.FallbackResult = *h.fallback
	}
	if next.URI == "" && old == nil {
		return nil
	}
	return &next
}
