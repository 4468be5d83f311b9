package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// listening tells where a server listens. The data folder has it as listen.json while the server runs, so that scripts
// find the ports that the system chose.
type listening struct {
	PID      int    `json:"pid"`
	Edge     string `json:"edge"`
	API      string `json:"api"`
	Internal string `json:"internal"`
}

func listenFile(dataDir string) string { return filepath.Join(dataDir, "listen.json") }

// writeListenFile writes the file under another name first, so that nobody reads half of it.
func writeListenFile(dataDir string, l listening) error {
	content, err := json.Marshal(l)
	if err != nil {
		return err
	}
	path := listenFile(dataDir)
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func readListenFile(dataDir string) (listening, error) {
	var l listening
	content, err := os.ReadFile(listenFile(dataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return l, fmt.Errorf("no server runs on the data folder %s", dataDir)
	}
	if err == nil {
		err = json.Unmarshal(content, &l)
	}
	return l, err
}

// removeListenFile removes the file of this process. That of another is left, in case this one never got so far as to
// write its own.
func removeListenFile(dataDir string) {
	if l, err := readListenFile(dataDir); err == nil && l.PID == os.Getpid() {
		_ = os.Remove(listenFile(dataDir)) // a file that stays names a process that is gone, and is overwritten
	}
}
