package config

import "strings"

// width is how long a line of the printed configuration gets before its comment is broken.
const width = 100

// YAML writes the configuration as a file that can be loaded again: every setting with what it does, its range, its
// environment variable and its default. Every secret is replaced by Mask.
func (c *Config) YAML() string {
	var b strings.Builder
	b.WriteString("# Configuration of throng. Secrets are masked.\n")
	var open []string // the sections that the line before was in
	for _, s := range settings {
		path := strings.Split(s.key, ".")
		sections, name := path[:len(path)-1], path[len(path)-1]
		b.WriteString("\n")
		for i, section := range sections {
			if i < len(open) && open[i] == section {
				continue
			}
			open = open[:i]
			b.WriteString(strings.Repeat("  ", i) + section + ":\n")
			open = append(open, section)
		}
		open = open[:len(sections)]
		indent := strings.Repeat("  ", len(sections))
		value := s.value(c)
		for _, line := range comment(s, value, width-len(indent)-2) {
			b.WriteString(indent + "# " + line + "\n")
		}
		text := value.yaml(s.secret, indent+"  ")
		if !strings.HasPrefix(text, "\n") {
			text = " " + text
		}
		b.WriteString(indent + name + ":" + text + "\n")
	}
	return b.String()
}

// comment returns the lines above a setting.
func comment(s setting, value kind, width int) []string {
	lines := wrap(s.doc, width)
	environment := "Environment: " + EnvName(s.key)
	if d, ok := value.(interface{ details() []string }); ok {
		for _, detail := range d.details() {
			lines = append(lines, strings.Join(wrap("- "+detail, width-2), "\n  "))
		}
		lines = strings.Split(strings.Join(lines, "\n"), "\n")
		environment += ", the list as JSON on one line"
	}
	facts := "Must be " + value.about() + "."
	if s.fallback != "" {
		facts += " Default " + s.fallback + "."
	}
	lines = append(lines, wrap(facts, width)...)
	return append(lines, environment+".")
}

// wrap breaks text at spaces into lines of at most width bytes where that is possible.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
