package controlplane

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/throngchat/throng/internal/jsonx"
)

// exchange is one request and its answer. Nothing in it refers to the memory of the request, which is used again for the
// next one on the connection.
type exchange struct {
	requestID   string
	operation   string // a name from operations, or unknown
	accessKeyID string // claimed; proven when the operation has run
	began       time.Time
}

func begin() *exchange {
	return &exchange{requestID: newRequestID(), operation: unknown, began: time.Now()}
}

// noContent is the output of an operation that answers 204.
type noContent struct{}

// handle answers one request. fasthttp does not recover from panics: without that here, one would end the process.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	x := begin()
	defer func() {
		if p := recover(); p != nil {
			err := errInternal(fmt.Errorf("panic: %v", p))
			s.log.Error("panic in the control plane", "request_id", x.requestID, "panic", fmt.Sprint(p),
				"stack", string(debug.Stack()))
			s.answer(ctx, x, nil, err)
		}
	}()
	output, err := s.perform(ctx, x)
	s.answer(ctx, x, output, err)
}

// perform goes through the stages of a request up to the operation's output.
func (s *Server) perform(ctx *fasthttp.RequestCtx, x *exchange) (any, *apiError) {
	method := string(ctx.Method())
	rawPath, rawQuery, _ := strings.Cut(string(ctx.Request.Header.RequestURI()), "?")
	op, err := route(method, rawPath)
	if err != nil {
		return nil, err
	}
	x.operation = op.name
	if x.accessKeyID, err = s.authenticate(ctx, method, rawPath, rawQuery); err != nil {
		return nil, err
	}
	if op.run == nil {
		return nil, errNotOffered(op)
	}
	// Not ctx: it is used again when the request is over, and what the store does may outlive that.
	run, cancel := context.WithTimeout(s.running, s.config.RequestTimeout)
	defer cancel()
	return op.run(s, run, ctx.PostBody())
}

// answer writes the answer, counts it, and logs it when it is an error.
func (s *Server) answer(ctx *fasthttp.RequestCtx, x *exchange, output any, err *apiError) {
	body, err := encode(output, err)
	resp := &ctx.Response
	resp.Header.Set("x-amzn-requestid", x.requestID)
	status, code := fasthttp.StatusOK, codeOK
	if err != nil {
		status, code = err.status, err.Type
		resp.Header.Set("x-amzn-errortype", err.Type)
		if err.Type == codeThrottling {
			// The buckets give one request back long before, but this is the unit of the header.
			resp.Header.Set("Retry-After", "1")
		}
	} else if _, ok := output.(noContent); ok {
		status = fasthttp.StatusNoContent
	}
	resp.SetStatusCode(status)
	if body != nil {
		resp.Header.SetContentType("application/json")
		resp.SetBodyRaw(body)
	}
	took := time.Since(x.began)
	s.stats.observe(x.operation, code, took)
	if err != nil {
		s.logRefusal(ctx, x, err, took)
	}
}

// encode returns the body of an answer, nil when it has none, and what became of err on the way.
func encode(output any, err *apiError) ([]byte, *apiError) {
	switch output.(type) {
	case nil, noContent:
		if err == nil {
			return nil, nil
		}
	}
	if err != nil {
		output = err
	}
	body, failure := jsonx.Marshal(output)
	if failure != nil {
		err = errInternal(failure)
		body = []byte(`{"__type":"` + codeInternal + `","message":"` + err.Message + `"}`)
	}
	return body, err
}

// logRefusal writes the one line of a request that was refused or has failed. Messages of errors name constraints and
// resources; bodies, tokens and signatures are never part of one.
func (s *Server) logRefusal(ctx *fasthttp.RequestCtx, x *exchange, err *apiError, took time.Duration) {
	level := slog.LevelInfo
	if err.status >= fasthttp.StatusInternalServerError {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("request_id", x.requestID),
		slog.String("operation", x.operation),
		slog.String("code", err.Type),
		slog.Int("status", err.status),
		slog.String("reason", err.Message),
		slog.String("access_key_id", x.accessKeyID),
		slog.String("remote", ctx.RemoteAddr().String()),
		slog.Duration("took", took),
	}
	if err.cause != nil {
		attrs = append(attrs, slog.String("cause", err.cause.Error()))
	}
	s.log.LogAttrs(context.Background(), level, "api request refused", attrs...)
}
