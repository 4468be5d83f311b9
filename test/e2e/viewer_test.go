package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// viewer is a user with a connection to a room.
type viewer struct {
	t    *testing.T
	conn *rawws.Conn
	// frames has everything that arrived and was not looked at; it is closed when the connection has ended and end
	// tells how.
	frames chan frame
	end    error
}

// frame is any frame that the server sends.
type frame struct {
	Type         string
	ID           string `json:"Id"`
	RequestID    string `json:"RequestId"`
	Attributes   map[string]string
	Content      string
	SendTime     string
	EventName    string
	ErrorCode    int
	ErrorMessage string
	Sender       struct {
		UserID     string `json:"UserId"`
		Attributes map[string]string
	}
	raw string
}

// backlog is how many frames a viewer holds that the test has not looked at.
const backlog = 1 << 14

// join connects a user with all capabilities to a room.
func (b *backend) join(room, user string) *viewer {
	b.t.Helper()
	return b.connect(b.token(room, user, everything...))
}

// connect connects with token and fails the test when the server refuses.
func (b *backend) connect(token string) *viewer {
	b.t.Helper()
	conn, err := rawws.Open(b.s.Edge, token)
	if err != nil {
		b.t.Fatalf("cannot connect: %v", err)
	}
	v := &viewer{t: b.t, conn: conn, frames: make(chan frame, backlog)}
	b.t.Cleanup(func() { _ = conn.Close() })
	go v.read(v.frames)
	return v
}

func (v *viewer) read(frames chan<- frame) {
	defer close(frames)
	for {
		text, err := v.conn.ReadText()
		if err != nil {
			v.end = err
			return
		}
		f, err := parseFrame(text)
		if err != nil {
			v.end = err
			return
		}
		select {
		case frames <- f:
		default:
			v.end = errors.New("the test does not look at the viewer's frames")
			return
		}
	}
}

func parseFrame(text []byte) (frame, error) {
	f := frame{raw: string(text)}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("the server sent text that is not JSON: %w", err)
	}
	return f, nil
}

// send sends one request, given as keys and values of its JSON object.
func (v *viewer) send(pairs ...any) {
	v.t.Helper()
	if err := v.trySend(pairs...); err != nil {
		v.t.Fatalf("cannot send: %v", err)
	}
}

func (v *viewer) trySend(pairs ...any) error {
	request := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		request[pairs[i].(string)] = pairs[i+1]
	}
	b, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return v.conn.Send(rawws.TextFrame(string(b)))
}

// say sends a message.
func (v *viewer) say(content string) {
	v.t.Helper()
	v.send("Action", "SEND_MESSAGE", "RequestId", content, "Content", content)
}

// next returns the next frame.
func (v *viewer) next() frame {
	v.t.Helper()
	f, err := v.tryNext(patience)
	if err != nil {
		v.t.Fatalf("no frame: %v", err)
	}
	return f
}

// tryNext is next for any goroutine.
func (v *viewer) tryNext(limit time.Duration) (frame, error) {
	select {
	case f, ok := <-v.frames:
		if !ok {
			return frame{}, fmt.Errorf("the connection ended: %w", v.end)
		}
		return f, nil
	case <-time.After(limit):
		return frame{}, fmt.Errorf("nothing arrived within %v", limit)
	}
}

// hears returns the next frame, which must be a message of content.
func (v *viewer) hears(content string) frame {
	v.t.Helper()
	f := v.next()
	if f.Type != "MESSAGE" || f.Content != content {
		v.t.Fatalf("got %s, want the message %q", f.raw, content)
	}
	return f
}

// fails returns the next frame, which must be an error with code for the request with requestID.
func (v *viewer) fails(requestID string, code int) frame {
	v.t.Helper()
	f := v.next()
	if f.Type != "ERROR" || f.ErrorCode != code || f.RequestID != requestID || len(f.ID) != 12 {
		v.t.Fatalf("got %s, want error %d for request %q", f.raw, code, requestID)
	}
	return f
}

// closes waits for the close frame, which must come before any other, and for the end of the TCP connection.
func (v *viewer) closes(code uint16) *rawws.CloseError {
	v.t.Helper()
	if f, err := v.tryNext(patience); err == nil {
		v.t.Fatalf("got %s, want a close frame with code %d", f.raw, code)
	}
	var closed *rawws.CloseError
	if !errors.As(v.end, &closed) {
		v.t.Fatalf("the connection ended with %v, want a close frame with code %d", v.end, code)
	}
	if closed.Code != code {
		v.t.Fatalf("%v, want code %d", closed, code)
	}
	_ = v.conn.SetReadDeadline(time.Now().Add(patience))
	if err := v.conn.ReadEnd(); err != nil {
		v.t.Fatalf("after %v: %v", closed, err)
	}
	return closed
}

// leave ends the session as a browser does and waits until the server has ended the connection.
func (v *viewer) leave() {
	v.t.Helper()
	if err := v.conn.Send(rawws.CloseFrame(1000, "")); err != nil {
		v.t.Fatalf("cannot leave: %v", err)
	}
	for range v.frames { // what was under way
	}
	var closed *rawws.CloseError
	if !errors.As(v.end, &closed) || closed.Code != 1000 {
		v.t.Fatalf("the close handshake ended with %v, want code 1000", v.end)
	}
}
