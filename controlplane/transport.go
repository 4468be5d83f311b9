package controlplane

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/valyala/fasthttp"
)

// refuse answers what never became a request: too large, malformed, or not complete in time. fasthttp closes the
// connection afterwards.
func (s *Server) refuse(ctx *fasthttp.RequestCtx, err error) {
	refusal := s.transportError(err)
	// Whatever the client is still sending must be read, or the answer is lost to a reset of the connection.
	if c, ok := ctx.Conn().(*lingeringConn); ok {
		c.linger.Store(true)
	}
	s.answer(ctx, begin(), nil, refusal)
}

func (s *Server) transportError(err error) *apiError {
	var tooSmall *fasthttp.ErrSmallBuffer
	var timeout net.Error
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		return &apiError{
			status: fasthttp.StatusRequestEntityTooLarge, Type: codeTooLarge,
			Message: fmt.Sprintf("The request body must have at most %d bytes", s.config.MaxBodySize),
		}
	case errors.As(err, &tooSmall):
		return &apiError{
			status: fasthttp.StatusBadRequest, Type: codeMalformedHTTP,
			Message: fmt.Sprintf("Request line and headers must have at most %d bytes", s.config.MaxHeadSize),
		}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &apiError{
			status: fasthttp.StatusRequestTimeout, Type: codeRequestTimeout,
			Message: "The request was not complete in time",
		}
	}
	return &apiError{
		status: fasthttp.StatusBadRequest, Type: codeMalformedHTTP, Message: "The request is not valid HTTP/1.1",
	}
}

// transportLog takes what fasthttp has to say: failures to accept, and too many connections.
type transportLog struct{ log *slog.Logger }

// Printf implements fasthttp.Logger.
func (l transportLog) Printf(format string, args ...any) {
	l.log.Warn("api transport", "message", fmt.Sprintf(format, args...))
}
