package controlplane

import (
	"errors"

	"github.com/valyala/fasthttp"

	"github.com/throngchat/throng/internal/sigv4"
)

// signingName is the service in the scope of every credential.
const signingName = "ivschat"

// authenticate verifies the signature of a request, whose path and query are given as they came. The access key id is
// what the request claims when there is an error.
func (s *Server) authenticate(ctx *fasthttp.RequestCtx, method, rawPath, rawQuery string) (string, *apiError) {
	id, err := s.verifier.Verify(&sigv4.Request{
		Method:   method,
		RawPath:  rawPath,
		RawQuery: rawQuery,
		Header: func(name string) []string {
			values := ctx.Request.Header.PeekAll(name)
			if len(values) == 0 {
				return nil
			}
			copied := make([]string, len(values))
			for i, value := range values {
				copied[i] = string(value)
			}
			return copied
		},
		Body: ctx.PostBody(),
	})
	if err == nil {
		return id, nil
	}
	var refusal *sigv4.Error
	if !errors.As(err, &refusal) {
		return id, errInternal(err)
	}
	return id, errSignature(refusal)
}

// SetCredentials replaces the access keys that may call the API, for requests that arrive afterwards. When it fails
// nothing has changed.
func (s *Server) SetCredentials(credentials []sigv4.Credential) error {
	set, err := sigv4.NewSet(credentials)
	if err != nil {
		return err
	}
	s.verifier.Swap(set)
	return nil
}
