package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/throngchat/throng/loadtest"
)

// write writes the report in the forms that were asked for.
func write(r *loadtest.Report, f *flags, w io.Writer) error {
	return errors.Join(writeText(r, f.format, w), writePage(r, f.html))
}

func writeText(r *loadtest.Report, format string, w io.Writer) error {
	if format == "text" {
		return r.WriteText(w)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func writePage(r *loadtest.Report, name string) (err error) {
	if name == "" {
		return nil
	}
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return r.WriteHTML(file)
}

// machine says what the client ran on.
func machine() string {
	return fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}
