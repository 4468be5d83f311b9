package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// A server that is told to end lets everybody go with ERROR 401 and a close frame, so that SDKs come back elsewhere,
// and ends in good order.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	var viewers []*viewer
	for i := range 50 {
		viewers = append(viewers, b.join(room, fmt.Sprint("u", i)))
	}
	// One that never answers, one that is in the middle of its handshake, one that has said nothing.
	silent, err := rawws.Open(s.Edge, b.token(room, "silent"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, sent := range []string{"", "GET / HT"} {
		conn, err := rawws.Dial(s.Edge)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(sent)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for _, v := range viewers {
		f := v.next()
		if f.ErrorCode != 401 || f.RequestID != "" || len(f.ID) != 12 {
			t.Fatalf("got %s, want error 401", f.raw)
		}
		v.closes(1000)
	}
	select {
	case <-s.exited:
		if s.err != nil {
			t.Errorf("throng ended with %v", s.err)
		}
	case <-time.After(patience):
		t.Errorf("throng did not end within %v of SIGTERM", patience)
	}
}
