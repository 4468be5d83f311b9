package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// collections empty what a sync.Pool holds: it survives one as an old generation.
const collections = 3

// heap asks the internal port.
func (t *throng) heap(ctx context.Context) (live, inUse int64, err error) {
	for range collections {
		if _, err := t.get(ctx, "/debug/pprof/heap?gc=1"); err != nil {
			return 0, 0, err
		}
	}
	page, err := t.get(ctx, "/metrics")
	if err != nil {
		return 0, 0, err
	}
	live, err1 := metric(page, "go_memstats_heap_alloc_bytes")
	inUse, err2 := metric(page, "go_memstats_heap_inuse_bytes")
	return live, inUse, errors.Join(err1, err2)
}

// maxPage bounds an answer of the internal port, in bytes.
const maxPage = 16 << 20

func (t *throng) get(ctx context.Context, path string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, t.internal+path, nil)
	if err != nil {
		return nil, err
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", path, a.Status)
	}
	return io.ReadAll(io.LimitReader(a.Body, maxPage))
}

var errNoMetric = errors.New("no such metric")

// metric returns the value of a metric without labels in the Prometheus text format.
func metric(page []byte, name string) (int64, error) {
	for line := range bytes.Lines(page) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			v, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
			return int64(v), err
		}
	}
	return 0, fmt.Errorf("%w: %s", errNoMetric, name)
}
