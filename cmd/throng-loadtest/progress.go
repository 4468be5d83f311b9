package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// progress tells what happens: in one line that is drawn again on a terminal, and otherwise in lines.
type progress struct {
	w        io.Writer
	terminal bool
	mu       sync.Mutex
	drawn    bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if file, ok := w.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) show(share float64, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if !p.terminal {
		fmt.Fprintln(p.w, text)
		return
	}
	const start = "\r\x1b[K" // clears the line
	fmt.Fprintf(p.w, "%s%s %s", start, bar(share), text)
	p.drawn = true
}

// bar draws a share of something.
func bar(share float64) string {
	const width = 20
	b := make([]rune, width)
	for k := range b {
		b[k] = '░'
		if float64(k) < share*width {
			b[k] = '█'
		}
	}
	return string(b)
}

// done leaves the line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprintln(p.w)
		p.drawn = false
	}
}

// connecting shows how many connections are open until the returned function is called.
func (p *progress) connecting(n int, open func() int) (stop func()) {
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			k := open()
			p.show(float64(k)/float64(max(n, 1)), "%d of %d connections open", k, n)
			select {
			case <-tick.C:
			case <-ended:
				return
			}
		}
	})
	return func() {
		close(ended)
		shown.Wait()
	}
}

func (p *progress) running(r loadtest.Progress, d time.Duration) {
	p.show(r.Elapsed.Seconds()/d.Seconds(), "%.0f of %.0f s, %d connections, %d messages sent, %d deliveries",
		min(r.Elapsed, d).Seconds(), d.Seconds(), r.Connections, r.Sent, r.Received)
}
