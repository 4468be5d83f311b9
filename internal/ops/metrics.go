package ops

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/VictoriaMetrics/metrics"
)

// contentType is that of the Prometheus text format.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// metrics writes all metrics. The library leaves HELP empty: the texts are filled in on the way out.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	var own bytes.Buffer
	for _, set := range s.config.Metrics {
		set.WritePrometheus(&own)
	}
	metrics.WriteProcessMetrics(&own)
	metrics.WriteFDMetrics(&own)
	text := s.describe(own.Bytes())
	if len(s.config.Processes) > 0 {
		text = merge(append([]page{{text: text}}, s.scrape(r.Context())...))
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(text) // the scraper has gone
}

// describe fills in the HELP lines, and calls a family counter whose name says so: the library takes what the kernel
// counts as gauges.
func (s *Server) describe(page []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(page) + len(page)/2)
	for line := range bytes.Lines(page) {
		switch {
		case bytes.HasPrefix(line, []byte("# HELP ")):
			family := strings.TrimSpace(string(line[len("# HELP "):]))
			out.WriteString("# HELP " + family + " " + escapeHelp.Replace(s.help(family)) + "\n")
		case bytes.HasPrefix(line, []byte("# TYPE ")) && bytes.HasSuffix(line, []byte("_total gauge\n")):
			out.Write(bytes.TrimSuffix(line, []byte("gauge\n")))
			out.WriteString("counter\n")
		default:
			out.Write(line)
		}
	}
	return out.Bytes()
}

// escapeHelp escapes what the text format does not allow in a HELP line.
var escapeHelp = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

func (s *Server) help(family string) string {
	if text, ok := s.config.Help[family]; ok {
		return text
	}
	if text, ok := processHelp[family]; ok {
		return text
	}
	return "Not described."
}
