package loadtest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Histogram counts durations from 1 µs to 2 minutes with three significant digits; longer ones count as 2 minutes. Its
// JSON has the usual percentiles and the whole histogram, so that those of several processes can be merged. The zero
// value is empty and ready to use. It is not safe for concurrent use.
type Histogram struct{ h *hdrhistogram.Histogram }

const maxLatency = 2 * time.Minute

// Record counts d.
func (h *Histogram) Record(d time.Duration) {
	h.init()
	_ = h.h.RecordValue(min(max(d, time.Microsecond), maxLatency).Microseconds()) // in range, so it cannot fail
}

// Merge adds what other counted.
func (h *Histogram) Merge(other *Histogram) {
	if other.h == nil {
		return
	}
	h.init()
	h.h.Merge(other.h)
}

// Count returns the number of recorded durations.
func (h *Histogram) Count() int64 {
	if h.h == nil {
		return 0
	}
	return h.h.TotalCount()
}

// Percentile returns the duration that p per cent of all do not exceed; 100 gives the maximum. It is 0 when empty.
func (h *Histogram) Percentile(p float64) time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.h.ValueAtPercentile(p)) * time.Microsecond
}

func (h *Histogram) init() {
	if h.h == nil {
		h.h = hdrhistogram.New(1, maxLatency.Microseconds(), 3)
	}
}

// histogramJSON is the form of a Histogram in a report.
type histogramJSON struct {
	Count  int64   `json:"count"`
	P50    float64 `json:"p50_ms"`
	P90    float64 `json:"p90_ms"`
	P99    float64 `json:"p99_ms"`
	P999   float64 `json:"p999_ms"`
	Max    float64 `json:"max_ms"`
	Binary []byte  `json:"hdr_v2,omitempty"` // HdrHistogram's compressed V2 encoding, of microseconds
}

// MarshalJSON implements json.Marshaler.
func (h Histogram) MarshalJSON() ([]byte, error) {
	j := histogramJSON{
		Count: h.Count(), P50: Millis(h.Percentile(50)), P90: Millis(h.Percentile(90)), P99: Millis(h.Percentile(99)),
		P999: Millis(h.Percentile(99.9)), Max: Millis(h.Percentile(100)),
	}
	if j.Count > 0 {
		var err error
		if j.Binary, err = h.h.Encode(hdrhistogram.V2CompressedEncodingCookieBase); err != nil {
			return nil, fmt.Errorf("encode histogram: %w", err)
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON implements json.Unmarshaler.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	var j histogramJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	h.h = nil
	if len(j.Binary) == 0 {
		return nil
	}
	decoded, err := hdrhistogram.Decode(j.Binary)
	if err != nil {
		return fmt.Errorf("decode histogram: %w", err)
	}
	h.init()
	h.h.Merge(decoded)
	return nil
}

// Millis returns d in milliseconds.
func Millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
