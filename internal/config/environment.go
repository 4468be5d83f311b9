package config

import (
	"regexp"
	"strings"
)

// EnvPrefix begins the name of every environment variable of throng.
const EnvPrefix = "THRONG_"

// EnvFile names the configuration file where no flag does.
const EnvFile = EnvPrefix + "CONFIG"

// EnvName returns the environment variable of the setting with the given key: THRONG_EDGE_ADDR for edge.addr.
func EnvName(key string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// FlagName returns the flag of the setting with the given key: --edge-addr for edge.addr.
func FlagName(key string) string {
	return "--" + strings.NewReplacer(".", "-", "_", "-").Replace(key)
}

// Doc returns what is said about a setting and what its value has to be. It panics on an unknown key.
func Doc(key string) (doc, about string) {
	s, ok := lookup(key)
	if !ok {
		panic("BUG: no setting " + key)
	}
	return strings.ReplaceAll(s.doc, "\n", " "), s.value(&Config{}).about()
}

// serviceLink matches the variables that Kubernetes gives to every container for a service named throng or throng-*.
// They are no settings, and refusing them would keep throng from starting beside a service of its own name.
var serviceLink = regexp.MustCompile(
	`^THRONG_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// environment takes the settings of the process's environment.
func (l *loader) environment(environ []string) {
	known := map[string]string{}
	names := []string{EnvFile}
	for _, s := range settings {
		known[EnvName(s.key)] = s.key
		names = append(names, EnvName(s.key))
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch key, ok := known[name]; {
		case ok:
			l.set(key, name, written(value))
		case !strings.HasPrefix(name, EnvPrefix), name == EnvFile, serviceLink.MatchString(name):
		default:
			l.report(printable(name), "environment", "is unknown; the nearest variable is "+nearest(name, names))
		}
	}
}
