package store

import (
	"reflect"
	"strings"
	"testing"
)

func TestDecodeRoom(t *testing.T) {
	f := func(value string, ok bool) {
		t.Helper()
		r, err := decodeRoom("id", []byte(value), 7)
		if (err == nil) != ok || ok && (r.ID != "id" || r.Revision != 7) {
			t.Errorf("%.40s: %+v, %v", value, r, err)
		}
	}
	f(`{"id":"id"}`, true)
	f(`{"id":"id","revision":9,"later":{"field":[1]}}`, true) // of a later version of throng
	f(`{"id":"other"}`, false)
	f(`{}`, false)
	f(``, false)
	f(`{"id":"id"`, false)
	f(`{"id":"id","createTime":"yesterday"}`, false)
	f(`{"id":"id"}`+strings.Repeat(" ", maxRoomSize), false)
}

func FuzzDecodeRoom(f *testing.F) {
	f.Add([]byte(`{"id":"id","name":"n","createTime":"2026-01-02T03:04:05.000000006Z","updateTime":"2026-01-02T03:04:05Z"}`))
	f.Add([]byte(`{"id":"id","messageReviewHandler":{"uri":"u","fallbackResult":"DENY"},"tags":{"k":"v"}}`))
	f.Add([]byte(`{"id":"id","loggingConfigurationIdentifiers":["a","b"],"maximumMessageLength":1}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := decodeRoom("id", value, 1)
		if err != nil {
			return
		}
		// What was read can be written, and means the same.
		again, err := encodeRoom(r)
		if err != nil {
			return // a year that JSON cannot hold, or escapes that made it too large
		}
		r2, err := decodeRoom("id", again, 1)
		if err != nil || !r2.UpdateTime.Equal(r.UpdateTime) {
			t.Fatalf("%q became %q: %v", value, again, err)
		}
		a, b := r.clone(), r2
		a.CreateTime, a.UpdateTime, b.CreateTime, b.UpdateTime = start, start, start, start
		if len(a.Tags) == 0 && len(b.Tags) == 0 {
			a.Tags, b.Tags = nil, nil
		}
		if len(a.LoggingConfigurationIdentifiers) == 0 && len(b.LoggingConfigurationIdentifiers) == 0 {
			a.LoggingConfigurationIdentifiers, b.LoggingConfigurationIdentifiers = nil, nil
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%q became %q", value, again)
		}
	})
}
