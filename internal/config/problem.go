package config

import (
	"fmt"
	"strings"
)

// Error is everything that is wrong with a configuration, so that an operator corrects it once.
type Error struct {
	Problems []Problem
}

// Problem is one thing that is wrong.
type Problem struct {
	Key    string // the setting, or the name that was taken for one; "" for a whole source
	Source string // the file, the environment variable or the flag that it came from; "" when nothing gave it
	What   string // what is wrong; never the value
}

// Error lists the problems, one a line.
func (e *Error) Error() string {
	var b strings.Builder
	if len(e.Problems) == 1 {
		b.WriteString("the configuration has a problem:")
	} else {
		fmt.Fprintf(&b, "the configuration has %d problems:", len(e.Problems))
	}
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.String())
	}
	return b.String()
}

// String writes the problem on one line.
func (p Problem) String() string {
	switch {
	case p.Key == "":
		return p.Source + " " + p.What
	case p.Source == "":
		return p.Key + " " + p.What
	}
	return p.Key + " (" + p.Source + ") " + p.What
}
