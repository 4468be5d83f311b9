package loadtest

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// PortsAnAddress is how many connections one source address can have to one destination, at least: the ephemeral ports
// that Linux has by default are 32768 to 60999, and the last ones are slow to find.
const PortsAnAddress = 25_000

// maxSources bounds what ParseSources returns.
const maxSources = 1024

var errSources = errors.New("want a number of loopback addresses, a range like 127.0.0.2-127.0.0.9, or addresses with commas between")

// ParseSources reads the addresses to connect from: "" for the system's choice, a number N for 127.0.0.1 to 127.0.0.N
// (N up to 255), "FIRST-LAST", or a list with commas between. There are at most 1024.
func ParseSources(s string) ([]netip.Addr, error) {
	if s == "" {
		return nil, nil
	}
	if n, err := strconv.Atoi(s); err == nil {
		if n < 1 || n > 255 {
			return nil, errSources
		}
		return addressRange(netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.AddrFrom4([4]byte{127, 0, 0, byte(n)}))
	}
	if first, last, ok := strings.Cut(s, "-"); ok {
		from, err1 := netip.ParseAddr(first)
		to, err2 := netip.ParseAddr(last)
		if err1 != nil || err2 != nil {
			return nil, errSources
		}
		return addressRange(from, to)
	}
	var addrs []netip.Addr
	for field := range strings.SplitSeq(s, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(field))
		if err != nil || len(addrs) == maxSources {
			return nil, errSources
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}

func addressRange(from, to netip.Addr) ([]netip.Addr, error) {
	var addrs []netip.Addr
	for a := from; a.IsValid() && a.Compare(to) <= 0; a = a.Next() {
		if len(addrs) == maxSources {
			return nil, errSources
		}
		addrs = append(addrs, a)
	}
	if len(addrs) == 0 || from.BitLen() != to.BitLen() {
		return nil, errSources
	}
	return addrs, nil
}

// spareDescriptors is what a process needs besides its connections: the dialler's own, pollers, files, the runtime.
const spareDescriptors = 256

// ErrDescriptors says that this process may not open as many connections as were asked for.
var ErrDescriptors = errors.New("too few file descriptors")

// checkDescriptors fails early, and with the numbers, rather than in the middle of a ramp. The Go runtime has already
// raised the soft limit to the hard one.
func checkDescriptors(connections int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil //nolint:nilerr // unknown limits are found by running into them
	}
	if uint64(connections)+spareDescriptors > limit.Cur {
		return fmt.Errorf("%w: %d connections and %d spare ones, but `ulimit -Hn` is %d; use several processes",
			ErrDescriptors, connections, spareDescriptors, limit.Cur)
	}
	return nil
}
