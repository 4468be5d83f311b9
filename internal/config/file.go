package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/v2"
)

// maxFileSize bounds the configuration file, in bytes.
const maxFileSize = 1 << 20

// errTooLarge is what a file over maxFileSize gives.
var errTooLarge = errors.New("larger than 1 MiB")

// file takes the settings of a YAML file.
func (l *loader) file(path string) error {
	content, err := readFile(path)
	if err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	file := koanf.New(".")
	if err := file.Load(content, yaml.Parser()); err != nil {
		l.report("", path, yamlProblem(err))
		return nil
	}
	l.section(path, "", file.Raw())
	return nil
}

// section walks one section of the file, in the order of its names.
func (l *loader) section(path, prefix string, content map[string]any) {
	for _, name := range sortedKeys(content) {
		key, raw := prefix+name, content[name]
		inner, isSection := raw.(map[string]any)
		switch _, known := lookup(key); {
		case strings.Contains(name, "."):
			l.report(printable(key), path, "has a dot in its name; write each part on a line of its own, indented below the one before")
		case known && raw == nil:
			l.report(key, path, "has no value")
		case known:
			l.set(key, path, raw)
		case !isSectionName(key):
			l.report(printable(key), path, "is unknown; the nearest setting is "+nearest(key, keys()))
		case isSection:
			l.section(path, key+".", inner)
		case raw != nil: // a section with all its lines commented out is empty, and fine
			l.report(key, path, "must be a section, with settings indented below it")
		}
	}
}

// isSectionName reports whether settings begin with the name.
func isSectionName(key string) bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return strings.HasPrefix(s.key, key+".") })
}

var yamlLine = regexp.MustCompile(`line \d+: (mapping key "[a-z_.]{1,64}" already defined at line \d+|did not find expected [a-z ',-]+|could not find expected '[:a-z]+'|found character that cannot start any token)`)

// yamlProblem says what the parser found without what the file holds: a secret may stand anywhere in it.
func yamlProblem(err error) string {
	if known := yamlLine.FindString(err.Error()); known != "" {
		return "is not valid YAML: " + known
	}
	if at := regexp.MustCompile(`line \d+`).FindString(err.Error()); at != "" {
		return "is not a YAML file of sections and settings: see " + at
	}
	return "is not a YAML file of sections and settings"
}

// fileContent hands the bytes of a file to koanf.
type fileContent []byte

func (f fileContent) ReadBytes() ([]byte, error)  { return f, nil }
func (fileContent) Read() (map[string]any, error) { return nil, errors.ErrUnsupported }

// readFile reads at most maxFileSize bytes.
func readFile(path string) (fileContent, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, pathless(err)
	}
	if len(content) > maxFileSize {
		return nil, errTooLarge
	}
	return content, nil
}

// pathless takes the path out of an error whose reader has said it already.
func pathless(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
