package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// serverLog hands the server's log to slog. What the server considers fatal it remembers instead of ending the process.
type serverLog struct {
	log *slog.Logger
	dir string

	mu    sync.Mutex
	first string // first fatal text
}

func newServerLog(log *slog.Logger, dir string) *serverLog {
	return &serverLog{log: log.With(slog.String("part", "nats")), dir: dir}
}

// fatal returns what kept the server from starting.
func (l *serverLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == "" {
		return nil
	}
	return errors.New(l.first)
}

// text formats a line, without the path of the data folder.
func (l *serverLog) text(format string, args []any) string {
	s := strings.TrimSpace(fmt.Sprintf(format, args...))
	return strings.ReplaceAll(s, l.dir, "(data folder)")
}

// Noticef implements server.Logger.
func (l *serverLog) Noticef(format string, args ...any) { l.log.Debug(l.text(format, args)) }

// Warnf implements server.Logger.
func (l *serverLog) Warnf(format string, args ...any) { l.log.Warn(l.text(format, args)) }

// Errorf implements server.Logger.
func (l *serverLog) Errorf(format string, args ...any) { l.log.Error(l.text(format, args)) }

// Fatalf implements server.Logger.
func (l *serverLog) Fatalf(format string, args ...any) {
	s := l.text(format, args)
	l.log.Error(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == "" {
		l.first = s
	}
}

// Debugf implements server.Logger. The server does not call it, because debugging is off.
func (l *serverLog) Debugf(string, ...any) {}

// Tracef implements server.Logger. The server does not call it, because tracing is off.
func (l *serverLog) Tracef(string, ...any) {}
