package sigv4

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The requests under testdata/recorded are what clients sent to a stub server, byte by byte, but for the User-Agent,
// which none of them signs: boto3 1.43.11, AWS CLI 1.45.11, SDK for JavaScript 3.952.0. They are signed with
// testSecret; those called "temporary" with testSessionToken as well.
const (
	testRegion       = "us-west-2"
	testService      = "ivschat"
	testKey          = "AKIDEXAMPLE0"
	testTemporaryKey = "ASIATEMPORARY"
	testSecret       = "throng-test-secret"
	testSessionToken = "FQoGZXIvYXdzEXAMPLE//session+token=="
)

// wireRequest is an HTTP request as it came over the wire, cut into its parts and otherwise untouched.
type wireRequest struct {
	method, target string
	headers        [][2]string
	body           []byte
}

func parseWire(t testing.TB, raw []byte) wireRequest {
	t.Helper()
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		t.Fatal("no end of head")
	}
	lines := strings.Split(string(head), "\r\n")
	first := strings.Split(lines[0], " ")
	w := wireRequest{method: first[0], target: first[1], body: body}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		w.headers = append(w.headers, [2]string{name, strings.TrimSpace(value)})
	}
	return w
}

func (w *wireRequest) get(name string) []string {
	var values []string
	for _, h := range w.headers {
		if strings.EqualFold(h[0], name) {
			values = append(values, h[1])
		}
	}
	return values
}

func (w *wireRequest) set(name, value string) {
	for i, h := range w.headers {
		if strings.EqualFold(h[0], name) {
			w.headers[i][1] = value
			return
		}
	}
	w.headers = append(w.headers, [2]string{name, value})
}

func (w *wireRequest) remove(name string) {
	kept := w.headers[:0:0]
	for _, h := range w.headers {
		if !strings.EqualFold(h[0], name) {
			kept = append(kept, h)
		}
	}
	w.headers = kept
}

func (w *wireRequest) request() *Request {
	path, query, _ := strings.Cut(w.target, "?")
	return &Request{Method: w.method, RawPath: path, RawQuery: query, Header: w.get, Body: w.body}
}

func (w *wireRequest) clone() wireRequest {
	c := *w
	c.headers = append([][2]string(nil), w.headers...)
	c.body = bytes.Clone(w.body)
	return c
}

// date returns when w says it was signed.
func (w *wireRequest) date(t testing.TB) time.Time {
	t.Helper()
	at, err := time.Parse(dateLayout, w.get("x-amz-date")[0])
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func testCredentials() []Credential {
	return []Credential{
		{AccessKeyID: testKey, SecretAccessKey: testSecret},
		{AccessKeyID: testTemporaryKey, SecretAccessKey: testSecret, SessionToken: testSessionToken},
	}
}

func newTestVerifier(t testing.TB, now time.Time, credentials ...Credential) *Verifier {
	t.Helper()
	set, err := NewSet(credentials)
	if err != nil {
		t.Fatal(err)
	}
	return NewVerifier(testRegion, testService, set, func() time.Time { return now })
}

func recorded(t testing.TB) map[string]wireRequest {
	t.Helper()
	files, err := filepath.Glob("testdata/recorded/*.http")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded requests: %v", err)
	}
	all := make(map[string]wireRequest, len(files))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".http")] = parseWire(t, raw)
	}
	return all
}

func TestRecordedRequestsAreAccepted(t *testing.T) {
	for name, w := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			want := testKey
			if strings.HasSuffix(name, "temporary") {
				want = testTemporaryKey
			}
			id, err := newTestVerifier(t, w.date(t), testCredentials()...).Verify(w.request())
			if err != nil || id != want {
				t.Fatalf("got %q, %v; want %q", id, err, want)
			}
		})
	}
}

// Every byte that the signature covers is changed in turn.
func TestEveryChangedByteIsRefused(t *testing.T) {
	for name, w := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			v := newTestVerifier(t, w.date(t), testCredentials()...)
			refused := func(what string, i int, change func(*wireRequest)) {
				t.Helper()
				c := w.clone()
				change(&c)
				if _, err := v.Verify(c.request()); err == nil {
					t.Errorf("%s: byte %d was changed and the request was accepted", what, i)
				}
			}
			flip := func(s string, i int, mask byte) string {
				b := []byte(s)
				b[i] ^= mask
				return string(b)
			}
			for _, mask := range []byte{1, 2, 0x20, 0x80} {
				for i := range w.method {
					refused("method", i, func(c *wireRequest) { c.method = flip(c.method, i, mask) })
				}
				for i := range w.target {
					if sameQuery(w.target, flip(w.target, i, mask)) {
						continue
					}
					refused("target", i, func(c *wireRequest) { c.target = flip(c.target, i, mask) })
				}
				for i := range w.body {
					refused("body", i, func(c *wireRequest) { c.body[i] ^= mask })
				}
				covered := append(strings.Split(signedHeaders(w), ";"), "authorization")
				for _, header := range covered {
					value := w.get(header)[0]
					for i := range value {
						refused(header, i, func(c *wireRequest) { c.set(header, flip(value, i, mask)) })
					}
				}
			}
		})
	}
}

func signedHeaders(w wireRequest) string {
	_, rest, _ := strings.Cut(w.get("authorization")[0], "SignedHeaders=")
	names, _, _ := strings.Cut(rest, ",")
	return names
}

// sameQuery reports whether two targets have the same path and mean the same query: the hexadecimal digits of an
// escape may have either case.
func sameQuery(a, b string) bool {
	pathA, queryA, _ := strings.Cut(a, "?")
	pathB, queryB, _ := strings.Cut(b, "?")
	return pathA == pathB && strings.EqualFold(queryA, queryB) && meaning(queryA) == meaning(queryB)
}
