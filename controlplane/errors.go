package controlplane

import (
	"fmt"

	"github.com/valyala/fasthttp"

	"github.com/throngchat/throng/internal/limit"
	"github.com/throngchat/throng/internal/sigv4"
)

// Codes of errors, by which SDKs choose the exception. The first group is in the API model of ivschat; the others are
// common to AWS services (protocol.md section 1.2). Those of internal/sigv4 come on top.
const (
	codeValidation    = "ValidationException"
	codeNotFound      = "ResourceNotFoundException"
	codeQuotaExceeded = "ServiceQuotaExceededException"
	codeThrottling    = "ThrottlingException"
	codeInternal      = "InternalServerException"

	codeUnknownOperation = "UnknownOperationException"
	codeTooLarge         = "RequestEntityTooLargeException"
	codeMalformedHTTP    = "MalformedHttpRequestException"
	codeRequestTimeout   = "RequestTimeoutException"
	codeUnavailable      = "ServiceUnavailable"
)

// Reasons of a ValidationException.
const (
	reasonFields = "FIELD_VALIDATION_FAILED"
	reasonOther  = "OTHER"
)

// Types of resources in errors. The model knows only ROOM, but the SDKs' enums are open (protocol.md section 11, no. 25).
const (
	resourceRoom                 = "ROOM"
	resourceLoggingConfiguration = "LOGGING_CONFIGURATION"
)

// apiError is an answer that is not a success: what SDKs make a typed exception of. Its JSON is the body.
type apiError struct {
	Type         string       `json:"__type"`
	Message      string       `json:"message"`
	Reason       string       `json:"reason,omitempty"`
	FieldList    []fieldError `json:"fieldList,omitempty"`
	ResourceID   string       `json:"resourceId,omitempty"`
	ResourceType string       `json:"resourceType,omitempty"`
	Limit        int          `json:"limit,omitempty"`

	status int
	cause  error // for the log alone; nil when Message says it all
}

// fieldError names a member of a request and the constraint that it does not satisfy, never its value.
type fieldError struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// Error implements error.
func (e *apiError) Error() string { return e.Type + ": " + e.Message }

func errBody(message string) *apiError {
	return &apiError{status: fasthttp.StatusBadRequest, Type: codeValidation, Message: message, Reason: reasonOther}
}

func errFields(list []fieldError) *apiError {
	message := ""
	for i, f := range list {
		if i > 0 {
			message += "; "
		}
		message += "Request member: " + f.Name + " failed to satisfy the constraints: " + f.Message
	}
	return &apiError{
		status: fasthttp.StatusBadRequest, Type: codeValidation, Message: message, Reason: reasonFields, FieldList: list,
	}
}

func errRoomNotFound(id string) *apiError {
	return &apiError{
		status: fasthttp.StatusNotFound, Type: codeNotFound, Message: "Room " + id + " does not exist",
		ResourceID: id, ResourceType: resourceRoom,
	}
}

func errLoggingConfigurationNotFound(id string) *apiError {
	return &apiError{
		status: fasthttp.StatusNotFound, Type: codeNotFound, Message: "Logging configuration " + id + " does not exist",
		ResourceID: id, ResourceType: resourceLoggingConfiguration,
	}
}

// errRoomQuota names the account as the resource: the quota is the account's, and the model requires an id.
func errRoomQuota(accountID string, limit int) *apiError {
	return &apiError{
		status: fasthttp.StatusPaymentRequired, Type: codeQuotaExceeded,
		Message:    fmt.Sprintf("The quota of %d rooms is used up", limit),
		ResourceID: accountID, ResourceType: resourceRoom, Limit: limit,
	}
}

func errThrottled(roomID string, quota *limit.Quota) *apiError {
	return &apiError{
		status: fasthttp.StatusTooManyRequests, Type: codeThrottling,
		Message:    fmt.Sprintf("Rate exceeded: the quota is %d requests a second", quota.Limit()),
		ResourceID: roomID, ResourceType: resourceRoom, Limit: quota.Limit(),
	}
}

// errUnavailable is for what is expected to work again soon: SDKs retry it.
func errUnavailable(cause error) *apiError {
	return &apiError{
		status: fasthttp.StatusServiceUnavailable, Type: codeUnavailable,
		Message: "The service is unavailable. Please try again.", cause: cause,
	}
}

func errInternal(cause error) *apiError {
	return &apiError{
		status: fasthttp.StatusInternalServerError, Type: codeInternal, Message: "Internal server error", cause: cause,
	}
}

func errUnknownOperation(message string) *apiError {
	return &apiError{status: fasthttp.StatusNotFound, Type: codeUnknownOperation, Message: message}
}

func errSignature(e *sigv4.Error) *apiError {
	return &apiError{status: sigv4.StatusForbidden, Type: e.Code, Message: e.Message}
}
