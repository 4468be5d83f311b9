package controlplane

import "github.com/throngchat/throng/internal/chat"

// target is a resource that a request names. It may not exist.
type target struct {
	id string
	// here is whether the identifier is of this region and account.
	here bool
}

// room checks an identifier of a room: its ARN or, as an extension that no client can object to, its bare id (protocol.md
// section 1.1).
//
// The ARN of another region or account is well-formed, so it is no ValidationException: it names a room that does not
// exist here, and the operation answers ResourceNotFoundException with its id. (AWS checks that with IAM policies, which
// could answer AccessDeniedException, but whose absence is no denial.)
func (s *Server) room(v *violations, name string, value *string) target {
	return s.identifier(v, name, value, chat.RoomResource)
}

func (s *Server) identifier(v *violations, name string, value *string, resource string) target {
	before := len(*v)
	identifier := v.required(name, value, 1, chat.MaxARNLength)
	if len(*v) > before {
		return target{}
	}
	if chat.ValidID(identifier) {
		return target{id: identifier, here: true}
	}
	arn, err := chat.ParseARN(identifier)
	if err != nil {
		v.add(name, "%v", err)
		return target{}
	}
	if arn.Type != resource {
		v.add(name, "must be the ARN of a %s", resource)
		return target{}
	}
	return target{id: arn.ID, here: arn.Region == s.config.Region && arn.Account == s.config.AccountID}
}

// arn returns the ARN of a room.
func (s *Server) arn(id string) string {
	return chat.ARN{Region: s.config.Region, Account: s.config.AccountID, Type: chat.RoomResource, ID: id}.String()
}

// loggingConfigurations checks the identifiers of the logging configurations of a room. The result is nil when the
// request does not have the member, and empty when it detaches all.
func (s *Server) loggingConfigurations(v *violations, name string, value []*string) []target {
	if value == nil {
		return nil
	}
	if len(value) > maxLoggingConfigurations {
		v.add(name, "must have length less than or equal to %d", maxLoggingConfigurations)
		return nil
	}
	targets := make([]target, 0, len(value))
	for _, identifier := range value {
		before := len(*v)
		targets = append(targets, s.identifier(v, name, identifier, chat.LoggingConfigurationResource))
		if len(*v) > before {
			return nil // one complaint about a member is enough
		}
	}
	return targets
}

// maxLoggingConfigurations is how many a room may have (protocol.md section 9).
const maxLoggingConfigurations = 3

// missing reports that a logging configuration does not exist: throng has no operation yet that makes one, so none
// does.
func missing(configurations []target) *apiError {
	for _, c := range configurations {
		return errLoggingConfigurationNotFound(c.id)
	}
	return nil
}
