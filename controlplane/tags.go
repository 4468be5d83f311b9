package controlplane

import (
	"strings"
	"unicode/utf8"
)

// Limits of tags (protocol.md section 2).
const (
	maxTags           = 50
	maxTagKeyLength   = 128 // characters; at least 1
	maxTagValueLength = 256 // characters
	// reservedTagPrefix, in any case, marks tags that only AWS may set.
	reservedTagPrefix = "aws:"
)

// tags checks the tags of a resource. It names a constraint, not the tag.
func (v *violations) tags(name string, value map[string]*string) map[string]string {
	tags := v.plain(name, value)
	if len(tags) > maxTags {
		v.add(name, "must have at most %d entries", maxTags)
		return nil
	}
	key, long, reserved := false, false, false
	for k, s := range tags {
		n := utf8.RuneCountInString(k)
		key = key || n < 1 || n > maxTagKeyLength
		long = long || utf8.RuneCountInString(s) > maxTagValueLength
		reserved = reserved || len(k) >= len(reservedTagPrefix) && strings.EqualFold(k[:len(reservedTagPrefix)], reservedTagPrefix)
	}
	if key {
		v.add(name, "must have keys of length 1 to %d", maxTagKeyLength)
	}
	if long {
		v.add(name, "must have values of length less than or equal to %d", maxTagValueLength)
	}
	if reserved {
		v.add(name, "must not have keys that begin with %s", reservedTagPrefix)
	}
	return tags
}
