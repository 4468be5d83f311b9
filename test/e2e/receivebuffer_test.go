package e2e

import "syscall"

// smallReceiveBuffer is a net.Dialer.Control that leaves a socket as little room for what it does not read as the
// kernel allows.
func smallReceiveBuffer(_, _ string, c syscall.RawConn) error {
	var err error
	if bad := c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) }); bad != nil {
		return bad
	}
	return err
}
