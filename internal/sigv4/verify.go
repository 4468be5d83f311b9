package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"
)

// MaxSkew is how far the date of a request may be from the verifier's clock, either way: as AWS allows.
const MaxSkew = 5 * time.Minute

const dateLayout = "20060102T150405Z"

// Verifier checks requests against a set of credentials. It is safe for concurrent use.
type Verifier struct {
	region  string
	service string
	now     func() time.Time
	set     atomic.Pointer[Set]
}

// NewVerifier returns a verifier of requests to one service in one region. now is the clock; nil means time.Now.
func NewVerifier(region, service string, set *Set, now func() time.Time) *Verifier {
	if now == nil {
		now = time.Now
	}
	v := &Verifier{region: region, service: service, now: now}
	v.set.Store(set)
	return v
}

// Swap replaces the credentials, for every request whose verification begins afterwards.
func (v *Verifier) Swap(set *Set) { v.set.Store(set) }

// Verify returns the access key id that the request was signed with. On error, which is always an *Error, the id is
// what the request claims, well-formed but unproven, or "".
func (v *Verifier) Verify(r *Request) (accessKeyID string, err error) {
	id, failure := v.verify(r)
	if failure != nil {
		return id, failure
	}
	return id, nil
}

func (v *Verifier) verify(r *Request) (string, *Error) {
	header, ok, err := r.single("authorization")
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errMissing
	}
	a, err := parseAuthorization(header)
	if err != nil {
		return "", err
	}
	return a.accessKeyID, v.check(r, &a)
}

// check goes from what depends on the request alone to what depends on the credential, so that only the holder of the
// secret learns anything about the credential.
func (v *Verifier) check(r *Request, a *authorization) *Error {
	now := v.now().UTC()
	at, err := v.date(r, a, now)
	if err != nil {
		return err
	}
	if err := v.scope(a); err != nil {
		return err
	}
	token, hasToken, err := r.single("x-amz-security-token")
	if err != nil {
		return err
	}
	if hasToken && !a.signs("x-amz-security-token") {
		return incomplete("'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.")
	}
	hash, err := payloadHash(r)
	if err != nil {
		return err
	}

	e, known := v.set.Load().lookup(a.accessKeyID)
	signature, err := e.sign(r, a, at, hash)
	if err != nil {
		return err
	}
	equal := subtle.ConstantTimeCompare([]byte(signature), []byte(a.signature)) == 1
	c := &e.credential
	switch {
	case !known:
		return errUnrecognized
	case !equal:
		return errMismatch
	case subtle.ConstantTimeCompare([]byte(token), []byte(c.SessionToken)) != 1:
		return errUnrecognized
	case !c.Expires.IsZero() && !now.Before(c.Expires):
		return errExpired
	}
	return nil
}

// date returns when the request says it was signed.
func (v *Verifier) date(r *Request, a *authorization, now time.Time) (time.Time, *Error) {
	s, _, err := r.single("x-amz-date")
	if err != nil {
		return time.Time{}, err
	}
	at, perr := time.Parse(dateLayout, s)
	// The length is checked because time.Parse would take a fraction of a second that the layout does not have.
	if perr != nil || len(s) != len(dateLayout) {
		return time.Time{}, incomplete("Authorization requires an 'X-Amz-Date' header of the form YYYYMMDD'T'HHMMSS'Z'")
	}
	if s[:8] != a.date {
		return time.Time{}, invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			a.date + "' != '" + s[:8] + "'.")
	}
	if early := now.Add(-MaxSkew); at.Before(early) {
		return time.Time{}, skewed("expired: %s is now earlier than %s (%s - %d min.)", s, early, now)
	}
	if late := now.Add(MaxSkew); at.After(late) {
		return time.Time{}, skewed("not yet current: %s is still later than %s (%s + %d min.)", s, late, now)
	}
	return at, nil
}

func skewed(format, date string, limit, now time.Time) *Error {
	return invalid("Signature " + fmt.Sprintf(format,
		date, limit.Format(dateLayout), now.Format(dateLayout), int(MaxSkew.Minutes())))
}

func (v *Verifier) scope(a *authorization) *Error {
	if a.service != v.service {
		return invalid("Credential should be scoped to correct service: '" + v.service + "', not '" + a.service + "'.")
	}
	if a.region != v.region {
		return invalid("Credential should be scoped to a valid region: '" + v.region + "', not '" + a.region + "'.")
	}
	return nil
}

// payloadHash returns the hash of the body as it is signed. A request that names a hash must name that one; so a body
// is never accepted unsigned.
func payloadHash(r *Request) (string, *Error) {
	named, ok, err := r.single("x-amz-content-sha256")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(r.Body)
	hash := hex.EncodeToString(sum[:])
	if ok && named != hash {
		return "", invalid("The value of 'x-amz-content-sha256' must be the SHA-256 of the body; " +
			"unsigned and streamed payloads are not accepted.")
	}
	return hash, nil
}
