package e2e

import (
	"errors"
	"testing"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// A connection over the quota is refused, and its token still works when there is room again.
func TestConnectionQuota(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_QUOTAS_CONNECTIONS=3")
	b := s.backend()
	room := b.room(nil)
	var viewers []*viewer
	for range 3 {
		viewers = append(viewers, b.join(room, "u"))
	}
	token := b.token(room, "fourth")
	for range 3 {
		_, err := rawws.Open(s.Edge, token)
		checkRefusal(t, err, 429)
	}
	// Refused handshakes of other kinds take no place either.
	for range 5 {
		_, err := rawws.Open(s.Edge, "wrong")
		checkRefusal(t, err, 401)
	}
	viewers[0].leave()
	var conn *rawws.Conn
	eventually(t, "the place of one who left is free", func() (err error) {
		conn, err = rawws.Open(s.Edge, token)
		var refusal *rawws.Refusal
		if err != nil && (!errors.As(err, &refusal) || refusal.Status != 429) {
			t.Fatal(err)
		}
		return err
	})
	defer conn.Close()
	_, err := rawws.Open(s.Edge, b.token(room, "fifth"))
	checkRefusal(t, err, 429)
}
