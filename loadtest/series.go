package loadtest

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// series counts deliveries second by second. A second that is over is kept as a few hundred bytes.
type series struct {
	start  instant
	end    instant // of the second under way
	second int
	count  int64
	counts *hdrhistogram.Histogram // two significant digits: each second has few values
	over   []second
}

// second is the deliveries of one second of a run, counted from when its first message was due.
type second struct {
	Second int    `json:"second"`
	Count  int64  `json:"count"`
	HDR    []byte `json:"hdr,omitempty"`
}

func newSeries(start instant) series { return series{start: start, end: start.add(time.Second)} }

// turn tells the series what time it is.
func (s *series) turn(now instant) {
	if now < s.end || s.start == 0 {
		return
	}
	s.close()
	s.second = int(now.sub(s.start) / time.Second)
	s.end = s.start.add(time.Duration(s.second+1) * time.Second)
}

func (s *series) record(latency time.Duration) {
	if s.start == 0 {
		return
	}
	if s.counts == nil {
		s.counts = hdrhistogram.New(1, maxLatency.Microseconds(), 2)
	}
	s.count++
	_ = s.counts.RecordValue(min(max(latency, time.Microsecond), maxLatency).Microseconds())
}

// close ends the second under way.
func (s *series) close() {
	if s.count == 0 {
		return
	}
	hdr, err := s.counts.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		hdr = nil // the count stands
	}
	s.over = append(s.over, second{s.second, s.count, hdr})
	s.counts.Reset()
	s.count = 0
}

// Second is how a second of a run was for the connections that stayed.
type Second struct {
	Second   int     `json:"second"` // since the first message was due
	Received int64   `json:"deliveries_received"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	Max      float64 `json:"max_ms"`
}

// mergeSeconds adds up what several recorders counted. Seconds without deliveries are there too, up to the last with.
func mergeSeconds(parts []second) []Second {
	last := -1
	for _, p := range parts {
		last = max(last, p.Second)
	}
	if last > maxSeconds {
		return nil
	}
	all := make([]Second, last+1)
	counts := make([]*hdrhistogram.Histogram, last+1)
	for k := range all {
		all[k].Second = k
	}
	for _, p := range parts {
		if p.Second < 0 {
			continue
		}
		all[p.Second].Received += p.Count
		h, err := hdrhistogram.Decode(p.HDR)
		switch {
		case err != nil:
		case counts[p.Second] == nil:
			counts[p.Second] = h
		default:
			counts[p.Second].Merge(h)
		}
	}
	for k, h := range counts {
		if h != nil {
			ms := func(us int64) float64 { return float64(us) / 1000 }
			all[k].P50, all[k].P99, all[k].Max = ms(h.ValueAtPercentile(50)), ms(h.ValueAtPercentile(99)), ms(h.Max())
		}
	}
	return all
}

// maxSeconds is how long a run may be whose seconds are told apart: a day.
const maxSeconds = 24 * 60 * 60
