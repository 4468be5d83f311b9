package edge

import (
	"net"
	"testing"
)

// TestAReservationHasThePortThatWasAskedFor takes a free port, and asks for it by its number beside the first.
func TestAReservationHasThePortThatWasAskedFor(t *testing.T) {
	for _, any := range []string{"127.0.0.1:0", "[::1]:0"} {
		free, err := Reserve(any)
		if err != nil {
			t.Fatal(err)
		}
		defer free.Release()
		tcp, err := net.ResolveTCPAddr("tcp", free.Addr())
		if err != nil || tcp.Port == 0 {
			t.Fatalf("%s was reserved as %q, %v", any, free.Addr(), err)
		}
		again, err := bind(tcp)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Release()
		if again.Addr() != free.Addr() {
			t.Errorf("asked for %s, got %s", free.Addr(), again.Addr())
		}
	}
}
