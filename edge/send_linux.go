package edge

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendNow gives b to the socket's kernel buffer and returns how many bytes it took; what went wrong, if anything, the
// engine finds out when it tries the rest.
//
// It does not tell the Go runtime that a system call is under way, as the usual calls do. A send that may not wait comes
// back within microseconds, and the runtime's preparations for one that does not cost a seventh of the fan-out: its
// monitor thread wakes every 20 microseconds to take processors from loops that are about to return (measured with perf
// at 10,000 members).
func sendNow(fd int32, b []byte) int {
	n, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))),
		uintptr(len(b)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}
