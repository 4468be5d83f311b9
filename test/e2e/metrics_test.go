package e2e

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// samples returns what /metrics shows, by name with labels.
func (s *server) samples(t *testing.T) map[string]float64 {
	t.Helper()
	text, err := s.internal("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			t.Fatalf("/metrics has the line %q", line)
		}
		if _, twice := out[line[:at]]; twice {
			t.Errorf("/metrics has %s twice", line[:at])
		}
		out[line[:at]] = value
	}
	return out
}

// closes returns how many connections were closed, by reason.
func (s *server) closes(t *testing.T) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for name, value := range s.samples(t) {
		if reason, ok := strings.CutPrefix(name, `throng_connection_closes_total{reason="`); ok && value > 0 {
			out[strings.TrimSuffix(reason, `"}`)] = value
		}
	}
	return out
}

// After traffic that is known to the last frame, the counters have exactly its numbers.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	ctx := context.Background()
	room := b.busyRoom()
	token := b.token(room, "a", everything...)
	a := b.connect(token)
	bob, carl, dora, eve := b.join(room, "b"), b.join(room, "c"), b.join(room, "d"), b.join(room, "e")
	all := []*viewer{a, bob, carl, dora, eve}
	everybody := func(what string) {
		t.Helper()
		for _, v := range all {
			if f := v.next(); f.EventName != what && f.Content != what {
				t.Fatalf("got %s, want %s", f.raw, what)
			}
		}
	}

	a.say("one")
	everybody("one")
	a.say("two")
	everybody("two")
	a.send("Action", "SEND_MESSAGE", "RequestId", "empty", "Content", "")
	a.fails("empty", 400)
	a.send("Action", "SHOUT")
	a.fails("", 400)
	bob.send("Action", "DELETE_MESSAGE", "Id", "abcdefghijkl")
	everybody("aws:DELETE_MESSAGE")
	if _, err := b.DeleteMessage(ctx, &ivschat.DeleteMessageInput{RoomIdentifier: &room, Id: aws.String("abcdefghijkl")}); err != nil {
		t.Fatal(err)
	}
	everybody("aws:DELETE_MESSAGE")
	if _, err := b.SendEvent(ctx, &ivschat.SendEventInput{RoomIdentifier: &room, EventName: aws.String("app:EVENT")}); err != nil {
		t.Fatal(err)
	}
	everybody("app:EVENT")
	bob.send("Action", "DISCONNECT_USER", "UserId", "c")
	everybody("aws:DISCONNECT_USER")
	carl.closes(1000)
	if err := dora.conn.Send(rawws.Frame{Opcode: 3}); err != nil {
		t.Fatal(err)
	}
	dora.closes(1002)
	eve.leave()
	for range 12 {
		bob.send("Action", "DELETE_MESSAGE", "Id", "wrong")
	}
	for range 12 {
		bob.fails("", 400)
	}
	bob.send("Action", "DELETE_MESSAGE", "Id", "abcdefghijkl")
	bob.fails("", 429)
	s.refused(t, rawws.Request(s.Edge, token), 401)
	s.refused(t, rawws.Request(s.Edge, "wrong"), 401)
	s.refused(t, rawws.Request(s.Edge, ""), 401)
	s.refused(t, "garbage\r\n\r\n", 400)

	want := map[string]float64{
		`throng_concurrent_chat_connections`:                         2,
		`throng_connects_total`:                                      5,
		`throng_messaging_requests_total`:                            19,
		`throng_requests_total{action="SEND_MESSAGE"}`:               3,
		`throng_requests_total{action="DELETE_MESSAGE"}`:             14,
		`throng_requests_total{action="DISCONNECT_USER"}`:            1,
		`throng_messaging_deliveries_total`:                          30,
		`throng_deliveries_total{action="SEND_MESSAGE"}`:             10,
		`throng_deliveries_total{action="DELETE_MESSAGE"}`:           10,
		`throng_deliveries_total{action="SEND_EVENT"}`:               5,
		`throng_deliveries_total{action="DISCONNECT_USER"}`:          5,
		`throng_errors_total{code="400"}`:                            14,
		`throng_errors_total{code="429"}`:                            1,
		`throng_throttled_requests_total{limit="connection"}`:        1,
		`throng_connection_closes_total{reason="user_disconnected"}`: 1,
		`throng_connection_closes_total{reason="protocol_error"}`:    1,
		`throng_connection_closes_total{reason="peer_closed"}`:       1,
		`throng_handshake_refusals_total{reason="token_used"}`:       1,
		`throng_handshake_refusals_total{reason="token_invalid"}`:    2,
		`throng_handshake_refusals_total{reason="bad_request"}`:      1,
		`throng_skipped_deliveries_total`:                            0,
		`throng_edge_panics_total`:                                   0,
	}
	families := []string{
		"throng_requests_total", "throng_deliveries_total", "throng_errors_total", "throng_throttled_requests_total",
		"throng_connection_closes_total", "throng_handshake_refusals_total", "throng_log_", "throng_invocation_errors",
	}
	eventually(t, "/metrics has what happened", func() error {
		got := s.samples(t)
		var wrong []error
		for name, value := range want {
			if v, ok := got[name]; !ok || v != value {
				wrong = append(wrong, fmt.Errorf("%s is %v (shown: %t), want %v", name, v, ok, value))
			}
		}
		for name, value := range got {
			for _, family := range families {
				if _, expected := want[name]; strings.HasPrefix(name, family) && !expected && value != 0 {
					wrong = append(wrong, fmt.Errorf("%s is %v, want 0", name, value))
				}
			}
		}
		return errors.Join(wrong...)
	})
}

// Every metric says what it is, as the text format of Prometheus asks.
func TestMetricsFormat(t *testing.T) {
	t.Parallel()
	s := serve(t)
	text, err := s.internal("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	helped, typed := map[string]bool{}, map[string]string{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# HELP "):
			if len(fields) < 4 || strings.HasSuffix(strings.TrimSpace(line), "Not described.") {
				t.Errorf("a metric is not described: %s", line)
			}
			helped[fields[2]] = true
		case strings.HasPrefix(line, "# TYPE "):
			typed[fields[2]] = fields[3]
		default:
			name, _, _ := strings.Cut(fields[0], "{")
			family := name
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				if base, ok := strings.CutSuffix(name, suffix); ok && (typed[base] == "histogram" || typed[base] == "summary") {
					family = base
				}
			}
			if !helped[family] || typed[family] == "" {
				t.Errorf("%s has no HELP or no TYPE before it", name)
			}
		}
	}
	for _, name := range []string{"process_resident_memory_bytes", "go_goroutines", "throng_concurrent_chat_connections"} {
		if typed[name] == "" {
			t.Errorf("/metrics lacks %s", name)
		}
	}
}
