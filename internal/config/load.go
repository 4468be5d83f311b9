package config

import "github.com/knadh/koanf/v2"

// Sources tells Load where the settings come from, besides their defaults.
type Sources struct {
	File    string            // path of a YAML file; "" for none
	Environ []string          // as os.Environ returns it
	Flags   map[string]string // the text of each flag that was given, by the key of its setting
	Dev     bool              // --dev
}

// Load reads and checks the configuration. Its error is an *Error with everything that is wrong, or that of a file that
// cannot be read.
//
// With Dev and without a key of tokens the configuration names a key that has no secret yet: see DevTokenKey.
func Load(from Sources) (*Config, error) {
	l := loader{values: koanf.New("."), origins: map[string]string{}}
	if from.File != "" {
		if err := l.file(from.File); err != nil {
			return nil, err
		}
	}
	l.environment(from.Environ)
	l.flags(from.Flags)

	c := defaults(from.Dev)
	given := map[string]bool{}
	for _, s := range settings {
		raw := l.values.Get(s.key)
		if raw == nil {
			continue
		}
		given[s.key] = true
		at := func(where, what string) { l.report(s.key+where, l.origins[s.key], what) }
		if t, ok := raw.(written); ok {
			s.value(c).parse(string(t), at)
		} else {
			s.value(c).read(raw, at)
		}
	}
	l.validate(c, given, from)
	if len(l.problems) > 0 {
		return nil, &Error{Problems: l.problems}
	}
	return c, nil
}

// defaults returns the configuration that no source has changed.
func defaults(dev bool) *Config {
	c := &Config{}
	for _, s := range settings {
		if s.fallback != "" {
			s.value(c).parse(s.fallback, func(_, what string) { panic("BUG: default of " + s.key + " " + what) })
		}
	}
	if dev {
		c.develop()
	}
	return c
}

// written marks a value of the environment or of a flag, which is text whatever its kind.
type written string

// loader merges the sources. A later source replaces what an earlier one gave for the same key.
type loader struct {
	values   *koanf.Koanf
	origins  map[string]string // where the value of each key came from
	problems []Problem
}

func (l *loader) report(key, source, what string) {
	l.problems = append(l.problems, Problem{Key: key, Source: source, What: what})
}

// set takes a value that replaces earlier ones.
func (l *loader) set(key, source string, raw any) {
	if err := l.values.Set(key, raw); err != nil {
		l.report(key, source, "cannot be taken")
		return
	}
	l.origins[key] = source
}

// flags takes the command line's settings. A flag of a key that no setting has is a mistake of the program.
func (l *loader) flags(flags map[string]string) {
	for _, key := range sortedKeys(flags) {
		if _, ok := lookup(key); !ok {
			panic("BUG: flag for unknown setting " + key)
		}
		l.set(key, FlagName(key), written(flags[key]))
	}
}

func lookup(key string) (setting, bool) {
	for _, s := range settings {
		if s.key == key {
			return s, true
		}
	}
	return setting{}, false
}

func keys() []string {
	all := make([]string, len(settings))
	for i, s := range settings {
		all[i] = s.key
	}
	return all
}
