package sigv4

// StatusForbidden is the HTTP status of every Error (IVS Chat API reference, "Common Errors").
const StatusForbidden = 403

// Codes of the errors, as SDKs read them.
const (
	CodeMissingToken       = "MissingAuthenticationTokenException"
	CodeIncomplete         = "IncompleteSignatureException"
	CodeUnrecognizedClient = "UnrecognizedClientException"
	CodeInvalidSignature   = "InvalidSignatureException"
	CodeExpiredToken       = "ExpiredTokenException"
)

// Error is why a request was not accepted. Its text is for the client; it never carries a secret, a signature, or
// anything that was computed from one.
type Error struct {
	Code    string
	Message string
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

var (
	errMissing = &Error{CodeMissingToken, "Missing Authentication Token"}

	errUnrecognized = &Error{CodeUnrecognizedClient, "The security token included in the request is invalid."}
	errExpired      = &Error{CodeExpiredToken, "The security token included in the request is expired"}

	errMismatch = &Error{CodeInvalidSignature,
		"The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
)

func incomplete(message string) *Error { return &Error{CodeIncomplete, message} }
func invalid(message string) *Error    { return &Error{CodeInvalidSignature, message} }
