package chat

import "fmt"

// Error is an error of the messaging API: an ERROR frame on an open connection, the body of a refused handshake before.
type Error struct {
	Code    int    `json:"ErrorCode"`
	Message string `json:"ErrorMessage"`
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Codes of the messaging API (Chat Messaging API Reference, "Error messages").
const (
	CodeInvalid      = 400
	CodeUnauthorized = 401
	CodeForbidden    = 403
	CodeNotFound     = 404
	CodeRejected     = 406
	CodeTooLarge     = 413
	CodeRateLimited  = 429
	CodeInternal     = 500
	CodeUnavailable  = 503 // handshakes only: the claim of a token could not be decided
)

// Errors whose texts clients compare byte by byte (protocol.md section 4.4): never change them.
var (
	ErrContentTooLong = &Error{CodeInvalid, "Message exceeds maximum length"}
	ErrRateLimited    = &Error{CodeRateLimited, "rate limit exceeded"}
)

// Errors with one text each.
var (
	ErrMalformed      = &Error{CodeInvalid, "Request must be one JSON object with string values"}
	ErrUnknownAction  = &Error{CodeInvalid, "Action must be one of SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER"}
	ErrAttributes     = &Error{CodeInvalid, "Attributes must be an object whose values are strings"}
	ErrContentEmpty   = &Error{CodeInvalid, "Content must have at least 1 character that is not white space"}
	ErrMessageID      = &Error{CodeInvalid, "Id must be 12 characters of [a-zA-Z0-9]"}
	ErrUserIDEmpty    = &Error{CodeInvalid, "UserId must have at least 1 character"}
	ErrSessionExpired = &Error{CodeUnauthorized, "Session has expired"}
	ErrNoRoom         = &Error{CodeNotFound, "Room does not exist"}
	ErrReviewDenied   = &Error{CodeRejected, "Message was rejected by the message review handler"}
	ErrInternal       = &Error{CodeInternal, "Internal error"}

	ErrRequestIDTooLarge  = &Error{CodeTooLarge, fmt.Sprintf("RequestId must be at most %d bytes", MaxRequestIDSize)}
	ErrUserIDTooLarge     = &Error{CodeTooLarge, fmt.Sprintf("UserId must be at most %d characters", MaxUserIDLength)}
	ErrReasonTooLarge     = &Error{CodeTooLarge, fmt.Sprintf("Reason must be at most %d characters", MaxReasonLength)}
	ErrAttributesTooLarge = &Error{CodeTooLarge, fmt.Sprintf("Attributes must be at most %d bytes in all", MaxAttributesSize)}
)

// ErrForbidden is the refusal of an action whose capability the token lacks.
func ErrForbidden(want Capabilities) *Error {
	return &Error{CodeForbidden, fmt.Sprintf("Forbidden: the chat token lacks the capability %s", want.Names()[0])}
}
