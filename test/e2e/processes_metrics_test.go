//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// The page of all processes is one in the text format of Prometheus: each family has one HELP and one TYPE, and all its
// samples below them.
func TestMetricsFormatOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	b.spread(b.room(nil), "u")
	text, err := s.internal("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	seen, family, kind := map[string]bool{}, "", ""
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# HELP "):
			if family, kind = fields[2], ""; seen[family] {
				t.Errorf("%s is there twice", family)
			}
			seen[family] = true
		case strings.HasPrefix(line, "# TYPE "):
			if fields[2] != family || kind != "" {
				t.Errorf("a TYPE of %s below the HELP of %s", fields[2], family)
			}
			kind = fields[3]
		default:
			name, _, _ := strings.Cut(fields[0], "{")
			if base, ok := strings.CutPrefix(name, family); !ok || kind == "" ||
				base != "" && (kind != "histogram" && kind != "summary" || base != "_bucket" && base != "_sum" && base != "_count") {
				t.Errorf("a sample of %s among those of %s", name, family)
			}
		}
	}
	// What each process has, and what the one that watches them has.
	for i := range processes {
		for _, name := range []string{"throng_concurrent_chat_connections", "process_resident_memory_bytes", "go_goroutines", "throng_edge_process_up"} {
			if s.perProcess(t, name)[i] == 0 {
				t.Errorf("/metrics lacks %s of edge-%d", name, i+1)
			}
		}
	}
	for _, name := range []string{"process_resident_memory_bytes", "throng_rooms", "throng_connection_quota"} {
		if s.samples(t)[name] == 0 {
			t.Errorf("/metrics lacks %s of the node", name)
		}
	}
}

// Added up over the processes, the counters have what the clients have counted.
func TestMetricsOverProcesses(t *testing.T) {
	t.Parallel()
	s := serveProcesses(t)
	b := s.backend()
	room := b.busyRoom()
	all := b.spread(room, "u")
	var on [processes]float64
	for _, v := range all {
		on[v.process]++
	}
	for i, v := range all.first() {
		for n := range i + 1 {
			v.say(fmt.Sprint(n))
			all.get()
		}
		v.send("Action", "SEND_MESSAGE", "RequestId", "empty", "Content", "")
		v.fails("empty", 400)
	}
	const said = 1 + 2 + 3
	all[0].send("Action", "DELETE_MESSAGE", "Id", "abcdefghijkl")
	all.get()
	if _, err := b.SendEvent(context.Background(), &ivschat.SendEventInput{RoomIdentifier: &room, EventName: aws.String("app:EVENT")}); err != nil {
		t.Fatal(err)
	}
	all.get()
	const rejected = 10
	for range rejected {
		_, err := rawws.Open(s.Edge, "wrong")
		checkRefusal(t, err, 401)
	}
	everyone := float64(len(all))
	want := map[string]float64{
		`throng_concurrent_chat_connections`:                      everyone,
		`throng_connects_total`:                                   everyone,
		`throng_messaging_requests_total`:                         said + processes + 1,
		`throng_requests_total{action="SEND_MESSAGE"}`:            said + processes,
		`throng_requests_total{action="DELETE_MESSAGE"}`:          1,
		`throng_messaging_deliveries_total`:                       everyone * (said + 2),
		`throng_deliveries_total{action="SEND_MESSAGE"}`:          everyone * said,
		`throng_deliveries_total{action="DELETE_MESSAGE"}`:        everyone,
		`throng_deliveries_total{action="SEND_EVENT"}`:            everyone,
		`throng_errors_total{code="400"}`:                         processes,
		`throng_handshake_refusals_total{reason="token_invalid"}`: rejected,
		`throng_handshake_duration_seconds_count`:                 everyone,
		`throng_skipped_deliveries_total`:                         0,
		`throng_bus_dropped_total`:                                0,
		`throng_bus_malformed_total`:                              0,
		`throng_edge_panics_total`:                                0,
	}
	eventually(t, "/metrics has what happened", func() error {
		got := s.overProcesses(t)
		var wrong []error
		for name, value := range want {
			if v, ok := got[name]; !ok || v != value {
				wrong = append(wrong, fmt.Errorf("%s is %v (shown: %t), want %v", name, v, ok, value))
			}
		}
		if got := s.perProcess(t, "throng_concurrent_chat_connections"); got != on {
			wrong = append(wrong, fmt.Errorf("the processes hold %v, want %v", got, on))
		}
		return errors.Join(wrong...)
	})
}
