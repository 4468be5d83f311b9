package ops

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"
)

// Process is another process of the node. Its internal port is a socket that nobody else opens: this process shows its
// metrics among its own, and passes on what is asked below /processes/NAME/.
type Process struct {
	name   string
	client http.Client
	proxy  *httputil.ReverseProxy
}

// host stands where the address of a process would: its socket is dialled whatever the address says.
const host = "process"

// NewProcess returns the process with that internal port. Its name is the value of the label process of its metrics.
func NewProcess(name, socket string) *Process {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	transport := &http.Transport{DialContext: dial, MaxIdleConns: 4, IdleConnTimeout: time.Minute}
	p := &Process{name: name, client: http.Client{Transport: transport}}
	p.proxy = &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", host
			r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, "/processes/"+name)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "process "+name+" does not answer", http.StatusBadGateway)
		},
	}
	return p
}

// ServeHTTP passes a request on. A profile takes as long as the process that makes it allows.
func (p *Process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // not supported: the server's deadline stays
	p.proxy.ServeHTTP(w, r)
}

// maxAnswer bounds what is read of a process's answer, in bytes. A page of metrics takes some 50 KB.
const maxAnswer = 16 << 20

// Get returns what the process answers to path, and an error with the answer's first line when its status is not 200.
func (p *Process) Get(ctx context.Context, path string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+path, nil)
	if err != nil {
		return nil, err
	}
	a, err := p.client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("process %s does not answer", p.name)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err == nil && a.StatusCode != http.StatusOK {
		line, _, _ := strings.Cut(string(body), "\n")
		err = fmt.Errorf("process %s: %s", p.name, line)
	}
	return body, err
}

// scrapeTimeout bounds how long one process keeps the others' metrics waiting.
const scrapeTimeout = 2 * time.Second

// scrape returns the metrics of all processes, each by its name, at once. One that does not answer is left out: a
// supervisor's own metrics tell that it is down.
func (s *Server) scrape(ctx context.Context) []page {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	pages := make([]page, len(s.config.Processes))
	var answers sync.WaitGroup
	for i, p := range s.config.Processes {
		answers.Go(func() {
			if text, err := p.Get(ctx, "/metrics"); err == nil {
				pages[i] = page{process: p.name, text: text}
			}
		})
	}
	answers.Wait()
	return pages
}
