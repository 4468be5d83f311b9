package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxElements bounds a list of the configuration.
const maxElements = 10_000

// list is a list of sections, each with the given fields. In the environment it is written as JSON.
func list[T any](target *[]T, fields []field[T]) kind {
	return listKind[T]{target: target, fields: fields}
}

type listKind[T any] struct {
	target *[]T
	fields []field[T]
}

func (l listKind[T]) names() []string {
	names := make([]string, len(l.fields))
	for i, f := range l.fields {
		names[i] = f.key
	}
	return names
}

func (l listKind[T]) about() string {
	return "a list of sections with " + strings.Join(l.names(), ", ")
}

func (l listKind[T]) empty() bool { return len(*l.target) == 0 }

func (l listKind[T]) parse(text string, report report) {
	var raw []any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		report("", fmt.Sprintf(`must be a list as JSON, such as [{"%s":"..."}]`, l.fields[0].key))
		return
	}
	l.read(raw, report)
}

func (l listKind[T]) read(raw any, report report) {
	elements, ok := raw.([]any)
	if !ok || len(elements) > maxElements {
		report("", "must be "+l.about())
		return
	}
	out := make([]T, len(elements))
	for i, element := range elements {
		at := fmt.Sprintf("[%d]", i)
		section, ok := element.(map[string]any)
		if !ok {
			report(at, "must be a section with "+strings.Join(l.names(), ", "))
			continue
		}
		l.readSection(section, &out[i], func(where, what string) { report(at+where, what) })
	}
	*l.target = out
}

func (l listKind[T]) readSection(section map[string]any, out *T, report report) {
	for _, name := range sortedKeys(section) {
		if !slices.Contains(l.names(), name) {
			report("."+printable(name), "is unknown; the nearest is "+nearest(name, l.names()))
		}
	}
	for _, f := range l.fields {
		raw, given := section[f.key]
		switch {
		case given:
			f.value(out).read(raw, func(where, what string) { report("."+f.key+where, what) })
		case f.required:
			report("."+f.key, "is missing: "+f.doc)
		}
	}
}

// yaml writes every element with the fields that hold something. A required secret is written as a mask even when it
// is still to be made, so that the text is a whole configuration.
func (l listKind[T]) yaml(masked bool, indent string) string {
	if l.empty() {
		return "[]"
	}
	var b strings.Builder
	for i := range *l.target {
		start := "- "
		for _, f := range l.fields {
			value := f.value(&(*l.target)[i])
			text := value.yaml(masked && f.secret, "")
			if value.empty() {
				if !f.required {
					continue
				}
				text = strconv.Quote(Mask)
			}
			b.WriteString("\n" + indent + start + f.key + ": " + text)
			start = "  "
		}
	}
	return b.String()
}

// details describes the fields of an element.
func (l listKind[T]) details() []string {
	lines := make([]string, len(l.fields))
	for i, f := range l.fields {
		lines[i] = f.key + ": " + f.doc + "; " + f.value(new(T)).about()
		if !f.required {
			lines[i] += " (may be left out)"
		}
	}
	return lines
}
