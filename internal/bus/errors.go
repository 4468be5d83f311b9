package bus

import "errors"

// Errors of this package, to be compared with errors.Is.
var (
	// ErrInUse is returned by StartEngine when another process has the data folder.
	ErrInUse = errors.New("data folder is in use by another throng")
	// ErrFolder is returned by StartEngine when the data folder cannot be made or written.
	ErrFolder = errors.New("data folder is not usable")
	// ErrCorrupt is returned by StartEngine when the data folder holds state that cannot be read completely.
	ErrCorrupt = errors.New("data folder is damaged")
	// ErrStart is returned by StartEngine when the engine did not come up for another reason, or not in time.
	ErrStart = errors.New("engine did not start")

	// ErrClosed is returned by methods of what was closed before.
	ErrClosed = errors.New("bus is closed")
	// ErrDisconnected is returned by Publish and Join while there is no connection to the server.
	ErrDisconnected = errors.New("bus is disconnected")
	// ErrRoom is returned for a room whose id cannot be part of a subject: see Envelope.Room.
	ErrRoom = errors.New("room id is not 1 to 64 of [a-zA-Z0-9_-]")

	// ErrClaimed is returned by Claim when the id was claimed before.
	ErrClaimed = errors.New("already claimed")
	// ErrUnavailable is returned by Claim when it could not be decided whether the id was claimed before.
	ErrUnavailable = errors.New("claim could not be decided")
)
