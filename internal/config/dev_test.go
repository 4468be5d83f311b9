package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestDevTokenKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	open := func() *Config {
		t.Helper()
		c := load(t, Sources{Dev: true, Flags: map[string]string{"data_dir": dir}})
		if err := c.DevTokenKey(); err != nil {
			t.Fatal(err)
		}
		return c
	}

	// Processes that start together on one folder have the same key.
	var wg sync.WaitGroup
	keys := make([][]byte, 8)
	for i := range keys {
		wg.Go(func() { keys[i] = open().Token.Keys[0].Secret })
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 32 || !bytes.Equal(k, keys[0]) {
			t.Fatalf("keys differ or are short: %d bytes", len(k))
		}
	}

	// Only the user reads it, and nothing is left beside it.
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("folder holds %v, %v", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}

	// A damaged file is named, without its content.
	path := filepath.Join(dir, devTokenKeyFile)
	if err := os.WriteFile(path, []byte("s3cr3t"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := load(t, Sources{Dev: true, Flags: map[string]string{"data_dir": dir}})
	if err := c.DevTokenKey(); err == nil || !strings.Contains(err.Error(), devTokenKeyFile) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("damaged key file: %v", err)
	}
}

// TestDevTokenKeyLeavesOthers covers configurations that have their own keys.
func TestDevTokenKeyLeavesOthers(t *testing.T) {
	f := func(from Sources) {
		t.Helper()
		c := load(t, from)
		before := string(c.Token.Keys[0].Secret)
		if err := c.DevTokenKey(); err != nil || string(c.Token.Keys[0].Secret) != before {
			t.Errorf("changed the key, %v", err)
		}
	}
	f(Sources{File: write(t, whole)})
	f(Sources{File: write(t, whole), Dev: true, Flags: map[string]string{"data_dir": "/nowhere"}})
}

func TestDevTokenKeyInAFolderThatCannotBeMade(t *testing.T) {
	file := write(t, "")
	c := load(t, Sources{Dev: true, Flags: map[string]string{"data_dir": filepath.Join(file, "x")}})
	if err := c.DevTokenKey(); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("got %v", err)
	}
}
