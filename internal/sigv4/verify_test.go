package sigv4

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

var testTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// signed returns a request that the SDK's signer has signed.
func signed(t testing.TB, c Credential, service, region string, at time.Time, body string) wireRequest {
	t.Helper()
	req, err := http.NewRequest("POST", "http://chat.example:8081/ListRooms", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256([]byte(body))
	err = v4.NewSigner().SignHTTP(context.Background(),
		aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken},
		req, hex.EncodeToString(sum[:]), service, region, at)
	if err != nil {
		t.Fatal(err)
	}
	return fromHTTP(t, req)
}

func refused(t *testing.T, v *Verifier, w wireRequest, code, message string) {
	t.Helper()
	_, err := v.Verify(w.request())
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if e.Code != code || !strings.Contains(e.Message, message) {
		t.Fatalf("got %v, want %s with %q", e, code, message)
	}
	if strings.Contains(e.Message, testSecret) || strings.Contains(e.Message, testSessionToken) {
		t.Fatalf("the error gives a secret away: %v", e)
	}
}

func accepted(t *testing.T, v *Verifier, w wireRequest, want string) {
	t.Helper()
	if id, err := v.Verify(w.request()); err != nil || id != want {
		t.Fatalf("got %q, %v", id, err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	permanent := testCredentials()[0]
	v := newTestVerifier(t, testTime, testCredentials()...)
	good := signed(t, permanent, testService, testRegion, testTime, "{}")
	accepted(t, v, good, testKey)
	changed := func(change func(*wireRequest), code, message string) {
		t.Helper()
		w := good.clone()
		change(&w)
		refused(t, v, w, code, message)
	}

	// no signature at all, as with --no-sign-request; a presigned URL is one of these
	changed(func(w *wireRequest) { w.remove("authorization") }, CodeMissingToken, "Missing Authentication Token")
	changed(func(w *wireRequest) { w.set("authorization", "Basic eDp5") }, CodeIncomplete, "begin with the algorithm")
	changed(func(w *wireRequest) { w.headers = append(w.headers, [2]string{"Authorization", "x"}) },
		CodeIncomplete, "'authorization' must not be repeated")
	// the date
	changed(func(w *wireRequest) { w.remove("x-amz-date") }, CodeIncomplete, "X-Amz-Date")
	changed(func(w *wireRequest) { w.set("x-amz-date", "20260304T050607.5Z") }, CodeIncomplete, "X-Amz-Date")
	changed(func(w *wireRequest) { w.set("x-amz-date", "Wed, 04 Mar 2026 05:06:07 GMT") }, CodeIncomplete, "X-Amz-Date")
	changed(func(w *wireRequest) { w.set("x-amz-date", "20260305T050607Z") }, CodeInvalidSignature, "'20260304' != '20260305'")
	// the body
	changed(func(w *wireRequest) { w.body = []byte("[]") }, CodeInvalidSignature, "does not match")
	changed(func(w *wireRequest) { w.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD") }, CodeInvalidSignature, "x-amz-content-sha256")
	changed(func(w *wireRequest) { w.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") },
		CodeInvalidSignature, "x-amz-content-sha256")
	changed(func(w *wireRequest) { w.set("content-length", "3") }, CodeInvalidSignature, "content length")
	// the rest
	changed(func(w *wireRequest) { w.remove("content-type") }, CodeInvalidSignature, "'content-type' is missing")
	changed(func(w *wireRequest) { w.target += "?a=%zz" }, CodeInvalidSignature, "query of the request is malformed")
	changed(func(w *wireRequest) { w.target += "?a=1;b=2" }, CodeInvalidSignature, "query of the request is malformed")
	changed(func(w *wireRequest) { w.target = "/CreateRoom" }, CodeInvalidSignature, "does not match")
	changed(func(w *wireRequest) { w.target = "http://chat.example:8081/ListRooms" }, CodeInvalidSignature, "does not match")
	changed(func(w *wireRequest) { w.set("host", "chat.example") }, CodeInvalidSignature, "does not match")
	// a token that was put in
	changed(func(w *wireRequest) { w.set("x-amz-security-token", "x") }, CodeIncomplete, "must be a 'SignedHeader'")

	// the scope
	w := signed(t, permanent, "ivs", testRegion, testTime, "{}")
	refused(t, v, w, CodeInvalidSignature, "correct service: 'ivschat', not 'ivs'")
	w = signed(t, permanent, testService, "eu-west-1", testTime, "{}")
	refused(t, v, w, CodeInvalidSignature, "valid region: 'us-west-2', not 'eu-west-1'")
	// keys
	w = signed(t, Credential{AccessKeyID: "AKIDOTHER", SecretAccessKey: testSecret}, testService, testRegion, testTime, "{}")
	refused(t, v, w, CodeUnrecognizedClient, "security token included in the request is invalid")
	w = signed(t, Credential{AccessKeyID: testKey, SecretAccessKey: "another"}, testService, testRegion, testTime, "{}")
	refused(t, v, w, CodeInvalidSignature, "does not match")
}

func TestVerifySkew(t *testing.T) {
	permanent := testCredentials()[0]
	w := signed(t, permanent, testService, testRegion, testTime, "{}")
	at := func(offset time.Duration) *Verifier {
		return newTestVerifier(t, testTime.Add(offset), testCredentials()...)
	}
	accepted(t, at(MaxSkew), w, testKey)
	accepted(t, at(-MaxSkew), w, testKey)
	refused(t, at(MaxSkew+time.Second), w, CodeInvalidSignature,
		"Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T051108Z - 5 min.)")
	refused(t, at(-MaxSkew-time.Second), w, CodeInvalidSignature,
		"Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z (20260304T050106Z + 5 min.)")
	// across midnight, where the scope has yesterday's date
	midnight := time.Date(2026, 3, 4, 23, 58, 0, 0, time.UTC)
	w = signed(t, permanent, testService, testRegion, midnight, "{}")
	accepted(t, newTestVerifier(t, midnight.Add(4*time.Minute), permanent), w, testKey)
}

func TestVerifyTemporaryCredentials(t *testing.T) {
	c := testCredentials()[1]
	c.Expires = testTime.Add(time.Minute)
	w := signed(t, c, testService, testRegion, testTime, "{}")
	accepted(t, newTestVerifier(t, testTime, c), w, testTemporaryKey)
	accepted(t, newTestVerifier(t, c.Expires.Add(-1), c), w, testTemporaryKey)
	refused(t, newTestVerifier(t, c.Expires, c), w, CodeExpiredToken, "expired")

	// the wrong token, none, and one where none belongs
	v := newTestVerifier(t, testTime, c)
	other := c
	other.SessionToken = "another"
	refused(t, v, signed(t, other, testService, testRegion, testTime, "{}"), CodeUnrecognizedClient, "invalid")
	other.SessionToken = ""
	refused(t, v, signed(t, other, testService, testRegion, testTime, "{}"), CodeUnrecognizedClient, "invalid")
	permanent := testCredentials()[0]
	v = newTestVerifier(t, testTime, permanent)
	permanent.SessionToken = testSessionToken
	refused(t, v, signed(t, permanent, testService, testRegion, testTime, "{}"), CodeUnrecognizedClient, "invalid")

	// whoever does not hold the secret does not learn that the credential has expired
	wrong := c
	wrong.SecretAccessKey = "another"
	refused(t, newTestVerifier(t, c.Expires, c), signed(t, wrong, testService, testRegion, testTime, "{}"),
		CodeInvalidSignature, "does not match")
}

func TestSwap(t *testing.T) {
	old := testCredentials()[0]
	v := newTestVerifier(t, testTime, old)
	accepted(t, v, signed(t, old, testService, testRegion, testTime, "{}"), testKey)

	// The same access key id with another secret: nothing of the old one may be left in a cache.
	renewed := old
	renewed.SecretAccessKey = "renewed"
	set, err := NewSet([]Credential{renewed})
	if err != nil {
		t.Fatal(err)
	}
	v.Swap(set)
	accepted(t, v, signed(t, renewed, testService, testRegion, testTime, "{}"), testKey)
	refused(t, v, signed(t, old, testService, testRegion, testTime, "{}"), CodeInvalidSignature, "does not match")
}

// Headers that the SDK's signer never signs are verified when a client does sign them: User-Agent is one.
func TestHeadersTheSignerPassesOver(t *testing.T) {
	v := newTestVerifier(t, testTime, testCredentials()...)
	req := &http.Request{Method: "POST", Header: http.Header{}}
	req.URL, _ = req.URL.Parse("http://chat.example/ListRooms")
	req.Header["user-agent"] = []string{"curl/8"} // by this spelling the signer does not know it
	sum := sha256.Sum256(nil)
	err := v4.NewSigner().SignHTTP(context.Background(),
		aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret},
		req, hex.EncodeToString(sum[:]), testService, testRegion, testTime)
	if err != nil {
		t.Fatal(err)
	}
	req.Body = http.NoBody
	w := fromHTTP(t, req)
	w.set("Host", "chat.example")
	accepted(t, v, w, testKey)
	w.set("user-agent", "curl/9")
	refused(t, v, w, CodeInvalidSignature, "does not match")
}

func TestNewSetRefuses(t *testing.T) {
	bad := func(want string, credentials ...Credential) {
		t.Helper()
		if _, err := NewSet(credentials); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want %q", err, want)
		}
	}
	bad("access key id must be", Credential{SecretAccessKey: "s"})
	bad("access key id must be", Credential{AccessKeyID: "a/b", SecretAccessKey: "s"})
	bad("secret access key is empty", Credential{AccessKeyID: "a"})
	bad("used twice", Credential{AccessKeyID: "a", SecretAccessKey: "s"}, Credential{AccessKeyID: "a", SecretAccessKey: "s"})
}

func TestCredentialPrintsNoSecret(t *testing.T) {
	c := testCredentials()[1]
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, testSecret) || strings.Contains(s, testSessionToken) {
			t.Errorf("%s prints %q", format, s)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	all := recorded(b)
	for _, name := range []string{"cli-POST-CreateRoom", "js-POST-SendEvent-temporary", "botocore-DELETE-tags"} {
		w := all[name]
		r := w.request()
		headers := make(map[string][]string)
		for _, h := range w.headers {
			headers[strings.ToLower(h[0])] = []string{h[1]}
		}
		r.Header = func(name string) []string { return headers[name] }
		run := func(name string, v *Verifier, want bool) {
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := v.Verify(r); (err == nil) != want {
						b.Fatal(err)
					}
				}
			})
		}
		run("request="+name, newTestVerifier(b, w.date(b), testCredentials()...), true)
		run("request="+name+"/unknown_key", newTestVerifier(b, w.date(b)), false)
	}
}
