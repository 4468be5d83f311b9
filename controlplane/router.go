package controlplane

import (
	"context"
	"strings"
)

// operation is one of the API's 17.
type operation struct {
	name   string
	method string
	// run performs the operation. It is nil when throng does not offer the operation yet.
	run func(*Server, context.Context, []byte) (any, *apiError)
}

// unknown is the name of what is not an operation, in metrics and logs.
const unknown = "Unknown"

// operations holds all of them: 14 are POST /Name, the 3 on tags share a path (protocol.md section 1).
var operations = []*operation{
	{"CreateChatToken", "POST", (*Server).createChatToken},
	{"CreateLoggingConfiguration", "POST", nil},
	{"CreateRoom", "POST", (*Server).createRoom},
	{"DeleteLoggingConfiguration", "POST", nil},
	{"DeleteMessage", "POST", (*Server).deleteMessage},
	{"DeleteRoom", "POST", (*Server).deleteRoom},
	{"DisconnectUser", "POST", (*Server).disconnectUser},
	{"GetLoggingConfiguration", "POST", nil},
	{"GetRoom", "POST", (*Server).getRoom},
	{"ListLoggingConfigurations", "POST", nil},
	{"ListRooms", "POST", (*Server).listRooms},
	{"ListTagsForResource", "GET", nil},
	{"SendEvent", "POST", (*Server).sendEvent},
	{"TagResource", "POST", nil},
	{"UntagResource", "DELETE", nil},
	{"UpdateLoggingConfiguration", "POST", nil},
	{"UpdateRoom", "POST", (*Server).updateRoom},
}

const tagsPath = "/tags/"

var (
	byPath      = map[string]*operation{}
	byTagMethod = map[string]*operation{}
)

func init() {
	for _, op := range operations {
		switch op.name {
		case "ListTagsForResource", "TagResource", "UntagResource":
			byTagMethod[op.method] = op
		default:
			byPath["/"+op.name] = op
		}
	}
}

// route finds the operation by the raw path, which it does not decode: the ARN behind /tags/ is one segment whose
// slash is written %2F.
func route(method, rawPath string) (*operation, *apiError) {
	var op *operation
	if arn, ok := strings.CutPrefix(rawPath, tagsPath); ok {
		if arn != "" && !strings.Contains(arn, "/") {
			op = byTagMethod[method]
		}
	} else if op = byPath[rawPath]; op != nil && op.method != method {
		op = nil
	}
	if op == nil {
		return nil, errUnknownOperation("No operation of IVS Chat has this method and path")
	}
	return op, nil
}

// errNotOffered answers an operation that throng does not offer yet. Of the errors that SDKs do not retry,
// UnknownOperationException says best that calling again does not help.
func errNotOffered(op *operation) *apiError {
	return errUnknownOperation("throng does not offer " + op.name + " yet")
}
