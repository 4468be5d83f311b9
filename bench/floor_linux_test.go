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
	f := func(load DeliveryLoad, messages int) {
		t.Helper()
		d, err := RunDelivery(t.Context(), floor, load, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := int64(messages * load.Members)
		if m := &d.Measurement; m.Sent != messages || m.Received != want || m.Expected != want || !m.Usage.ServerKnown {
			t.Fatalf("measured %+v", d.Measurement)
		}
	}
	ms := time.Millisecond
	f(DeliveryLoad{Members: 50, Rate: 50, ContentSize: 200, WarmUp: 100 * ms, Duration: 200 * ms}, 10)
	// many messages in one read, some of them cut
	f(DeliveryLoad{Members: 3, Rate: 50_000, ContentSize: 300, WarmUp: ms, Duration: 20 * ms}, 1000)
}

func TestServerThatDoesNotStart(t *testing.T) {
	_, err := startChild(t.Context(), exec.Command("sh", "-c", "echo no; echo why >&2; exit 3"), func(string) bool { return false })
	if !errors.Is(err, errNotReady) || !strings.Contains(err.Error(), "why") {
		t.Fatalf("got %v", err)
	}
}
