package edge

import (
	"net"

	"golang.org/x/sys/unix"
)

// reservation holds an address between the moment it is chosen and the moment the engine listens on it.
type reservation struct {
	addr string
	fd   int
}

// reserve claims addr for the engine, which listens on it once for each loop (SO_REUSEPORT).
//
// That option would also let a second process of the same user listen there, and take half of the connections without
// anybody noticing. So whether somebody listens already is tried first, without the option. Port 0 is turned into a
// real one here, because each of the engine's listeners would get a port of its own.
func reserve(addr string) (*reservation, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if tcp.Port != 0 {
		probe, err := net.ListenTCP("tcp", tcp)
		if err != nil {
			return nil, err
		}
		_ = probe.Close()
		return &reservation{addr: addr, fd: -1}, nil
	}
	return reserveFree(tcp)
}

// reserveFree binds a socket that does not listen to a free port: it keeps the port from others, and takes no
// connections.
func reserveFree(tcp *net.TCPAddr) (*reservation, error) {
	family := unix.AF_INET6
	if tcp.IP.To4() != nil {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	r := &reservation{fd: fd}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		r.release()
		return nil, err
	}
	var to unix.Sockaddr
	if family == unix.AF_INET {
		to = &unix.SockaddrInet4{Addr: [4]byte(tcp.IP.To4())}
	} else {
		v6 := &unix.SockaddrInet6{}
		copy(v6.Addr[:], tcp.IP.To16())
		to = v6
	}
	if err := unix.Bind(fd, to); err != nil {
		r.release()
		return nil, err
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		r.release()
		return nil, err
	}
	switch b := bound.(type) {
	case *unix.SockaddrInet4:
		tcp.Port = b.Port
	case *unix.SockaddrInet6:
		tcp.Port = b.Port
	}
	r.addr = tcp.String()
	return r, nil
}

func (r *reservation) release() {
	if r.fd >= 0 {
		_ = unix.Close(r.fd)
	}
}
