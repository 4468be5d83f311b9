package edge

import (
	"net"
	"net/http"
	"testing"
	"time"
)

func TestAddressesAreCountedByHostAndNetwork(t *testing.T) {
	a := newAddresses(2)
	tcp := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 1} }
	f := func(ip string, want bool) {
		t.Helper()
		if got := a.enter(tcp(ip)); got != want {
			t.Errorf("%s: %t, want %t", ip, got, want)
		}
	}
	f("192.0.2.1", true)
	f("::ffff:192.0.2.1", true) // the same, as a socket for both families shows it
	f("192.0.2.1", false)
	f("192.0.2.2", true)
	f("2001:db8::1", true)
	f("2001:db8::2", true)
	f("2001:db8::3", false) // another address of the same network
	f("2001:db8:0:1::1", true)
	a.leave(tcp("192.0.2.1"))
	f("192.0.2.1", true)
	for _, ip := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::1", "2001:db8:0:1::1"} {
		a.leave(tcp(ip))
	}
	if len(a.count) != 0 {
		t.Errorf("%d addresses are kept when all have left", len(a.count))
	}
}

func TestAnAddressHasItsShareOfSockets(t *testing.T) {
	n := startNode(t, func(c *Config) { c.MaxPerAddress = 2 })
	n.connect("a")
	v := n.connect("b")
	if _, status := n.dial(n.token("c")); status != http.StatusTooManyRequests {
		t.Fatalf("the third of 2 got %d", status)
	}
	_ = v.conn.Close()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); { // until the server has seen it
		if _, status := n.dial(n.token("d")); status == http.StatusSwitchingProtocols {
			return
		}
	}
	t.Fatal("nobody could take the place that was given back")
}
