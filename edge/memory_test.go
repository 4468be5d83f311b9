package edge

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

var update = flag.Bool("update", false, "write the tables of docs/memory.md")

// TestMemoryDocument holds the tables of fields in docs/memory.md to the code. Run it with -update to write them.
func TestMemoryDocument(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Log("the document is about 64-bit machines")
		return
	}
	const path = "../docs/memory.md"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document := string(b)
	f := func(file string, record any) {
		t.Helper()
		name := reflect.TypeOf(record).Name()
		begin, end := "<!-- fields of "+name+" -->\n", "<!-- end of "+name+" -->"
		before, rest, ok1 := strings.Cut(document, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("%s has no place for the fields of %s", path, name)
		}
		document = before + begin + fieldTable(t, file, reflect.TypeOf(record)) + end + after
	}
	f("conn.go", conn{})
	f("room.go", member{})
	if *update {
		if err := os.WriteFile(path, []byte(document), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if document != string(b) && !*update {
		t.Errorf("%s is not up to date: run this test with -update", path)
	}
}

// fieldTable lists the fields of a struct with their sizes and what their comments say.
func fieldTable(t *testing.T, file string, record reflect.Type) string {
	t.Helper()
	comments := map[string]string{}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != record.Name() {
			return true
		}
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			for _, name := range field.Names {
				comments[name.Name] = strings.TrimSpace(field.Comment.Text())
			}
		}
		return false
	})
	var b strings.Builder
	b.WriteString("| field | bytes | |\n|---|---|---|\n")
	used := uintptr(0)
	for i := range record.NumField() {
		field := record.Field(i)
		used += field.Type.Size()
		fmt.Fprintf(&b, "| %s | %d | %s |\n", field.Name, field.Type.Size(), comments[field.Name])
	}
	if padding := record.Size() - used; padding > 0 {
		fmt.Fprintf(&b, "| (padding) | %d | |\n", padding)
	}
	fmt.Fprintf(&b, "| **together** | **%d** | |\n", record.Size())
	return b.String()
}
