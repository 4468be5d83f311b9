package edge

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/throngchat/throng/internal/limit"
)

// logRate bounds the lines that a loop writes about connections: an attack must not become an attack on the log. What
// is left out is counted in the next line.
var logRate = limit.PerSecond(50, 200)

// logEnd writes the line that tells an operator the true cause of an end or of a refusal, once a connection. It names
// the connection by address, room and user; it never holds a token or a message.
func (l *loop) logEnd(c *conn, why reason, detail string) {
	if c.logged {
		return
	}
	c.logged = true
	if !l.quiet.Take(l.now, logRate) {
		l.muted++
		return
	}
	args := append(make([]any, 0, 12), "reason", why.String(), "remote", c.tr.RemoteAddr())
	if detail != "" {
		args = append(args, "detail", detail)
	}
	if room := c.roomID(); room != "" {
		args = append(args, "room", room, "user", c.userID)
	}
	if l.muted > 0 {
		args = append(args, "lines_left_out", l.muted)
		l.muted = 0
	}
	text := "handshake refused"
	if c.opened {
		text = "connection closed"
	}
	l.edge.log.Warn(text, args...)
}

func isReset(err error) bool {
	return err != nil && !errors.Is(err, io.EOF)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// engineLog passes what the event engine has to say on to our log. Its information is for developers of the engine.
type engineLog struct{ log *slog.Logger }

func (e engineLog) Debugf(format string, args ...any) { e.log.Debug(engineText(format, args)) }
func (e engineLog) Infof(format string, args ...any)  { e.log.Debug(engineText(format, args)) }
func (e engineLog) Warnf(format string, args ...any)  { e.log.Warn(engineText(format, args)) }
func (e engineLog) Errorf(format string, args ...any) { e.log.Error(engineText(format, args)) }
func (e engineLog) Fatalf(format string, args ...any) { e.log.Error(engineText(format, args)) }

func engineText(format string, args []any) string {
	return "event engine: " + fmt.Sprintf(format, args...)
}
