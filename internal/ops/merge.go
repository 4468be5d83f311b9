package ops

import (
	"bytes"
	"slices"
)

// page is what a process shows of its metrics, in the Prometheus text format. A process without a name is this one.
type page struct {
	process string
	text    []byte
}

// merge puts the pages of several processes together. The text format wants all samples of a family in one place, below
// one HELP and one TYPE; the samples of a named process get its name as a label, since those of a counter must not be
// added up by anybody who does not know when one of them began anew.
func merge(pages []page) []byte {
	type family struct{ head, samples []byte }
	var order []string
	families := map[string]*family{}
	for _, p := range pages {
		var current *family
		for line := range bytes.Lines(p.text) {
			if name, ok := bytes.CutPrefix(line, []byte("# HELP ")); ok {
				name, _, _ = bytes.Cut(bytes.TrimSuffix(name, []byte("\n")), []byte(" "))
				current = families[string(name)]
				if current == nil {
					current = &family{}
					families[string(name)] = current
					order = append(order, string(name))
				}
			}
			switch {
			case current == nil: // not in a family: nothing of ours
			case line[0] != '#':
				current.samples = appendSample(current.samples, line, p.process)
			case len(current.samples) == 0 && bytes.Count(current.head, []byte("\n")) < 2:
				current.head = append(current.head, line...)
			}
		}
	}
	var out []byte
	for _, name := range order {
		out = slices.Concat(out, families[name].head, families[name].samples)
	}
	return out
}

// appendSample appends a line with the process among its labels.
func appendSample(b, line []byte, process string) []byte {
	if process == "" {
		return append(b, line...)
	}
	name := bytes.IndexAny(line, "{ ") // neither can be part of a name
	if name < 0 {
		return b
	}
	b = append(append(b, line[:name]...), `{process="`+process+`"`...)
	if line[name] == ' ' {
		b = append(b, '}')
		return append(b, line[name:]...)
	}
	return append(append(b, ','), line[name+1:]...)
}
