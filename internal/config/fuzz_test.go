package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzFile feeds files. Whatever they hold, Load neither panics nor returns values out of range, its errors are of one
// line a problem and without control characters, and what it accepts survives being printed.
func FuzzFile(f *testing.F) {
	f.Add(whole)
	f.Add("edge: {adr: 1, fanout: [2]}\n? [a]\n: b")
	f.Add("region: &a {b: *a}")
	f.Add("token: {keys: [{id: a, secret: 2030-01-31T12:00:00Z}]}\n1.5: .inf\n\"\\0\": ~")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content string) {
		path := filepath.Join(dir, "throng.yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Sources{File: path, Dev: true})
		if err == nil {
			printed := c.YAML()
			if err := os.WriteFile(path, []byte(printed), 0o600); err != nil {
				t.Fatal(err)
			}
			var wrong *Error
			if _, err := Load(Sources{File: path}); !errors.As(err, &wrong) {
				t.Fatalf("printed configuration: %v\n%s", err, printed)
			}
			for _, p := range wrong.Problems {
				if !strings.Contains(p.What, "mask") && !strings.Contains(p.What, "loopback") && !strings.Contains(p.Key, "nats.url") {
					t.Fatalf("printed configuration: %v\n%s", p, printed)
				}
			}
			return
		}
		var wrong *Error
		if !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
			t.Fatalf("error without problems: %v", err)
		}
		for _, p := range wrong.Problems {
			if strings.ContainsFunc(p.String(), func(r rune) bool { return r < ' ' }) {
				t.Fatalf("control character in %q", p.String())
			}
		}
	})
}

// FuzzList feeds the JSON that lists have in the environment.
func FuzzList(f *testing.F) {
	f.Add(`[{"access_key_id":"a","secret_access_key":"0123456789abcdef","expires":"2030-01-31T12:00:00Z"}]`)
	f.Add(`[{"access_key_id":1,"x":{}},null,[]]`)
	f.Add(`{"a":`)
	f.Fuzz(func(t *testing.T, text string) {
		var credentials []Credential
		ok := true
		list(&credentials, credentialFields).parse(text, func(_, what string) {
			ok = false
			if what == "" {
				t.Fatal("problem without a text")
			}
		})
		for _, c := range credentials {
			if ok && (c.AccessKeyID == "" || len(c.SecretAccessKey) < 16) {
				t.Fatalf("accepted a credential without a key")
			}
		}
	})
}
