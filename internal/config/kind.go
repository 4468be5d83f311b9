package config

import "strconv"

// kind is the type and range of a setting, bound to the field that it fills.
type kind interface {
	// about completes the sentence "must be ...".
	about() string
	// read takes a value of the YAML file.
	read(raw any, report report)
	// parse takes the text of an environment variable or of a flag.
	parse(text string, report report)
	// empty tells that the field holds nothing.
	empty() bool
	// yaml writes the field's value. A masked value shows nothing of it; indent is where further lines begin.
	yaml(masked bool, indent string) string
}

// report takes one thing that is wrong with a value: where inside the value, "" for all of it, and what. The text never
// holds the value itself, which may be a secret in the wrong place.
type report func(where, what string)

// Mask stands in printed configurations for every secret. Loading it is an error of its own.
const Mask = "********"

// scalar is a kind with one value of type T.
type scalar[T comparable] struct {
	field    *T
	sentence string
	decode   func(text string) (T, bool)
	encode   func(T) string
	// literal turns the YAML types that may stand unquoted into text.
	literal func(raw any) (string, bool)
	// quoted tells that the value is a string of YAML, bare that it never needs its quotes.
	quoted, bare bool
}

func (s scalar[T]) about() string { return s.sentence }

func (s scalar[T]) empty() bool {
	var zero T
	return *s.field == zero
}

func (s scalar[T]) parse(text string, report report) {
	v, ok := s.decode(text)
	switch {
	case text == Mask && !ok:
		report("", "holds the mask that `throng config` prints; put the real value")
	case !ok:
		report("", "must be "+s.sentence)
	default:
		*s.field = v
	}
}

func (s scalar[T]) read(raw any, report report) {
	if text, ok := raw.(string); ok && s.quoted {
		s.parse(text, report)
		return
	}
	if s.literal != nil {
		if text, ok := s.literal(raw); ok {
			s.parse(text, report)
			return
		}
	}
	what := "must be " + s.sentence
	if s.quoted && !composite(raw) {
		what += ", in quotes"
	}
	report("", what)
}

func (s scalar[T]) yaml(masked bool, _ string) string {
	switch {
	case masked && !s.empty():
		return strconv.Quote(Mask)
	case s.quoted && !s.bare:
		return strconv.Quote(s.encode(*s.field)) // all escapes of Go mean the same to YAML
	}
	return s.encode(*s.field)
}

// composite reports whether a YAML value is a section, a list or nothing.
func composite(raw any) bool {
	switch raw.(type) {
	case nil, map[string]any, []any:
		return true
	}
	return false
}
