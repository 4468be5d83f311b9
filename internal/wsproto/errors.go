package wsproto

import "github.com/gobwas/ws"

// Error is a violation of the protocol by the peer. The connection is to be closed with Code and Reason.
type Error struct {
	Code   ws.StatusCode
	Reason string
}

// Error implements error.
func (e *Error) Error() string { return e.Reason }

// Violations are values, so that the hot path formats nothing.
var (
	errLength               = &Error{ws.StatusProtocolError, "frame length has its highest bit set"}
	errLengthForm           = &Error{ws.StatusProtocolError, "frame length is not written in its shortest form"}
	errReservedBits         = &Error{ws.StatusProtocolError, "reserved bits are set but no extension was negotiated"}
	errReservedOpcode       = &Error{ws.StatusProtocolError, "reserved opcode"}
	errUnmasked             = &Error{ws.StatusProtocolError, "client frame is not masked"}
	errControlTooLong       = &Error{ws.StatusProtocolError, "control frame has more than 125 bytes"}
	errControlFragmented    = &Error{ws.StatusProtocolError, "control frame is fragmented"}
	errNothingToContinue    = &Error{ws.StatusProtocolError, "continuation frame without a message to continue"}
	errExpectedContinuation = &Error{ws.StatusProtocolError, "new message inside a fragmented one"}
	errCloseLength          = &Error{ws.StatusProtocolError, "close frame has a payload of one byte"}
	errCloseCode            = &Error{ws.StatusProtocolError, "close code must not be sent"}
	errCloseReason          = &Error{ws.StatusInvalidFramePayloadData, "close reason is not valid UTF-8"}
	errUTF8                 = &Error{ws.StatusInvalidFramePayloadData, "text is not valid UTF-8"}
	errTooBig               = &Error{ws.StatusMessageTooBig, "message is too big"}
	errTooManyFragments     = &Error{ws.StatusPolicyViolation, "message has too many fragments"}
)
