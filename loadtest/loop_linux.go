package loadtest

import (
	"errors"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	readBufferSize = 64 << 10
	eventsATurn    = 256
	wakeSlot       = -1
	interest       = unix.EPOLLIN | unix.EPOLLRDHUP
)

// loop reads many plain connections from one goroutine: level-triggered epoll and one read for each event, with a buffer
// that all share.
type loop struct {
	epoll    int
	wake     int // an eventfd: the loop is to stop
	recorder *recorder
	done     chan struct{}

	mu    sync.Mutex
	conns []*conn // by slot; nil when free
	free  []int32
}

func newLoop(r *recorder) (*loop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(epoll)
		return nil, os.NewSyscallError("eventfd", err)
	}
	l := &loop{epoll: epoll, wake: wake, recorder: r, done: make(chan struct{})}
	if err := l.watch(wake, wakeSlot); err != nil {
		unix.Close(wake)
		unix.Close(epoll)
		return nil, err
	}
	go l.run()
	return l, nil
}

// adopt takes over an upgraded connection: the descriptor moves from the runtime's poller to this loop's. It closes
// nc in any case. It reports false, and has done nothing, when nc is no plain TCP connection.
func (l *loop) adopt(nc net.Conn, c *conn, early []byte) (bool, error) {
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return false, nil
	}
	defer nc.Close()
	fd, err := duplicate(tcp)
	if err != nil {
		return true, err
	}
	c.recorder = l.recorder
	c.transport = socket{fd: int32(fd), epoll: int32(l.epoll)}
	if err := c.receive(early); err != nil {
		unix.Close(fd)
		return true, err
	}
	l.mu.Lock()
	slot := int32(len(l.conns))
	if n := len(l.free); n > 0 {
		slot, l.free = l.free[n-1], l.free[:n-1]
		l.conns[slot] = c
	} else {
		l.conns = append(l.conns, c)
	}
	c.mu.Lock()
	c.transport = socket{fd: int32(fd), slot: slot, epoll: int32(l.epoll)}
	c.mu.Unlock()
	l.mu.Unlock()
	if err := l.watch(fd, slot); err != nil {
		l.release(slot)
		unix.Close(fd)
		return true, err
	}
	return true, nil
}

// duplicate returns a second descriptor for the socket; closing tcp then leaves the connection open.
func duplicate(tcp *net.TCPConn) (fd int, err error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return -1, err
	}
	if e := raw.Control(func(s uintptr) { fd, err = unix.FcntlInt(s, unix.F_DUPFD_CLOEXEC, 0) }); e != nil {
		return -1, e
	}
	return fd, os.NewSyscallError("fcntl", err)
}

func (l *loop) watch(fd int, slot int32) error {
	ev := unix.EpollEvent{Events: interest, Fd: slot}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &ev))
}

// run serves events until the wake-up, and closes everything then. After a turn with events it looks for more without
// sleeping: a busy loop then does not give up its place in the Go scheduler at each turn.
func (l *loop) run() {
	defer close(l.done)
	buf := make([]byte, readBufferSize)
	events := make([]unix.EpollEvent, eventsATurn)
	timeout := -1
	for {
		n, err := unix.EpollWait(l.epoll, events, timeout)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			panic(os.NewSyscallError("epoll_wait", err)) // only a bug of this file can cause it
		case n == 0:
			timeout = -1
			runtime.Gosched()
			continue
		}
		timeout = 0
		for i := range events[:n] {
			slot := events[i].Fd
			if slot == wakeSlot {
				l.closeAll()
				return
			}
			l.serve(slot, buf)
		}
	}
}

// serve reads once. Only this goroutine closes a loop's descriptors, and a turn has one event for each, so slot is that
// of the connection which the event was for.
func (l *loop) serve(slot int32, buf []byte) {
	l.mu.Lock()
	c := l.conns[slot]
	l.mu.Unlock()
	fd := int(c.transport.(socket).fd) // only closed, in this goroutine, changes it
	n, err := unix.Read(fd, buf)
	if err != nil && (errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR)) {
		return
	}
	if err == nil && n > 0 {
		if c.receive(buf[:n]) == nil {
			return
		}
	}
	c.closed()
	unix.Close(fd)
	l.release(slot)
}

func (l *loop) release(slot int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[slot] = nil
	l.free = append(l.free, slot)
}

// stop closes all connections and ends the loop. No connection may be adopted meanwhile or later.
func (l *loop) stop() {
	_, _ = unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-l.done
}

func (l *loop) closeAll() {
	l.mu.Lock()
	conns := slices.Clone(l.conns)
	l.mu.Unlock()
	for _, c := range conns {
		if c != nil {
			fd := int(c.transport.(socket).fd)
			c.closed()
			unix.Close(fd)
		}
	}
	unix.Close(l.wake)
	unix.Close(l.epoll)
}

// bindLate lets the kernel choose the port of a bound socket when it connects, so that each pair of addresses has all
// ephemeral ports for itself.
func bindLate(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}
