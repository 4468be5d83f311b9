package bench

import (
	"os/exec"
	"testing"
	"time"
)

// TestWatcher looks at a process that does nothing.
func TestWatcher(t *testing.T) {
	c, err := startChild(t.Context(), exec.Command("sh", "-c", "echo; exec sleep 60"), func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{child: c, clean: func() {}}
	defer s.end()
	w := watch(s, time.Hour)
	if m := w.typical(); m.user != 0 || m.kernel != 0 {
		t.Fatalf("it looked too early, and found %+v", m)
	}
	w = watch(s, 3*watchEvery)
	<-time.After(4 * watchEvery)
	if m := w.typical(); m.user <= 0 || m.kernel < 0 {
		t.Fatalf("it found %+v", m)
	}
}
