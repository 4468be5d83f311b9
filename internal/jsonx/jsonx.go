// Package jsonx is the one place where throng chooses how JSON is read and written.
//
// Reading refuses invalid UTF-8, raw control characters and trailing bytes, copies every string out of the input, and
// matches keys without regard to case, as the real service does (protocol.md section 4.2). Writing leaves HTML
// characters as they are and sorts map keys, so that the same value always gives the same bytes.
//
// On a platform that sonic has no native code for, sonic falls back to encoding/json with other semantics; Native
// tells.
package jsonx

import (
	"os"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/ast"
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

// Unmarshal decodes one JSON value. When it returns an error, fields that did fit may be set all the same: use none.
func Unmarshal(data []byte, v any) error { return api.Unmarshal(data, v) }

// Marshal encodes v.
func Marshal(v any) ([]byte, error) { return api.Marshal(v) }

// String returns the string under the given top-level key of a JSON object that may be invalid elsewhere, or "".
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
