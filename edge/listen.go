package edge

import (
	"net"

	"golang.org/x/sys/unix"
)

// Reservation holds an address for the engines that are to listen on it, in this process or in others of the same user.
type Reservation struct {
	addr string
	fd   int
}

// Reserve claims addr, host:port, for engines, which listen on it once for each loop (SO_REUSEPORT).
//
// That option would also let a second process of the same user listen there, and take half of the connections without
// anybody noticing. So whether somebody listens already is tried first, without the option. Port 0 is turned into a
// real one here, because each of the engines' listeners would get a port of its own.
func Reserve(addr string) (*Reservation, error) {
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
	}
	return bind(tcp)
}

// Addr returns the address with its port.
func (r *Reservation) Addr() string { return r.addr }

// Release gives the address up. Engines that listen on it keep it.
func (r *Reservation) Release() { _ = unix.Close(r.fd) }

// bind binds a socket that does not listen: it keeps the port from others, and takes no connections.
func bind(tcp *net.TCPAddr) (*Reservation, error) {
	family := unix.AF_INET6
	if tcp.IP.To4() != nil {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	r := &Reservation{fd: fd}
	for _, option := range []int{unix.SO_REUSEPORT, unix.SO_REUSEADDR} { // the latter for what the last process left in TIME_WAIT
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 1); err != nil {
			r.Release()
			return nil, err
		}
	}
	var to unix.Sockaddr
	if family == unix.AF_INET {
		to = &unix.SockaddrInet4{Port: tcp.Port, Addr: [4]byte(tcp.IP.To4())}
	} else {
		v6 := &unix.SockaddrInet6{Port: tcp.Port}
		copy(v6.Addr[:], tcp.IP.To16())
		to = v6
	}
	if err := unix.Bind(fd, to); err != nil {
		r.Release()
		return nil, err
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		r.Release()
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
