package main

import (
	"io"
	"log/slog"

	"github.com/throngchat/throng/internal/config"
)

// newLog returns the log of a process. The level was checked when the configuration was loaded.
func newLog(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		panic("BUG: log level " + c.Level)
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
