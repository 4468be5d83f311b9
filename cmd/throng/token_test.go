package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/token"
)

const (
	testRoom = "AbCdEfGhIjKl"
	testARN  = "arn:aws:ivschat:us-west-2:123456789012:room/" + testRoom
)

// open returns what the tokens say that throng printed, opened with the key of the data folder.
func open(t *testing.T, dir, printed string) []token.Claims {
	t.Helper()
	c, err := config.Load(config.Sources{Dev: true, Flags: map[string]string{"data_dir": dir}})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := tokenRing(c)
	if err != nil {
		t.Fatal(err)
	}
	var all []token.Claims
	for line := range strings.Lines(printed) {
		claims, err := ring.Open([]byte(strings.TrimSuffix(line, "\n")), time.Now())
		if err != nil {
			t.Fatalf("token %d: %v", len(all)+1, err)
		}
		all = append(all, claims)
	}
	return all
}

func TestToken(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	out, errs, status := throng(t, nil, "token", "--dev", "--data-dir", dir, "--room", testARN, "--user", "Änne",
		"--capabilities", "SEND_MESSAGE,DISCONNECT_USER", "--session-minutes", "0.05", "--ttl", "5m",
		"--attributes", `{"name":"A","x":""}`)
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	claims := open(t, dir, out)
	if len(claims) != 1 {
		t.Fatalf("%d tokens", len(claims))
	}
	c := claims[0]
	if c.RoomID != testRoom || c.UserID != "Änne" || c.Capabilities != chat.CanSendMessage|chat.CanDisconnectUser {
		t.Errorf("claims %+v", c)
	}
	if len(c.Attributes) != 2 || c.Attributes["name"] != "A" {
		t.Errorf("attributes %v", c.Attributes)
	}
	if ttl, session := c.ExpiresAt.Sub(c.IssuedAt), c.SessionEndsAt.Sub(c.IssuedAt); ttl != 5*time.Minute || session != 3*time.Second {
		t.Errorf("ttl %v, session %v", ttl, session)
	}
}

func TestTokenDefaultsAndCount(t *testing.T) {
	dir := t.TempDir()
	out, errs, status := throng(t, []string{"THRONG_TOKEN_TTL=90s"}, "token", "--dev", "--data-dir", dir, "--room", testRoom, "--user-prefix", "u", "--count", "1000")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	claims := open(t, dir, out)
	if len(claims) != 1000 {
		t.Fatalf("%d tokens", len(claims))
	}
	ids := map[string]bool{}
	for i, c := range claims {
		ids[c.ID] = true
		if want := "u" + strconv.Itoa(i+1); c.UserID != want || c.Capabilities != 0 || c.Attributes != nil {
			t.Fatalf("token %d: %+v, want user %s", i, c, want)
		}
	}
	if ttl, session := claims[0].ExpiresAt.Sub(claims[0].IssuedAt), claims[0].SessionEndsAt.Sub(claims[0].IssuedAt); ttl != 90*time.Second || session != time.Hour {
		t.Errorf("ttl %v, session %v", ttl, session)
	}
	if len(ids) != 1000 {
		t.Errorf("%d different tokens of 1000", len(ids))
	}
}

func TestTokenLimits(t *testing.T) {
	attributes := func(size int) string {
		b, _ := json.Marshal(map[string]string{"k": strings.Repeat("é", size/2) + strings.Repeat("x", size%2)})
		return string(b)
	}
	valid := tokenOrder{room: testRoom, user: "u", count: 1, minutes: 60}
	f := func(change func(*tokenOrder), want string) {
		t.Helper()
		c, err := config.Load(config.Sources{Dev: true})
		if err != nil {
			t.Fatal(err)
		}
		o := valid
		change(&o)
		err = o.check(c, func(flag string) bool {
			return flag == "ttl" && o.ttl != 0 || flag == "user-prefix" && o.prefix != ""
		})
		switch {
		case want == "" && err != nil:
			t.Errorf("%+v: %v", o, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(func(*tokenOrder) {}, "")

	f(func(o *tokenOrder) { o.room = testARN }, "")
	f(func(o *tokenOrder) { o.room = "x" }, "--room must be the id or the ARN of a room: must be an ARN of the form arn:aws:ivschat:region:account:resource/id")
	f(func(o *tokenOrder) { o.room = strings.Replace(testARN, "us-west-2", "us-east-1", 1) }, "--room must be a room of region us-west-2 and account 123456789012")
	f(func(o *tokenOrder) { o.room = strings.Replace(testARN, "room/", "logging-configuration/", 1) }, "--room must be a room, not a logging-configuration")

	const user = " must give user ids of 1 to 128 characters of UTF-8"
	f(func(o *tokenOrder) { o.user = strings.Repeat("é", 128) }, "")
	f(func(o *tokenOrder) { o.user = strings.Repeat("é", 129) }, "--user"+user)
	f(func(o *tokenOrder) { o.user = "" }, "--user"+user)
	f(func(o *tokenOrder) { o.user = "\xff" }, "--user"+user)
	f(func(o *tokenOrder) { o.user, o.prefix, o.count = "", strings.Repeat("é", 126), 99 }, "")
	f(func(o *tokenOrder) { o.user, o.prefix, o.count = "", strings.Repeat("é", 126), 100 }, "--user-prefix"+user)

	f(func(o *tokenOrder) { o.count = 0 }, "--count must be from 1 to 10000000")
	f(func(o *tokenOrder) { o.count = 10_000_001 }, "--count must be from 1 to 10000000")

	f(func(o *tokenOrder) { o.capabilities = []string{"DELETE_MESSAGE", "DELETE_MESSAGE"} }, "")
	f(func(o *tokenOrder) { o.capabilities = []string{"SEND"} }, "--capabilities must be one of SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER")

	const minutes = "--session-minutes must be above 0 and up to 180"
	f(func(o *tokenOrder) { o.minutes = 180 }, "")
	f(func(o *tokenOrder) { o.minutes = 0.001 }, "")
	f(func(o *tokenOrder) { o.minutes = 180.1 }, minutes)
	f(func(o *tokenOrder) { o.minutes = 0 }, minutes)
	f(func(o *tokenOrder) { o.minutes = math.NaN() }, minutes)

	f(func(o *tokenOrder) { o.ttl = 24 * time.Hour }, "")
	f(func(o *tokenOrder) { o.ttl = time.Millisecond }, "--ttl must be from 1s to 24h")
	f(func(o *tokenOrder) { o.ttl = 25 * time.Hour }, "--ttl must be from 1s to 24h")

	const object = "--attributes must be one JSON object whose values are strings"
	f(func(o *tokenOrder) { o.attributes = attributes(1023) }, "")
	f(func(o *tokenOrder) { o.attributes = attributes(1024) }, "--attributes must be at most 1024 bytes of keys and values")
	f(func(o *tokenOrder) { o.attributes = strings.Repeat(" ", 20_000) }, "--attributes must be at most 1024 bytes of keys and values")
	f(func(o *tokenOrder) { o.attributes = `{"a":1}` }, object)
	f(func(o *tokenOrder) { o.attributes = `{"a":null}` }, object)
	f(func(o *tokenOrder) { o.attributes = `null` }, object)
	f(func(o *tokenOrder) { o.attributes = "{\"a\":\"\xff\"}" }, object)

	// All that is wrong is said at once.
	f(func(o *tokenOrder) { o.count, o.minutes = 0, 181 }, "--count must be from 1 to 10000000\n"+minutes)
}

// TestTokenNeedsItsFlags covers what the command line checks before the configuration is read.
func TestTokenNeedsItsFlags(t *testing.T) {
	f := func(args, want string) {
		t.Helper()
		if out, errs, status := throng(t, nil, strings.Fields(args)...); status != 1 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("throng %s: status %d, %q, %q, want %q", args, status, out, errs, want)
		}
	}
	f("token --dev --user u", `required flag(s) "room" not set`)
	f("token --dev --room r", "at least one of the flags in the group [user user-prefix] is required")
	f("token --dev --room r --user u --user-prefix u", "none of the others can be")
	f("token --room r --user u", "region is missing")
	f("token --dev --room r --user u --data-dir "+os.DevNull, "--room must be the id or the ARN of a room")
}
