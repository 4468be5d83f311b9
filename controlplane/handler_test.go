package controlplane

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/throngchat/throng/internal/sigv4"
	"github.com/throngchat/throng/internal/token"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestRequestID(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := newRequestID()
		if !uuid.MatchString(id) || seen[id] {
			t.Fatalf("got %s", id)
		}
		seen[id] = true
	}
}

// A request that is refused leaves one line, which names what the answer names.
func TestRefusalsAreLogged(t *testing.T) {
	f := start(t)
	if f.makeRoom(`{}`); f.log.String() != "" {
		t.Fatalf("a success left %s", f.log)
	}
	a := f.call("CreateRoom", `{"name":"content-of-the-request !"}`)
	var line struct {
		Level, Msg, Operation, Code, Reason, Remote string
		RequestID                                   string `json:"request_id"`
		AccessKeyID                                 string `json:"access_key_id"`
		Status                                      int
	}
	lines := f.log.lines()
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || len(lines) != 1 {
		t.Fatalf("%v in %q", err, lines)
	}
	if line.Level != "INFO" || line.Operation != "CreateRoom" || line.Code != codeValidation || line.Status != 400 ||
		line.RequestID != a.header.Get("x-amzn-requestid") || line.AccessKeyID != "AKIDTEST" ||
		!strings.HasPrefix(line.Remote, "127.0.0.1:") || !strings.Contains(line.Reason, "name failed") {
		t.Fatalf("got %+v", line)
	}
	if strings.Contains(f.log.String(), "content-of-the-request") {
		t.Fatal("the log repeats the request")
	}
}

func TestAuthentication(t *testing.T) {
	f := start(t)
	send := func(change func(*http.Request)) answer {
		t.Helper()
		req, err := http.NewRequest("POST", f.url+"/ListRooms", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		f.sign(req, []byte(`{}`))
		change(req)
		return f.do(req)
	}
	send(func(*http.Request) {}).want(t, 200, `{"rooms":[]}`, "")
	send(func(r *http.Request) { r.Header.Del("Authorization") }).
		want(t, 403, `{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`, "")
	send(func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x") }).
		wantError(t, 403, sigv4.CodeIncomplete)
	send(func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260304T050608Z") }).
		wantError(t, 403, sigv4.CodeInvalidSignature)
	send(func(r *http.Request) { r.URL.RawQuery = "a=b" }).wantError(t, 403, sigv4.CodeInvalidSignature)
	send(func(r *http.Request) { r.Host = "other.example" }).wantError(t, 403, sigv4.CodeInvalidSignature)

	// credentials can be replaced while the server runs
	if err := f.server.SetCredentials([]sigv4.Credential{{AccessKeyID: "bad id"}}); err == nil {
		t.Fatal("accepted")
	}
	send(func(*http.Request) {}).want(t, 200, `{"rooms":[]}`, "")
	if err := f.server.SetCredentials([]sigv4.Credential{{AccessKeyID: "AKIDNEXT", SecretAccessKey: "x"}}); err != nil {
		t.Fatal(err)
	}
	send(func(*http.Request) {}).wantError(t, 403, sigv4.CodeUnrecognizedClient)
	if s := f.log.String(); strings.Contains(s, testSecret) || strings.Contains(s, "Signature=") {
		t.Error("the log has a secret")
	}
}

type panickingSealer struct{}

func (panickingSealer) Seal(token.Claims) (string, error) { panic("with a reason") }

func TestPanic(t *testing.T) {
	f := start(t, func(o *options) { o.sealer = panickingSealer{} })
	id := f.makeRoom(`{}`)
	a := f.call("CreateChatToken", object(t, "roomIdentifier", id, "userId", "ann"))
	a.want(t, 500, `{"__type":"InternalServerException","message":"Internal server error"}`, "")
	a.wantError(t, 500, codeInternal)
	log := f.log.String()
	for _, want := range []string{"with a reason", "panickingSealer", a.header.Get("x-amzn-requestid"), `"level":"ERROR"`} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not in the log: %s", want, log)
		}
	}
	if a := f.call("GetRoom", object(t, "identifier", id)); a.status != 200 {
		t.Fatalf("after a panic: %d %s", a.status, a.body)
	}
}

func TestStats(t *testing.T) {
	f := start(t)
	f.makeRoom(`{}`)
	f.makeRoom(`{}`)
	f.call("CreateRoom", `{"name":"a b"}`)
	f.call("No\"Such", `{}`)
	f.dial(t).send("x\r\n\r\n").answer()
	var page strings.Builder
	f.stats.WritePrometheus(&page)
	for _, want := range []string{
		`throng_api_requests_total{operation="CreateRoom",code="OK"} 2`,
		`throng_api_requests_total{operation="CreateRoom",code="ValidationException"} 1`,
		`throng_api_requests_total{operation="GetRoom",code="OK"} 0`,
		`throng_api_requests_total{operation="Unknown",code="UnknownOperationException"} 1`,
		`throng_api_requests_total{operation="Unknown",code="MalformedHttpRequestException"} 1`,
		`throng_api_request_duration_seconds_bucket{operation="CreateRoom",le="+Inf"} 3`,
		`throng_api_request_duration_seconds_count{operation="CreateRoom"} 3`,
	} {
		if !strings.Contains(page.String(), want+"\n") {
			t.Errorf("no line %s in\n%s", want, page.String())
		}
	}
	if strings.Contains(page.String(), "Such") {
		t.Error("a client has named a metric")
	}
}
