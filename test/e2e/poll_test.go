package e2e

import (
	"testing"
	"time"
)

// patience is how long a test waits for anything that should happen at once. The servers run under the race detector
// on what may be a busy machine; nothing is ever slowed down by waiting for less.
const patience = 30 * time.Second

// within asks check again and again until it returns nil, and fails the test with its last error when that takes
// longer than limit.
func within(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v: %v", what, limit, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// eventually is within patience.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	within(t, patience, what, check)
}
