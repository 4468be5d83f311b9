package bench

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestFloorDelivers(t *testing.T) {
	floor, err := BuildFloor(t.Context(), "..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	load := DeliveryLoad{Members: 50, Rate: 50, ContentSize: 200, WarmUp: 100 * time.Millisecond, Duration: 200 * time.Millisecond}
	d, err := RunDelivery(t.Context(), floor, load, 0)
	if err != nil {
		t.Fatal(err)
	}
	if m := &d.Measurement; m.Sent != 10 || m.Received != 500 || m.Expected != 500 || !m.Usage.ServerKnown {
		t.Fatalf("measured %+v", d.Measurement)
	}
}

func TestServerThatDoesNotStart(t *testing.T) {
	_, err := startChild(t.Context(), exec.Command("sh", "-c", "echo no; echo why >&2; exit 3"), func(string) bool { return false })
	if !errors.Is(err, errNotReady) || !strings.Contains(err.Error(), "why") {
		t.Fatalf("got %v", err)
	}
}
