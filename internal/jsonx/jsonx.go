// Package jsonx is the one place where throng chooses how JSON is read and written.
//
// Reading refuses invalid UTF-8, trailing bytes, raw control characters and nesting of more than 4096 levels, copies
// every string out of the input, and matches keys without regard to case, as the real service does (protocol.md section
// 4.2). Of a key that comes twice the last value counts, but maps are merged and null changes nothing but a map, as in
// encoding/json. An escaped surrogate without its other half becomes U+FFFD. In one thing sonic is lenient: beside an
// escape in the same string it takes a raw control character for itself. That says no more than its escape would, and
// nothing that is read is passed on without being encoded again.
//
// Writing leaves HTML characters as they are, replaces invalid UTF-8 by U+FFFD, and sorts map keys, so that the same
// value always gives the same bytes.
//
// On a platform that sonic has no native code for, sonic falls back to encoding/json with other semantics; Native
// tells.
package jsonx

import (
	"errors"
	"os"
	"unicode/utf8"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/ast"
	"github.com/bytedance/sonic/decoder"
)

// Why a value is not decoded. Neither quotes the input, as sonic's own errors do: it may hold what is no business of a
// log.
var (
	ErrSyntax = errors.New("not one valid JSON value in UTF-8")
	ErrType   = errors.New("JSON of another type than is wanted")
)

// Environment holds the settings under which sonic neither compiles a decoder nor an encoder at run time: its compiled
// decoder has open memory-safety bugs, and the interpreting one is as fast on messages of this size. sonic reads them
// while the program is initialised, so the program that starts throng has to set them.
var Environment = []string{"SONIC_USE_OPTDEC=1", "SONIC_ENCODER_USE_VM=1"}

var api = sonic.Config{
	CopyString:       true,
	ValidateString:   true,
	SortMapKeys:      true,
	NoNullSliceOrMap: false,
}.Froze()

// Native reports whether sonic's own code runs on this platform, and not its fallback.
func Native() bool { return sonic.APIKind == sonic.UseSonicJSON }

// Safe reports whether the process was started with Environment.
func Safe() bool {
	return os.Getenv("SONIC_USE_OPTDEC") == "1" && os.Getenv("SONIC_ENCODER_USE_VM") == "1"
}

// Unmarshal decodes one JSON value. Its error is ErrSyntax or ErrType. When there is one, fields that did fit may be set
// all the same: use none.
func Unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) { // sonic would put U+FFFD in its place
		return ErrSyntax
	}
	err := api.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	var syntax decoder.SyntaxError
	if errors.As(err, &syntax) {
		return ErrSyntax
	}
	return ErrType
}

// Marshal encodes v.
func Marshal(v any) ([]byte, error) { return api.Marshal(v) }

// String returns the string under the given top-level key, in that case, of a JSON object that may be invalid behind it,
// or "". The first counts. Its bytes are as they were: they need not be valid UTF-8.
func String(data []byte, key string) string {
	node, err := ast.NewSearcher(string(data)).GetByPath(key)
	if err != nil {
		return ""
	}
	s, err := node.StrictString()
	if err != nil {
		return ""
	}
	return s
}
