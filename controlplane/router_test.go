package controlplane

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestRoute(t *testing.T) {
	to := func(method, path, want string) {
		t.Helper()
		op, err := route(method, path)
		switch {
		case want == "" && (err == nil || err.status != 404 || err.Type != codeUnknownOperation):
			t.Fatalf("%s %s: got %v, %v", method, path, op, err)
		case want != "" && (err != nil || op.name != want):
			t.Fatalf("%s %s: got %v, %v; want %s", method, path, op, err, want)
		}
	}
	for _, op := range operations {
		if byTagMethod[op.method] != op {
			to("POST", "/"+op.name, op.name)
			to("GET", "/"+op.name, "")
			to("POST", "/"+op.name+"/", "")
			to("POST", "/base/"+op.name, "")
			to("POST", "/"+strings.ToLower(op.name), "")
		}
	}
	const arn = "arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"
	to("GET", "/tags/"+arn, "ListTagsForResource")
	to("POST", "/tags/"+arn, "TagResource")
	to("DELETE", "/tags/"+arn, "UntagResource")
	to("PUT", "/tags/"+arn, "")
	// decoded, the ARN would be two segments
	to("GET", "/tags/arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", "")
	to("GET", "/tags/", "")
	to("GET", "/tags", "")
	to("POST", "/TagResource", "")
	to("POST", "", "")
	to("POST", "/", "")
	to("POST", "//CreateRoom", "")
	to("POST", "/%43reateRoom", "")
	to("POST", "http://x/CreateRoom", "")
	to("OPTIONS", "*", "")
	if len(operations) != 17 || len(byPath) != 14 || len(byTagMethod) != 3 {
		t.Fatalf("%d operations, %d paths, %d on tags", len(operations), len(byPath), len(byTagMethod))
	}
}

func TestUnknownOperations(t *testing.T) {
	f := start(t)
	// whether it is signed or not
	f.call("NoSuchOperation", `{}`).wantError(t, 404, codeUnknownOperation)
	resp, err := http.Post(f.url+"/NoSuchOperation?x=1", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 404 || resp.Header.Get("x-amzn-errortype") != codeUnknownOperation {
		t.Fatalf("got %v", resp)
	}
}

func TestNotOffered(t *testing.T) {
	f := start(t)
	for _, op := range operations {
		if op.run != nil {
			continue
		}
		var a answer
		if byTagMethod[op.method] == op {
			// the path as SDKs write it: one segment
			req, err := http.NewRequest(op.method, f.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			arn := testARN("g1H2I3j4k5L6")
			req.URL.Path = "/tags/" + arn
			req.URL.RawPath = "/tags/" + url.PathEscape(arn)
			if op.method == "DELETE" {
				req.URL.RawQuery = "tagKeys=k%201&tagKeys=k%2F2&tagKeys=%C3%A9"
			}
			f.sign(req, nil)
			a = f.do(req)
		} else {
			a = f.call(op.name, `{}`)
		}
		a.wantError(t, 404, codeUnknownOperation)
		if message := a.field(t, "message"); message != "throng does not offer "+op.name+" yet" {
			t.Errorf("%s: %s", op.name, message)
		}
	}
	// but not to everyone
	resp, err := http.Post(f.url+"/CreateLoggingConfiguration", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 {
		t.Fatalf("got %v", resp)
	}
}
