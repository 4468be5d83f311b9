package config

import (
	"net"
	"strings"
)

// validate checks what no kind can check by itself. given holds the keys that a source has set.
func (l *loader) validate(c *Config, given map[string]bool, from Sources) {
	l.missing(c, given, from)
	l.addresses(c)
	l.credentials(c)
	l.tokenKeys(c)
	if c.NATS.Replicas > 1 && c.NATS.URL == "" {
		l.fault("nats.replicas", "must be 1 without nats.url: the embedded server is alone")
	}
}

func (l *loader) fault(key, what string) { l.report(key, l.origins[key], what) }

// missing reports the required settings that hold nothing and have no other problem.
func (l *loader) missing(c *Config, given map[string]bool, from Sources) {
	missing := false
	for _, s := range settings {
		if !s.required || !s.value(c).empty() || given[s.key] && l.faulty(s.key) {
			continue
		}
		missing = true
		l.report(s.key, l.origins[s.key], "is missing: "+firstSentence(s.doc))
	}
	if missing && from.File == "" {
		l.report("", "no configuration file", "was given: name one with --config, or try throng with --dev")
	}
}

// faulty reports whether something was said about the key already.
func (l *loader) faulty(key string) bool {
	for _, p := range l.problems {
		if strings.HasPrefix(p.Key, key) {
			return true
		}
	}
	return false
}

func firstSentence(doc string) string {
	doc = strings.ReplaceAll(doc, "\n", " ")
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i]
	}
	return strings.TrimSuffix(doc, ".")
}

// addresses checks that the ports differ, and that --dev, whose secret everybody knows, stays on loopback.
func (l *loader) addresses(c *Config) {
	all := []struct{ key, addr string }{
		{"edge.addr", c.Edge.Addr}, {"api.addr", c.API.Addr}, {"internal.addr", c.Internal.Addr},
	}
	for i, a := range all {
		host, port, _ := net.SplitHostPort(a.addr)
		if c.Dev && !loopback(host) && !l.faulty(a.key) {
			l.fault(a.key, "must be on loopback with --dev, whose credentials are public; write a configuration file to serve others")
		}
		for _, b := range all[:i] {
			otherHost, otherPort, _ := net.SplitHostPort(b.addr)
			if port == otherPort && port != "0" && (host == otherHost || everywhere(host) || everywhere(otherHost)) {
				l.fault(a.key, "must have another port than "+b.key)
			}
		}
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func everywhere(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// credentials checks that access keys are named once, and that the secret of --dev stays on loopback.
func (l *loader) credentials(c *Config) {
	seen := map[string]bool{}
	host, _, _ := net.SplitHostPort(c.API.Addr)
	for _, k := range c.API.Credentials {
		if k.AccessKeyID != "" && seen[k.AccessKeyID] {
			l.fault("api.credentials", "names an access key twice: "+k.AccessKeyID)
		}
		seen[k.AccessKeyID] = true
		if k.SecretAccessKey == DevSecretAccessKey && !loopback(host) && !c.Dev {
			l.fault("api.credentials", "holds the public secret of --dev, which may only be used on loopback")
		}
	}
}

func (l *loader) tokenKeys(c *Config) {
	seen := map[string]bool{}
	for _, k := range c.Token.Keys {
		if k.ID != "" && seen[k.ID] {
			l.fault("token.keys", "names a key twice: "+k.ID)
		}
		seen[k.ID] = true
	}
}
