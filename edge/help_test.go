package edge

import (
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metrics"
)

func TestEveryMetricHasAHelpText(t *testing.T) {
	set := metrics.NewSet()
	New(DefaultConfig(), Deps{Metrics: set}).stats.invocationError(`a"b`)
	for _, name := range set.ListMetricNames() {
		family, _, _ := strings.Cut(name, "{")
		if Help[family] == "" {
			t.Errorf("%s has no help text", family)
		}
	}
}
