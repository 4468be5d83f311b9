package sigv4

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// MaxAccessKeyIDLength bounds an access key id, in characters of [A-Za-z0-9_-]; at least 1.
const MaxAccessKeyIDLength = 128

// Credential is an access key.
type Credential struct {
	AccessKeyID     string
	SecretAccessKey string
	// SessionToken is not empty for temporary credentials. A request must then carry the same X-Amz-Security-Token;
	// with other credentials it must carry none.
	SessionToken string
	// Expires is when the credential is no longer accepted; zero: never.
	Expires time.Time
}

// String returns the access key id alone, so that a credential that is printed or logged gives nothing away.
func (c Credential) String() string { return c.AccessKeyID }

// GoString does the same for %#v.
func (c Credential) GoString() string { return "sigv4.Credential{" + c.AccessKeyID + "}" }

// Set is an immutable set of credentials.
type Set struct {
	byID map[string]*entry
	// unknown stands in for the credential of an access key id that is not in the set, so that such a request costs as
	// much as one that is.
	unknown *entry
}

// entry has a signer of its own: the signer caches one derived key, and cares only for the access key id when it looks
// whether that is the right one. Shared, it would go on with the old key after a secret has changed.
type entry struct {
	credential Credential
	signing    aws.Credentials
	signer     *v4.Signer
}

func newEntry(c Credential) *entry {
	return &entry{
		credential: c,
		// The session token stays out: the signer would add a header for it, and here it is a header among others.
		signing: aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey},
		signer:  v4.NewSigner(),
	}
}

// NewSet returns the set of credentials, which may be empty. It fails when an access key id is not of the form that
// MaxAccessKeyIDLength describes or is used twice, and when a secret is empty.
func NewSet(credentials []Credential) (*Set, error) {
	s := &Set{
		byID:    make(map[string]*entry, len(credentials)),
		unknown: newEntry(Credential{AccessKeyID: "unknown", SecretAccessKey: rand.Text()}),
	}
	for i, c := range credentials {
		switch {
		case !validAccessKeyID(c.AccessKeyID):
			return nil, fmt.Errorf("credential %d: access key id must be 1 to %d characters of [A-Za-z0-9_-]",
				i+1, MaxAccessKeyIDLength)
		case s.byID[c.AccessKeyID] != nil:
			return nil, fmt.Errorf("credential %d: access key id %s is used twice", i+1, c.AccessKeyID)
		case c.SecretAccessKey == "":
			return nil, errors.New("credential " + c.AccessKeyID + ": the secret access key is empty")
		}
		s.byID[c.AccessKeyID] = newEntry(c)
	}
	return s, nil
}

// lookup returns the entry for an access key id and whether it is in the set.
func (s *Set) lookup(id string) (*entry, bool) {
	if e := s.byID[id]; e != nil {
		return e, true
	}
	return s.unknown, false
}

func validAccessKeyID(id string) bool {
	if id == "" || len(id) > MaxAccessKeyIDLength {
		return false
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; !alphanumeric(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
