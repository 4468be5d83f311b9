package loadtest

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// socket is the transport of a connection that a loop reads.
type socket struct{ fd, slot, epoll int32 }

func (s socket) write(b []byte) error {
	deadline := time.Now().Add(writeTimeout)
	for len(b) > 0 {
		n, err := unix.Write(int(s.fd), b)
		if n > 0 {
			b = b[n:]
		}
		switch {
		case err == nil || errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			left := time.Until(deadline)
			if left <= 0 {
				return os.ErrDeadlineExceeded
			}
			_, _ = unix.Poll([]unix.PollFd{{Fd: s.fd, Events: unix.POLLOUT}}, int(left.Milliseconds())+1)
		default:
			return os.NewSyscallError("write", err)
		}
	}
	return nil
}

func (s socket) shutdown() { _ = unix.Shutdown(int(s.fd), unix.SHUT_RDWR) }

// abort ends only the reading here, so that the loop closes the descriptor; without lingering that sends a reset, and
// the port is free at once.
func (s socket) abort() {
	_ = unix.SetsockoptLinger(int(s.fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.Shutdown(int(s.fd), unix.SHUT_RD)
}

// stalledBuffer is what the kernel keeps for a connection that is not read, in bytes: its smallest.
const stalledBuffer = 2304

// stall leaves only what epoll reports unasked: that the connection was reset.
func (s socket) stall(on bool) bool {
	ev := unix.EpollEvent{Events: interest, Fd: s.slot}
	if on {
		ev.Events = 0
		if unix.SetsockoptInt(int(s.fd), unix.SOL_SOCKET, unix.SO_RCVBUF, stalledBuffer) != nil {
			return false
		}
	}
	return unix.EpollCtl(int(s.epoll), unix.EPOLL_CTL_MOD, int(s.fd), &ev) == nil
}
