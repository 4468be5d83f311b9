package edge

import (
	"net"
	"net/netip"
	"sync"
)

// addresses counts the sockets of each IP address, when a setting bounds them. An IPv6 client has a whole network of
// addresses, so those are counted by their first 64 bits.
type addresses struct {
	limit int // 0: nothing is counted
	mu    sync.Mutex
	count map[netip.Prefix]int
}

func newAddresses(limit int) *addresses {
	return &addresses{limit: limit, count: map[netip.Prefix]int{}}
}

// enter counts a socket, or reports that its address has as many as it may.
func (a *addresses) enter(addr net.Addr) bool {
	if a.limit == 0 {
		return true
	}
	key := addressKey(addr)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count[key] >= a.limit {
		return false
	}
	a.count[key]++
	return true
}

// leave takes a socket that entered off the count.
func (a *addresses) leave(addr net.Addr) {
	if a.limit == 0 {
		return
	}
	key := addressKey(addr)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count[key]--; a.count[key] <= 0 {
		delete(a.count, key)
	}
}

func addressKey(addr net.Addr) netip.Prefix {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // an address has at least as many bits
	return p
}
