package store

import "errors"

// Errors of this package, to be compared with errors.Is.
var (
	// ErrNotFound is returned for a room that does not exist.
	ErrNotFound = errors.New("room does not exist")
	// ErrExists is returned by Create when the id is taken.
	ErrExists = errors.New("room exists already")
	// ErrConflict is returned by Update and Delete when other writers were first again and again.
	ErrConflict = errors.New("room is written by too many at once")
	// ErrUnavailable is returned when the servers did not answer in time or refused. Whether a write took place is not
	// known then.
	ErrUnavailable = errors.New("room store is unavailable")
	// ErrInvalid is returned for a room that cannot be stored: its id is no KV key, or it is too large.
	ErrInvalid = errors.New("room cannot be stored")
)
