package controlplane

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/throngchat/throng/internal/store"
)

type page struct {
	Rooms []struct {
		ID string `json:"id"`
	} `json:"rooms"`
	NextToken string `json:"nextToken"`
}

func (f *fixture) list(body string) page {
	f.t.Helper()
	a := f.call("ListRooms", body)
	var p page
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 200 {
		f.t.Fatalf("%s: %d %s", body, a.status, a.body)
	}
	return p
}

func (p page) ids() []string {
	var ids []string
	for _, r := range p.Rooms {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestListRooms(t *testing.T) {
	f := start(t)
	f.call("ListRooms", `{}`).want(t, 200, `{"rooms":[]}`, "")
	f.call("ListRooms", ``).want(t, 200, `{"rooms":[]}`, "")

	id := f.makeRoom(`{"name":"a","messageReviewHandler":{"uri":"` + lambda + `"},"tags":{"k":"v"}}`)
	f.call("ListRooms", `{"nextToken":""}`).want(t, 200, `{"rooms":[{"arn":"arn:aws:ivschat:us-west-2:123456789012:room/{ID}",`+
		`"id":"{ID}","name":"a","createTime":"2026-03-04T05:06:07.089Z","updateTime":"2026-03-04T05:06:07.089Z",`+
		`"messageReviewHandler":{"uri":"`+lambda+`","fallbackResult":"ALLOW"},"tags":{"k":"v"}}]}`, id)

	// the last updated first
	f.advance(time.Second)
	b := f.makeRoom(`{"name":"b"}`)
	f.advance(time.Second)
	c := f.makeRoom(`{"name":"b"}`)
	same := func(body string, want ...string) {
		t.Helper()
		if got := f.list(body).ids(); !slices.Equal(got, want) {
			t.Fatalf("%s: got %v, want %v", body, got, want)
		}
	}
	same(`{}`, c, b, id)
	f.advance(time.Second)
	f.call("UpdateRoom", object(t, "identifier", b, "name", "b"))
	same(`{}`, b, c, id)

	// filters match exactly
	same(`{"name":"b"}`, b, c)
	same(`{"name":"B"}`)
	same(`{"name":""}`, b, c, id)
	same(`{"messageReviewHandlerUri":"`+lambda+`"}`, id)
	same(`{"messageReviewHandlerUri":"` + lambda + `","name":"b"}`)

	for _, c := range []limitCase{
		{"maxResults", 0, false, ""},
		{"maxResults", 1, true, ""},
		{"maxResults", 50, true, ""},
		{"maxResults", 51, false, ""},
		{"maxResults", "1", false, ""},
		{"name", "a b", false, ""},
		{"name", strings.Repeat("a", 129), false, ""},
		{"messageReviewHandlerUri", "x", false, ""},
		{"messageReviewHandlerUri", "", true, ""},
		{"loggingConfigurationIdentifier", "", false, ""},
		{"nextToken", "x", false, ""},
		{"nextToken", strings.Repeat("a", 1024), false, ""},
		{"nextToken", strings.Repeat("a", 1025), false, ""},
		{"nextToken", 1, false, ""},
	} {
		c.check(t, f.call("ListRooms", object(t, c.member, c.value)))
	}
}

func TestListRoomsPages(t *testing.T) {
	f := start(t)
	var want []string
	for i := range 53 {
		id := f.makeRoom(fmt.Sprintf(`{"name":"n%d"}`, i%2))
		want = append([]string{id}, want...)
		f.advance(time.Millisecond)
	}
	for _, size := range []int{1, 7, 50, 53} {
		if size > maxPage {
			continue
		}
		var got []string
		token := ""
		for pages := 0; ; pages++ {
			p := f.list(object(t, "maxResults", size, "nextToken", token))
			got = append(got, p.ids()...)
			if token = p.NextToken; token == "" {
				break
			}
			if pages > 53 {
				t.Fatal("the pages do not end")
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("pages of %d: got %v, want %v", size, got, want)
		}
	}
	// the default size is the largest
	p := f.list(`{}`)
	if len(p.Rooms) != 50 || p.NextToken == "" {
		t.Fatalf("got %d rooms", len(p.Rooms))
	}
	// a token belongs to the filters it came with, not to the size of the page
	if rest := f.list(object(t, "nextToken", p.NextToken, "maxResults", 2)); len(rest.Rooms) != 2 {
		t.Fatalf("got %v", rest)
	}
	f.call("ListRooms", object(t, "nextToken", p.NextToken, "name", "n1")).wantInvalid(t, "nextToken")
	p = f.list(`{"name":"n1","maxResults":20}`)
	f.call("ListRooms", object(t, "nextToken", p.NextToken)).wantInvalid(t, "nextToken")
	if rest := f.list(object(t, "nextToken", p.NextToken, "name", "n1")); len(rest.Rooms) != 6 {
		t.Fatalf("got %d", len(rest.Rooms))
	}
}

// A token that was changed in any place is refused.
func TestPageToken(t *testing.T) {
	s := &Server{config: Config{Region: testRegion, AccountID: testAccount}}
	rapid.Check(t, func(t *rapid.T) {
		filter := store.Filter{
			Name:                    rapid.String().Draw(t, "name"),
			MessageReviewHandlerURI: rapid.String().Draw(t, "uri"),
		}
		after := store.Cursor{
			UpdateTime: time.Unix(0, rapid.Int64().Draw(t, "time")).UTC(),
			ID:         rapid.StringMatching(`[a-zA-Z0-9]{12}`).Draw(t, "id"),
		}
		token := s.pageToken(after, filter)
		got, ok := s.openPageToken(token, filter)
		if !ok || got != after {
			t.Fatalf("got %v, %t; want %v", got, ok, after)
		}
		b := []byte(token)
		b[rapid.IntRange(0, len(b)-1).Draw(t, "position")] ^= byte(rapid.IntRange(1, 255).Draw(t, "mask"))
		if _, ok := s.openPageToken(string(b), filter); ok {
			t.Fatalf("%s was accepted as %s", b, token)
		}
		if _, ok := s.openPageToken(token[:len(token)-1], filter); ok {
			t.Fatal("a token that was cut was accepted")
		}
		filter.Name += "x"
		if _, ok := s.openPageToken(token, filter); ok {
			t.Fatal("accepted with another filter")
		}
	})
}

func FuzzPageToken(f *testing.F) {
	s := &Server{config: Config{Region: testRegion, AccountID: testAccount}}
	f.Add("", "")
	f.Add("AQ", "name")
	f.Add(s.pageToken(store.Cursor{UpdateTime: time.Unix(1, 2), ID: "abcdefABCDEF"}, store.Filter{}), "")
	f.Fuzz(func(t *testing.T, token, name string) {
		filter := store.Filter{Name: name}
		after, ok := s.openPageToken(token, filter)
		if ok && s.pageToken(after, filter) != token {
			t.Fatalf("%q was accepted as %v", token, after)
		}
	})
}
