package controlplane

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/throngchat/throng/internal/jsonx"
)

// decode reads a rest-json body into input, a pointer to a struct whose fields have json tags. An empty body is an empty
// object, null is a member that is not there, and a member that the operation does not know is ignored: so AWS lets old
// services meet new SDKs.
//
// The body was capped when it was read. Its nesting is bounded by internal/jsonx.
func decode(body []byte, input any) *apiError {
	body = bytes.Trim(body, " \t\r\n")
	switch {
	case len(body) == 0:
		return nil
	case !utf8.Valid(body):
		return errBody("The request body must be valid UTF-8")
	case body[0] != '{':
		return errBody("The request body must be a JSON object")
	}
	if err := jsonx.Unmarshal(body, input); err == nil {
		return nil
	}
	return blame(body, reflect.TypeOf(input).Elem())
}

// blame says why the body did not fit a struct of that type: which members have the wrong type, or that it is no JSON.
func blame(body []byte, input reflect.Type) *apiError {
	var members map[string]json.RawMessage
	if err := jsonx.Unmarshal(body, &members); err != nil {
		return errBody("The request body must be one valid JSON object, not nested too deeply")
	}
	var bad []fieldError
	for i := range input.NumField() {
		field := input.Field(i)
		name := field.Tag.Get("json")
		for key, value := range members {
			if !strings.EqualFold(key, name) {
				continue
			}
			if err := jsonx.Unmarshal(value, reflect.New(field.Type).Interface()); err != nil {
				bad = append(bad, fieldError{name, "must be " + describe(field.Type)})
			}
		}
	}
	if bad == nil {
		return errBody("The request body does not fit the operation")
	}
	return errFields(bad)
}

// describe names a type of an input in the words of JSON.
func describe(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem())
	case reflect.Int64:
		return "an integer"
	case reflect.Slice:
		return "an array of strings"
	case reflect.Map:
		return "an object whose values are strings"
	case reflect.Struct:
		var members []string
		for i := range t.NumField() {
			members = append(members, t.Field(i).Tag.Get("json"))
		}
		return "an object with the strings " + strings.Join(members, " and ")
	}
	return "a string"
}
