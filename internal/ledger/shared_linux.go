package ledger

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// size is what the page takes, in bytes.
const size = int(unsafe.Sizeof(page{}))

// ErrForm is what Open returns for a file that Create has not made, or that of another version of the program.
var ErrForm = errors.New("ledger: not the ledger of this program")

// Create makes a ledger that other processes can open, and the file by which they do: an anonymous one, which is passed
// to them as an open file and goes with the last of them. The caller is process 0.
func Create() (*Ledger, *os.File, error) {
	fd, err := unix.MemfdCreate("throng-ledger", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger: %w", os.NewSyscallError("memfd_create", err))
	}
	file := os.NewFile(uintptr(fd), "ledger")
	if err := file.Truncate(int64(size)); err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("ledger: %w", err)
	}
	l, err := Open(file, 0)
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return l, file, nil
}

// Open maps the ledger that another process has created. process is the caller's number, 1 to MaxProcesses-1; no two
// that run at the same time have the same. The file is not needed afterwards. Errors: ErrForm, and those of the system.
func Open(file *os.File, process int) (*Ledger, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if info.Size() != int64(size) || process < 0 || process >= MaxProcesses {
		return nil, ErrForm
	}
	b, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", os.NewSyscallError("mmap", err))
	}
	return view((*page)(unsafe.Pointer(&b[0])), process), nil // mapped for as long as the process lives
}
