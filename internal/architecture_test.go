// Package internal has no code of its own: its test holds the structure of the tree.
package internal

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/throngchat/throng"

// allowed says what the packages may import besides the standard library. The packages below internal are leaves: each
// has one library, and at most the wire vocabulary of throng. edge and controlplane never import each other: they meet
// in the store and on the bus.
var allowed = map[string][]string{
	"internal/jsonx":      {"github.com/bytedance/sonic"},
	"internal/chat":       {module + "/internal/jsonx"},
	"internal/limit":      {"golang.org/x/sys/unix"},
	"internal/ledger":     {"golang.org/x/sys/unix", module + "/internal/limit"},
	"internal/token":      {module + "/internal/chat"},
	"internal/wsproto":    {"github.com/gobwas/ws"},
	"internal/bus":        {"github.com/nats-io", "github.com/minio/highwayhash"}, // the checksum of the server's files
	"internal/store":      {"github.com/nats-io", module + "/internal/chat", module + "/internal/jsonx"},
	"internal/sigv4":      {"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"},
	"internal/config":     {"github.com/knadh/koanf"},
	"internal/ops":        {"github.com/VictoriaMetrics/metrics"},
	"internal/supervisor": {},

	"internal/bus/bustest": {"github.com/nats-io", module + "/internal/bus"},

	"edge": {
		module + "/internal", "github.com/panjf2000/gnet/v2", "github.com/gobwas/ws",
		"github.com/VictoriaMetrics/metrics", "golang.org/x/sys/unix",
	},
	"controlplane": {
		module + "/internal", "github.com/valyala/fasthttp", "github.com/VictoriaMetrics/metrics",
	},
	"cmd/throng": {
		module + "/internal", module + "/edge", module + "/controlplane", "github.com/spf13/cobra",
		"github.com/VictoriaMetrics/metrics", "github.com/nats-io/nats.go",
	},
}

// forbidden names what must not be linked into the server: load tests, plots, and what belongs to tests.
var forbidden = []string{
	module + "/loadtest", module + "/bench", module + "/test", "gonum.org", "github.com/HdrHistogram",
	"github.com/schollz/progressbar", "github.com/aws/aws-sdk-go-v2/service", "testing",
}

// maxLines bounds a file that is not a test.
const maxLines = 500

// sources calls f for every Go file of the tree, with its path from the root.
func sources(t *testing.T, f func(path string, content []byte)) {
	t.Helper()
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		f(filepath.ToSlash(rel), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImports(t *testing.T) {
	sources(t, func(path string, content []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := path[:max(strings.LastIndexByte(path, '/'), 0)]
		rules, ok := allowed[dir]
		if !ok {
			if strings.HasPrefix(dir, "internal/") {
				t.Errorf("%s: no rule says what %s may import; add it to this test", path, dir)
			}
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, content, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			first, _, _ := strings.Cut(imported, "/")
			if strings.Contains(first, ".") && !slices.ContainsFunc(rules, func(rule string) bool { return below(imported, rule) }) {
				t.Errorf("%s imports %s, which %s may not", path, imported, dir)
			}
		}
	})
}

// below reports whether a package is the named one or inside it.
func below(imported, name string) bool {
	return imported == name || strings.HasPrefix(imported, name+"/")
}

// TestServerLinksNoTools lists all that the server is made of.
func TestServerLinksNoTools(t *testing.T) {
	var errs bytes.Buffer
	list := exec.Command("go", "list", "-deps", "../cmd/throng")
	list.Stderr = &errs
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	for imported := range strings.Lines(string(out)) {
		imported = strings.TrimSpace(imported)
		for _, name := range forbidden {
			if below(imported, name) {
				t.Errorf("the server links %s", imported)
			}
		}
	}
}

func TestFiles(t *testing.T) {
	sources(t, func(path string, content []byte) {
		if lines := bytes.Count(content, []byte("\n")); lines > maxLines && !strings.HasSuffix(path, "_test.go") {
			t.Errorf("%s has %d lines; a file holds one idea, and at most %d lines", path, lines, maxLines)
		}
		switch filepath.Base(path) {
		case "util.go", "utils.go", "helper.go", "helpers.go", "common.go", "misc.go":
			t.Errorf("%s is not named after what it holds", path)
		}
	})
}
