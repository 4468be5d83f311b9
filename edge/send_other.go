//go:build !linux

package edge

import "golang.org/x/sys/unix"

// sendNow gives b to the socket's kernel buffer and returns how many bytes it took; what went wrong, if anything, the
// engine finds out when it tries the rest.
func sendNow(fd int32, b []byte) int {
	n, err := unix.Write(int(fd), b)
	if err != nil {
		return 0
	}
	return n
}
