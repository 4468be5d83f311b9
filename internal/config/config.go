package config

import "time"

// Config holds the settings of one process. Load makes it; every field of a Config that Load returned is in the range
// that the table in settings.go gives.
type Config struct {
	Region    string // region in ARNs and in the scope of signatures
	AccountID string // 12 digits
	DataDir   string

	Edge     Edge
	API      API
	Internal Internal
	Token    Token
	Quotas   Quotas
	NATS     NATS
	Log      Log

	// Dev tells that the process runs with --dev. It is no setting of its own: the defaults differ.
	Dev bool
}

// Edge holds the settings of the data plane.
type Edge struct {
	Addr                 string
	Processes            int // 0: as many as the limit on open files makes necessary
	Loops                int // of each process; 0: the cores in use, shared out
	HandshakeTimeout     time.Duration
	MaxHeadSize          int // bytes
	MaxMessageSize       int // bytes
	PingInterval         time.Duration
	CloseTimeout         time.Duration
	SendBuffer           int // bytes
	StallTimeout         time.Duration
	MaxPendingHandshakes int
	Laggards             string // LaggardsSkip or LaggardsClose
	MaxPerAddress        int    // 0: no limit
	DrainDuration        time.Duration
	Fanout               Fanout
}

// What may become of a client that its room's frames have passed by.
const (
	LaggardsSkip  = "skip"
	LaggardsClose = "close"
)

// Fanout holds the settings of the walk over a room's members.
type Fanout struct {
	Duty         float64 // above 0, at most 1
	MaxDelay     time.Duration
	Slice        int // members
	HistoryBytes int // bytes for each room and loop
}

// API holds the settings of the control plane.
type API struct {
	Addr        string
	MaxBodySize int // bytes
	Credentials []Credential
}

// Credential is an access key that may sign requests to the control plane.
type Credential struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string    // not empty: temporary credentials, which must send it
	Expires         time.Time // zero: never
}

// String returns the access key alone, so that printing a configuration gives nothing away.
func (c Credential) String() string { return c.AccessKeyID }

// Internal holds the settings of the port for metrics, health and profiles.
type Internal struct {
	Addr string
}

// Token holds the settings of chat tokens.
type Token struct {
	TTL  time.Duration
	Keys []TokenKey // the first seals, all open; at least one, except with Dev before DevTokenKey
}

// TokenKey is a key that chat tokens are sealed with.
type TokenKey struct {
	ID     string // 1 to 8 of [a-z0-9]
	Secret []byte // at least 32 bytes
}

// String returns the id alone, so that printing a configuration gives nothing away.
func (k TokenKey) String() string { return k.ID }

// Quotas holds the limits over all rooms.
type Quotas struct {
	Connections    int
	Rooms          int
	SendMessage    int // a second
	DeleteMessage  int // a second
	DisconnectUser int // a second
}

// NATS holds the settings of the engine that keeps state and carries messages between nodes.
type NATS struct {
	URL      string // empty: embedded
	Replicas int
}

// Log holds the settings of the log.
type Log struct {
	Level  string // debug, info, warn or error
	Format string // text or json
}
