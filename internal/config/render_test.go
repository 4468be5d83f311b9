package config

import (
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

// TestYAMLLoadsAgain prints configurations, puts the secrets back and loads what was printed.
func TestYAMLLoadsAgain(t *testing.T) {
	f := func(from Sources, unmask *strings.Replacer) {
		t.Helper()
		c := load(t, from)
		printed := c.YAML()
		if strings.Contains(printed, "a-secret") || strings.Contains(printed, "throng-dev") || strings.Contains(printed, "MDEy") {
			t.Errorf("a secret is printed:\n%s", printed)
		}
		again := load(t, Sources{File: write(t, unmask.Replace(printed))})
		again.Dev = c.Dev
		if !reflect.DeepEqual(c, again) {
			t.Errorf("loaded again:\n%+v\nwant\n%+v\nprinted:\n%s", again, c, printed)
		}
	}
	f(Sources{
		File: write(t, whole),
		Environ: []string{
			`THRONG_DATA_DIR=/a "b" \c`, "THRONG_EDGE_FANOUT_DUTY=0.125", "THRONG_NATS_URL=nats://u:a-secret@h:1,nats://i",
			"THRONG_LOG_LEVEL=warn", "THRONG_EDGE_ADDR=[::]:0", "THRONG_EDGE_PING_INTERVAL=90s",
		},
	}, strings.NewReplacer(
		`secret_access_key: "********"`, `secret_access_key: "a-secret-of-the-backend"`,
		`secret: "********"`, `secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="`,
		`nats://********@`, `nats://u:a-secret@`))

	// The key of --dev is made later, and printed as if it were there.
	withKey := []string{`THRONG_TOKEN_KEYS=[{"id":"dev","secret":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}]`}
	f(Sources{Dev: true, Environ: withKey}, strings.NewReplacer(
		`secret_access_key: "********"`, `secret_access_key: "throng-dev-secret"`,
		`secret: "********"`, `secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="`))
	if a, b := load(t, Sources{Dev: true}).YAML(), load(t, Sources{Dev: true, Environ: withKey}).YAML(); a != b {
		t.Errorf("the key of --dev is printed differently before it is made:\n%s", a)
	}
}

func TestMaskIsNoSecret(t *testing.T) {
	c := load(t, Sources{Dev: true})
	got := problems(t, Sources{File: write(t, c.YAML())})
	const what = " (file) holds the mask that `throng config` prints; put the real value"
	if want := "api.credentials[0].secret_access_key" + what + "\ntoken.keys[0].secret" + what; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestEverySettingIsDescribed checks the table itself.
func TestEverySettingIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range settings {
		if seen[s.key] {
			t.Errorf("%s is in the table twice", s.key)
		}
		seen[s.key] = true
		if !strings.HasSuffix(s.doc, ".") && !strings.HasSuffix(s.doc, `".`) {
			t.Errorf("%s: the text is no sentence: %q", s.key, s.doc)
		}
		if s.required == (s.fallback != "") && s.key != "nats.url" {
			t.Errorf("%s must be required or have a default, and not both", s.key)
		}
	}
}

// TestReference holds docs/configuration.md to the table. Run it with -update to write the file.
func TestReference(t *testing.T) {
	const path = "../../docs/configuration.md"
	reference := Reference()
	if *update {
		if err := os.WriteFile(path, []byte(reference), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != reference {
		t.Errorf("%s is not what the table says; run: go test ./internal/config -run TestReference -update", path)
	}
}
