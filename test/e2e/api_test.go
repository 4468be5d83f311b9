package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signed returns a request of the control plane with a signature that is right.
func (s *server) signed(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, s.apiURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	hash := sha256.Sum256([]byte(body))
	keys := aws.Credentials{AccessKeyID: devKey, SecretAccessKey: devSecret}
	if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, hex.EncodeToString(hash[:]), "ivschat", region, time.Now()); err != nil {
		t.Fatal(err)
	}
	return r
}

// checkAPIError fails the test unless res is an error of code with what SDKs read of one.
func checkAPIError(t *testing.T, res *http.Response, status int, code string) {
	t.Helper()
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(text, &body); err != nil {
		t.Errorf("the body is not JSON: %v: %.200s", err, text)
	}
	if res.StatusCode != status || res.Header.Get("x-amzn-errortype") != code || body.Type != code || body.Message == "" ||
		res.Header.Get("x-amzn-requestid") == "" || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		t.Errorf("got status %d, header %v, body %.300s, want %d %s", res.StatusCode, res.Header, text, status, code)
	}
}

// Requests that no SDK sends are refused in a form that every SDK reads.
func TestAPIRefusals(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil)
	in := func(members string) string { return `{"roomIdentifier":"` + room + `",` + members + `}` }
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"an unknown operation", "POST", "/Shout", "{}", 404, "UnknownOperationException"},
		{"the root", "POST", "/", "{}", 404, "UnknownOperationException"},
		{"an operation with GET", "GET", "/ListRooms", "", 404, "UnknownOperationException"},
		{"an operation in lower case", "POST", "/listrooms", "{}", 404, "UnknownOperationException"},
		{"no JSON", "POST", "/ListRooms", content, 400, "ValidationException"},
		{"JSON cut short", "POST", "/ListRooms", `{"name":"x"`, 400, "ValidationException"},
		{"two objects", "POST", "/ListRooms", `{}{}`, 400, "ValidationException"},
		{"an array", "POST", "/ListRooms", `[]`, 400, "ValidationException"},
		{"depth", "POST", "/CreateRoom", strings.Repeat(`{"tags":`, 5000), 400, "ValidationException"},
		{"bytes that are not UTF-8", "POST", "/SendEvent", in("\"eventName\":\"" + content + "\xff\""), 400, "ValidationException"},
		{"a name that is not allowed", "POST", "/CreateRoom", `{"name":"` + content + `!"}`, 400, "ValidationException"},
		{"a number for a string", "POST", "/CreateRoom", `{"name":1}`, 400, "ValidationException"},
		{"a string for a number", "POST", "/CreateRoom", `{"maximumMessageLength":"1"}`, 400, "ValidationException"},
		{"a fraction", "POST", "/CreateRoom", `{"maximumMessageLength":1.5}`, 400, "ValidationException"},
		{"a number beyond 64 bits", "POST", "/CreateRoom", `{"maximumMessageLength":99999999999999999999}`, 400, "ValidationException"},
		{"zero", "POST", "/CreateRoom", `{"maximumMessageLength":0}`, 400, "ValidationException"},
		{"a negative number", "POST", "/CreateRoom", `{"maximumMessageRatePerSecond":-1}`, 400, "ValidationException"},
		{"null in a map", "POST", "/CreateRoom", `{"tags":{"` + content + `":null}}`, 400, "ValidationException"},
		{"null for what is required", "POST", "/GetRoom", `{"identifier":null}`, 400, "ValidationException"},
		{"nothing for what is required", "POST", "/GetRoom", ``, 400, "ValidationException"},
		{"an empty user", "POST", "/CreateChatToken", in(`"userId":""`), 400, "ValidationException"},
		{"an empty reason", "POST", "/DisconnectUser", in(`"userId":"u","reason":""`), 400, "ValidationException"},
		{"an empty event", "POST", "/SendEvent", in(`"eventName":""`), 400, "ValidationException"},
		{"a session of 0 minutes", "POST", "/CreateChatToken", in(`"userId":"u","sessionDurationInMinutes":0`), 400, "ValidationException"},
		{"51 tags", "POST", "/CreateRoom", `{"tags":{` + tags(51) + `}}`, 400, "ValidationException"},
		{"four logging configurations", "POST", "/CreateRoom", `{"loggingConfigurationIdentifiers":["a","b","c","d"]}`, 400, "ValidationException"},
		{"a body over the cap", "POST", "/ListRooms", `{"name":"` + strings.Repeat("x", 64<<10) + `"}`, 413, "RequestEntityTooLargeException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := probe.Do(s.signed(t, c.method, c.path, c.body))
			if err != nil {
				t.Fatal(err)
			}
			checkAPIError(t, res, c.status, c.code)
		})
	}
	t.Run("a body that was changed", func(t *testing.T) {
		r := s.signed(t, "POST", "/ListRooms", `{"name":"one"}`)
		r.Body = io.NopCloser(strings.NewReader(`{"name":"two"}`))
		res, err := probe.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		checkAPIError(t, res, 403, "InvalidSignatureException")
	})
	t.Run("another region", func(t *testing.T) {
		r := s.signed(t, "POST", "/ListRooms", `{}`)
		keys := aws.Credentials{AccessKeyID: devKey, SecretAccessKey: devSecret}
		hash := sha256.Sum256([]byte(`{}`))
		r.Header.Del("Authorization")
		if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, hex.EncodeToString(hash[:]), "ivschat", "eu-west-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		res, err := probe.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		checkAPIError(t, res, 403, "InvalidSignatureException")
	})
	t.Run("members that the operation does not know", func(t *testing.T) {
		res, err := probe.Do(s.signed(t, "POST", "/ListRooms", `{"future":{"a":[1,null]},"maxResults":null}`))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("got status %d", res.StatusCode)
		}
	})
}

func tags(n int) string {
	var list []string
	for i := range n {
		list = append(list, `"k`+strings.Repeat("x", i)+`":"v"`)
	}
	return strings.Join(list, ",")
}

// What is not even a request gets an answer where there can be one, and others notice nothing.
func TestAPIGarbage(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	head := "POST /ListRooms HTTP/1.1\r\nHost: " + s.API + "\r\n"
	for _, c := range []struct {
		name, request string
		status        int
		code          string
	}{
		{"garbage", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "MalformedHttpRequestException"},
		{"a header of 1 MB", head + "X-Padding: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", 400, "MalformedHttpRequestException"},
		{"a declared body of 1 TB", head + "Content-Length: 1099511627776\r\n\r\n{", 413, "RequestEntityTooLargeException"},
		{"a negative length", head + "Content-Length: -1\r\n\r\n{}", 400, "MalformedHttpRequestException"},
		{"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "MalformedHttpRequestException"},
		{"no signature", head + "Content-Length: 2\r\n\r\n{}", 403, "MissingAuthenticationTokenException"},
		{"a chunked body over the cap", head + "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + strings.Repeat("x", 0x20000) + "\r\n0\r\n\r\n",
			413, "RequestEntityTooLargeException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.API)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			go func() { _, _ = io.WriteString(conn, c.request) }()
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			checkAPIError(t, res, c.status, c.code)
		})
	}
	t.Run("connections that say nothing", func(t *testing.T) {
		for range 200 {
			conn, err := net.Dial("tcp", s.API)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write(bytes.TrimSpace([]byte(head))); err != nil {
				t.Fatal(err)
			}
		}
		b.in(t).room(nil)
	})
}
