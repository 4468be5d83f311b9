//go:build !linux

package ledger

import (
	"errors"
	"os"
)

// ErrPlatform is what Create and Open return where a node is one process: only Linux spreads the connections to one
// port over several.
var ErrPlatform = errors.New("ledger: several processes on one port need Linux")

// Create returns ErrPlatform.
func Create() (*Ledger, *os.File, error) { return nil, nil, ErrPlatform }

// Open returns ErrPlatform.
func Open(*os.File, int) (*Ledger, error) { return nil, ErrPlatform }
