package controlplane

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind, but for those that libraries start once for the whole process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// Wakes up every ten seconds, and only then sees that its server has stopped.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
	)
}
