package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"
)

// meaning returns a query as the receiver of the request understands it, or what cannot be mistaken for that.
func meaning(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "malformed: " + query
	}
	return values.Encode()
}

// drawRequest makes a request like those of IVS Chat, signed by the SDK's own signer.
func drawRequest(t *rapid.T, at time.Time) wireRequest {
	segment := rapid.StringMatching(`[A-Za-z0-9%~._:+ é-]{1,20}`)
	path := "/" + url.PathEscape(segment.Draw(t, "path"))
	query := url.Values{}
	for range rapid.IntRange(0, 3).Draw(t, "keys") {
		query.Add("tagKeys", rapid.String().Draw(t, "key"))
	}
	body := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "body")
	target := "http://" + rapid.StringMatching(`[a-z]{1,10}(:[0-9]{2,4})?`).Draw(t, "host") + path
	req, err := http.NewRequest(rapid.SampledFrom([]string{"POST", "GET", "DELETE"}).Draw(t, "method"), target,
		bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.URL.RawQuery = query.Encode()
	req.Header.Set("Content-Type", "application/json")
	if rapid.Bool().Draw(t, "extra") {
		req.Header.Set("Amz-Sdk-Request", rapid.StringMatching(`[a-z=;1 ]{0,20}`).Draw(t, "value")+"x")
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if rapid.Bool().Draw(t, "named hash") {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	credentials := aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}
	if rapid.Bool().Draw(t, "temporary") {
		credentials.AccessKeyID, credentials.SessionToken = testTemporaryKey, testSessionToken
	}
	err = v4.NewSigner().SignHTTP(context.Background(), credentials, req, hash, testService, testRegion, at)
	if err != nil {
		t.Fatal(err)
	}
	return fromHTTP(t, req)
}

// fromHTTP returns what a signed request looks like on the wire.
func fromHTTP(t interface{ Fatal(...any) }, req *http.Request) wireRequest {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	w := wireRequest{method: req.Method, target: req.URL.RequestURI(), body: body}
	w.headers = append(w.headers, [2]string{"Host", req.Host})
	if len(body) > 0 {
		w.headers = append(w.headers, [2]string{"Content-Length", strconv.Itoa(len(body))})
	}
	for name, values := range req.Header {
		if name == "Content-Length" {
			continue // a server sees it here, a client does not
		}
		for _, value := range values {
			w.headers = append(w.headers, [2]string{name, value})
		}
	}
	return w
}

// What the SDK signs is accepted; with one byte changed, put in or left out it is not, unless it still means the same.
func TestTampering(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	v := newTestVerifier(t, at, testCredentials()...)
	rapid.Check(t, func(t *rapid.T) {
		w := drawRequest(t, at)
		if _, err := v.Verify(w.request()); err != nil {
			t.Fatalf("not accepted as signed: %v", err)
		}
		mutate := func(s string) string {
			i := rapid.IntRange(0, len(s)).Draw(t, "position")
			b := rapid.Byte().Draw(t, "byte")
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				if i < len(s) {
					return s[:i] + string([]byte{b}) + s[i+1:]
				}
			case 1:
				if i < len(s) {
					return s[:i] + s[i+1:]
				}
			}
			return s[:i] + string([]byte{b}) + s[i:]
		}
		c := w.clone()
		same := false
		switch part := rapid.SampledFrom([]string{"method", "path", "query", "body", "header"}).Draw(t, "part"); part {
		case "method":
			c.method = mutate(w.method)
			same = c.method == w.method
		case "path", "query":
			path, query, _ := strings.Cut(w.target, "?")
			changed, changedQuery := path, query
			if part == "path" {
				changed = mutate(path)
			} else {
				changedQuery = mutate(query)
			}
			c.target = changed + "?" + changedQuery
			// Reread, because a question mark may have moved the border.
			changed, changedQuery, _ = strings.Cut(c.target, "?")
			same = changed == path && meaning(changedQuery) == meaning(query)
		case "body":
			c.body = []byte(mutate(string(w.body)))
			same = bytes.Equal(c.body, w.body)
		case "header":
			name := rapid.SampledFrom(append(strings.Split(signedHeaders(w), ";"), "authorization")).Draw(t, "name")
			value := w.get(name)[0]
			changed := mutate(value)
			c.set(name, changed)
			same = squeeze(changed) == squeeze(value) || name == "authorization" && sameAuthorization(changed, value)
		}
		if _, err := v.Verify(c.request()); err == nil && !same {
			t.Fatalf("accepted after a change: %q", c)
		}
	})
}

// squeeze is the canonical form of a header's value: outer white space cut off, inner spaces made one.
func squeeze(s string) string { return strings.TrimSpace(singleSpaces(s)) }

func singleSpaces(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}

func sameAuthorization(a, b string) bool {
	parsedA, errA := parseAuthorization(a)
	parsedB, errB := parseAuthorization(b)
	return errA == nil && errB == nil && parsedA.signature == parsedB.signature &&
		parsedA.accessKeyID == parsedB.accessKeyID && parsedA.date == parsedB.date &&
		slices.Equal(parsedA.signedHeaders, parsedB.signedHeaders)
}
