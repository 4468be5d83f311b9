package bus

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// folderLock keeps other processes off a data folder. The kernel gives it up with the process, however that ends.
type folderLock struct{ file *os.File }

// lockFolder takes the lock of a folder, or returns ErrInUse at once.
func lockFolder(dir string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &folderLock{f}, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, ErrInUse
	}
	return nil, fmt.Errorf("%w: lock: %w", ErrFolder, err)
}

// release gives up the lock. The file stays: removing it would let two processes lock two files of one name.
func (l *folderLock) release() {
	if l != nil {
		_ = l.file.Close()
	}
}

// withoutPath returns what went wrong with a file without saying which file: the operator knows the data folder, and
// errors travel further than that.
func withoutPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return err
}
