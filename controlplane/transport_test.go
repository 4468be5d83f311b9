package controlplane

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// raw is a connection on which a test says exactly what it wants.
type raw struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func (f *fixture) dial(t testing.TB) *raw {
	t.Helper()
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &raw{c, t, bufio.NewReader(c)}
}

func (c *raw) send(s string) *raw {
	// The server may have answered and closed before it has everything.
	_, _ = io.WriteString(c, s)
	return c
}

// answer reads one response.
func (c *raw) answer() answer {
	c.t.Helper()
	resp, err := http.ReadResponse(c.r, nil)
	if err == nil && resp.StatusCode == http.StatusContinue {
		resp, err = http.ReadResponse(c.r, nil)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// closed checks that the server has nothing more to say and closes.
func (c *raw) closed() {
	c.t.Helper()
	if b, err := io.ReadAll(c.r); err != nil || len(b) > 0 {
		c.t.Fatalf("got %q, %v; want the end", b, err)
	}
}

// wire returns a signed request as bytes.
func (f *fixture) wire(operation, body string) string {
	f.t.Helper()
	req, err := http.NewRequest("POST", f.url+"/"+operation, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	f.sign(req, []byte(body))
	var b bytes.Buffer
	if err := req.Write(&b); err != nil {
		f.t.Fatal(err)
	}
	return b.String()
}

func TestTransportLimits(t *testing.T) {
	f := start(t, func(o *options) { o.config.ReadTimeout = 300 * time.Millisecond })
	id := f.makeRoom(`{}`)
	host := "Host: " + f.addr + "\r\n"
	refused := func(what, sent string, status int, code string) {
		t.Helper()
		c := f.dial(t).send(sent)
		c.answer().wantError(t, status, code)
		c.closed()
		// whoever else is there does not notice
		if a := f.call("GetRoom", object(t, "identifier", id)); a.status != 200 {
			t.Fatalf("after %s: %d %s", what, a.status, a.body)
		}
	}
	const post = "POST /CreateRoom HTTP/1.1\r\n"
	refused("a large body", post+host+fmt.Sprintf("Content-Length: %d\r\n\r\n", 64<<10+1)+strings.Repeat("x", 64<<10+1),
		413, codeTooLarge)
	refused("a body of 10 GB", post+host+"Content-Length: 10000000000\r\n\r\n{}", 413, codeTooLarge)
	refused("a large chunked body", post+host+"Transfer-Encoding: chunked\r\n\r\n"+
		strings.Repeat("1000\r\n"+strings.Repeat("x", 0x1000)+"\r\n", 17)+"0\r\n\r\n", 413, codeTooLarge)
	refused("one large chunk", post+host+"Transfer-Encoding: chunked\r\n\r\n7fffffff\r\nxxxx", 413, codeTooLarge)
	refused("a large body that is waited for", post+host+"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n", 413, codeTooLarge)
	refused("a header of 1 MB", post+host+"X-Large: "+strings.Repeat("x", 1<<20)+"\r\n\r\n", 400, codeMalformedHTTP)
	refused("1 MB of headers", post+host+strings.Repeat("X: y\r\n", 1<<18)+"\r\n", 400, codeMalformedHTTP)
	refused("a request line of 1 MB", "POST /"+strings.Repeat("x", 1<<20)+" HTTP/1.1\r\n"+host+"\r\n", 400, codeMalformedHTTP)
	refused("garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, codeMalformedHTTP)
	refused("no host", post+"Content-Length: 2\r\n\r\n{}", 400, codeMalformedHTTP)
	refused("two lengths", post+host+"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", 400, codeMalformedHTTP)
	refused("length and chunks", post+host+"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"+
		"POST /smuggled HTTP/1.1\r\n"+host+"\r\n", 403, "MissingAuthenticationTokenException") // and closed (RFC 9112 section 6.3)
	refused("a bad chunk", post+host+"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", 400, codeMalformedHTTP)
	refused("half a head", post+host, 408, codeRequestTimeout)
	refused("half a body", post+host+"Content-Length: 20\r\n\r\n{", 408, codeRequestTimeout)
}

// At the limit, a body is read.
func TestLargestBody(t *testing.T) {
	f := start(t)
	body := `{"name":"a"` + strings.Repeat(" ", 64<<10-12) + `}`
	if a := f.call("CreateRoom", body); a.status != 200 {
		t.Fatalf("%d bytes: got %d %s", len(body), a.status, a.body)
	}
	a := f.call("CreateRoom", body+" ")
	a.want(t, 413, `{"__type":"RequestEntityTooLargeException","message":"The request body must have at most 65536 bytes"}`, "")
}

func TestPipelinedAndSlowRequests(t *testing.T) {
	f := start(t)
	id := f.makeRoom(`{}`)
	get := f.wire("GetRoom", object(t, "identifier", id))
	unsigned := "POST /GetRoom HTTP/1.1\r\nHost: " + f.addr + "\r\nContent-Length: 2\r\n\r\n{}"

	// three at once, answered in order, a refused one between
	c := f.dial(t).send(get + unsigned + get)
	for _, want := range []int{200, 403, 200} {
		if a := c.answer(); a.status != want {
			t.Fatalf("got %d %s, want %d", a.status, a.body, want)
		}
	}
	// byte by byte
	c = f.dial(t)
	for i := range get {
		c.send(get[i : i+1])
	}
	if a := c.answer(); a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	// chunked, which a client may do that signs the hash of the body and not its length
	head, body, _ := strings.Cut(get, "\r\n\r\n")
	head = strings.Replace(head, fmt.Sprintf("Content-Length: %d", len(body)), "Transfer-Encoding: chunked", 1)
	a := f.dial(t).send(fmt.Sprintf("%s\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body)).answer()
	a.wantError(t, 403, "InvalidSignatureException") // this one had signed the length
	// gone in the middle
	f.dial(t).send(get[:len(get)/2]).Close()
	if a := f.call("GetRoom", object(t, "identifier", id)); a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
}

// Answers to requests that arrive together do not mix.
func TestConcurrentRequests(t *testing.T) {
	f := start(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				name := fmt.Sprintf("room-%d-%d", i, j)
				a := f.call("CreateRoom", object(t, "name", name))
				if a.field(t, "name") != name {
					t.Errorf("got %s for %s", a.body, name)
				}
				b := f.call("GetRoom", object(t, "identifier", a.field(t, "id")))
				if b.body != a.body {
					t.Errorf("got %s, want %s", b.body, a.body)
				}
			}
		})
	}
	wg.Wait()
	if f.rooms.Len() != 160 {
		t.Errorf("%d rooms", f.rooms.Len())
	}
}

func TestConnectionLimit(t *testing.T) {
	f := start(t, func(o *options) { o.config.MaxConnections = 1 })
	c := f.dial(t).send(f.wire("ListRooms", `{}`))
	if a := c.answer(); a.status != 200 {
		t.Fatalf("got %d", a.status)
	}
	if a := f.dial(t).answer(); a.status != 503 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
}
