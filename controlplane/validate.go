package controlplane

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/throngchat/throng/internal/chat"
)

// violations collects every constraint that a request does not satisfy, so that one answer names them all. Its methods
// take a member by name and value, nil when the request does not have it, and return the value to use.
type violations []fieldError

func (v *violations) add(name, format string, args ...any) {
	*v = append(*v, fieldError{name, fmt.Sprintf(format, args...)})
}

// err returns the ValidationException for what was collected, or nil.
func (v *violations) err() *apiError {
	if len(*v) == 0 {
		return nil
	}
	return errFields(*v)
}

// text checks an optional string of least to most characters.
func (v *violations) text(name string, value *string, least, most int) string {
	if value == nil {
		return ""
	}
	switch n := utf8.RuneCountInString(*value); {
	case n < least:
		v.add(name, "must have length greater than or equal to %d", least)
	case n > most:
		v.add(name, "must have length less than or equal to %d", most)
	}
	return *value
}

// required is text for a member that must be there.
func (v *violations) required(name string, value *string, least, most int) string {
	if value == nil {
		v.add(name, "must not be null")
		return ""
	}
	return v.text(name, value, least, most)
}

// integer checks an optional integer of least to most.
func (v *violations) integer(name string, value *int64, least, most, byDefault int) int {
	if value == nil {
		return byDefault
	}
	switch {
	case *value < int64(least):
		v.add(name, "must be greater than or equal to %d", least)
	case *value > int64(most):
		v.add(name, "must be less than or equal to %d", most)
	}
	return int(*value)
}

var namePattern = regexp.MustCompile(`^[a-zA-Z0-9-_]*$`)

// maxNameLength bounds the name of a room, in characters.
const maxNameLength = 128

// name checks the name of a room. "" is a legal name, the same as none.
func (v *violations) name(name string, value *string) string {
	s := v.text(name, value, 0, maxNameLength)
	if !namePattern.MatchString(s) {
		v.add(name, "must satisfy regular expression pattern: [a-zA-Z0-9-_]*")
	}
	return s
}

// attributes checks a map that travels to clients: no null in it, and at most limit bytes of keys and values.
func (v *violations) attributes(name string, value map[string]*string, limit int) map[string]string {
	attributes := v.plain(name, value)
	if chat.AttributesSize(attributes) > limit {
		v.add(name, "must have keys and values of at most %d bytes in all", limit)
	}
	return attributes
}

// plain returns a map of strings without the pointers by which decoding shows null, which is not allowed in one.
func (v *violations) plain(name string, value map[string]*string) map[string]string {
	if value == nil {
		return nil
	}
	plain := make(map[string]string, len(value))
	for k, s := range value {
		if s == nil {
			v.add(name, "must not contain null")
			return nil
		}
		plain[k] = *s
	}
	return plain
}

// list does the same for an array.
func (v *violations) list(name string, value []*string) []string {
	plain := make([]string, 0, len(value))
	for _, s := range value {
		if s == nil {
			v.add(name, "must not contain null")
			return nil
		}
		plain = append(plain, *s)
	}
	return plain
}
