package loadtest

import (
	"encoding/json"
	"testing"
	"time"
)

func TestHistogramMergesAsIfItWereOne(t *testing.T) {
	var one, all Histogram
	parts := make([]Histogram, 3)
	for i := range 30_000 {
		d := time.Duration(i) * time.Microsecond
		one.Record(d)
		parts[i%3].Record(d)
	}
	for i := range parts {
		// through JSON, as the parts of other processes come
		b, err := json.Marshal(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		var part Histogram
		if err := json.Unmarshal(b, &part); err != nil {
			t.Fatal(err)
		}
		all.Merge(&part)
	}
	if all.Count() != one.Count() {
		t.Fatalf("count is %d, want %d", all.Count(), one.Count())
	}
	for _, p := range []float64{1, 50, 90, 99, 99.9, 100} {
		if all.Percentile(p) != one.Percentile(p) {
			t.Fatalf("percentile %v is %v merged and %v in one", p, all.Percentile(p), one.Percentile(p))
		}
	}
	if got := one.Percentile(50); got < 14_900*time.Microsecond || got > 15_100*time.Microsecond {
		t.Fatalf("median is %v, want about 15 ms", got)
	}
}

func TestHistogramBounds(t *testing.T) {
	var h Histogram
	if h.Count() != 0 || h.Percentile(99) != 0 {
		t.Fatal("an empty histogram is not empty")
	}
	h.Record(-time.Second) // a clock's rounding, not an error
	if got := h.Percentile(100); got != time.Microsecond {
		t.Fatalf("a negative duration counts as %v", got)
	}
	h.Record(time.Hour)
	if got := h.Percentile(100); got < maxLatency || got > maxLatency+maxLatency/500 {
		t.Fatalf("an hour counts as %v", got)
	}
	h.Merge(new(Histogram))
	if h.Count() != 2 {
		t.Fatalf("count is %d, want 2", h.Count())
	}
}

func TestHistogramJSON(t *testing.T) {
	for _, bad := range []string{`{"hdr_v2":"AAAA"}`, `{"hdr_v2":"?"}`, `[]`} {
		var h Histogram
		if err := json.Unmarshal([]byte(bad), &h); err == nil {
			t.Fatalf("%s was accepted", bad)
		}
	}
	var empty, back Histogram
	b, err := json.Marshal(empty)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &back); err != nil || back.Count() != 0 {
		t.Fatalf("%s came back with %d values, %v", b, back.Count(), err)
	}
}
