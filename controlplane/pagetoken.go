package controlplane

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/store"
)

// maxPageToken bounds a nextToken that a request carries, in characters.
const maxPageToken = 1024

const (
	pageTokenVersion = 1
	// A token is the version, the time in nanoseconds, the id, and a digest of those and the filters.
	pageCursorSize = 1 + 8 + chat.IDLength
	pageDigestSize = 16
)

// pageToken returns the nextToken for the page that begins after a position.
//
// The digest is there to notice a token that was cut, altered, or sent with other filters. It has no key, because there
// is nothing to protect: who makes up a position could have come to it page by page.
func (s *Server) pageToken(after store.Cursor, filter store.Filter) string {
	b := make([]byte, 0, pageCursorSize+pageDigestSize)
	b = append(b, pageTokenVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(after.UpdateTime.UnixNano()))
	b = append(b, after.ID...)
	return base64.RawURLEncoding.EncodeToString(append(b, s.pageDigest(b, filter)...))
}

// openPageToken returns the position in a token, and whether the token is one that pageToken made for these filters.
func (s *Server) openPageToken(token string, filter store.Filter) (store.Cursor, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != pageCursorSize+pageDigestSize || b[0] != pageTokenVersion {
		return store.Cursor{}, false
	}
	cursor, digest := b[:pageCursorSize], b[pageCursorSize:]
	if subtle.ConstantTimeCompare(digest, s.pageDigest(cursor, filter)) != 1 {
		return store.Cursor{}, false
	}
	at := int64(binary.BigEndian.Uint64(cursor[1:]))
	return store.Cursor{UpdateTime: time.Unix(0, at).UTC(), ID: string(cursor[9:])}, true
}

func (s *Server) pageDigest(cursor []byte, f store.Filter) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "throng page %q %q %q %q %q %q", s.config.Region, s.config.AccountID,
		f.Name, f.MessageReviewHandlerURI, f.LoggingConfigurationIdentifier, cursor))
	return sum[:pageDigestSize]
}
