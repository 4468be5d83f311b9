package controlplane

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/throngchat/throng/internal/sigv4"
)

// Config is what a control plane has to know. A field whose comment names a default takes it when it is zero.
type Config struct {
	// Region and AccountID are part of every ARN, and clients must sign for the region. AccountID has 12 digits.
	Region    string
	AccountID string
	// Credentials are the access keys that may call the API. Each may call every operation.
	Credentials []sigv4.Credential
	// TokenTTL is how long a chat token may wait for its connection, at least a second. Default 1 minute, as AWS. Apps
	// that hand tokenExpirationTime to the JavaScript SDK reconnect half a minute before it (protocol.md section 5).
	TokenTTL time.Duration
	// MaxRooms is the quota of rooms. Creates that are under way do not count, so it can be passed by as many of them
	// as there are. Default 50,000.
	MaxRooms int
	// SendEventRate is the quota of SendEvent in requests a second, over all rooms. Default 100.
	SendEventRate int

	// MaxBodySize bounds the body of a request, in bytes. Default 64 KiB. SendEvent needs at most 25 KB; only a room whose
	// 50 tags have the largest size in a script other than Latin, with every character escaped, is larger: 240 KB.
	MaxBodySize int
	// MaxHeadSize bounds request line and headers, in bytes. It is also the read buffer of each connection. Default
	// 16 KiB: a session token alone may have 4.
	MaxHeadSize int
	// MaxConnections bounds the connections that are open at a time; those beyond are answered 503. Default 4096.
	MaxConnections int
	// RequestTimeout bounds what an operation waits for the store. Default 10 seconds.
	RequestTimeout time.Duration
	// ReadTimeout bounds the time from the first byte of a request to its last, WriteTimeout that of the answer.
	// Default 10 seconds each.
	ReadTimeout  time.Duration
	WriteTimeout time.Duration
	// IdleTimeout is when a connection without a request is closed. Default 2 minutes: longer than SDKs keep one (the
	// one for Go 90 seconds), so that none is closed under a request that has just been sent.
	IdleTimeout time.Duration
}

// withDefaults returns c with every zero field that has a default set to it.
func (c Config) withDefaults() Config {
	setDefault(&c.TokenTTL, time.Minute)
	setDefault(&c.MaxRooms, 50_000)
	setDefault(&c.SendEventRate, 100)
	setDefault(&c.MaxBodySize, 64<<10)
	setDefault(&c.MaxHeadSize, 16<<10)
	setDefault(&c.MaxConnections, 4096)
	setDefault(&c.RequestTimeout, 10*time.Second)
	setDefault(&c.ReadTimeout, 10*time.Second)
	setDefault(&c.WriteTimeout, 10*time.Second)
	setDefault(&c.IdleTimeout, 2*time.Minute)
	return c
}

func setDefault[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

var (
	regionPattern  = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
)

// Validate reports everything that is wrong with c, one error a line.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(regionPattern.MatchString(c.Region), "region must be 1 to 32 characters of [a-z0-9-]")
	check(accountPattern.MatchString(c.AccountID), "account id must be 12 digits")
	_, err := sigv4.NewSet(c.Credentials)
	check(err == nil, "credentials: %w", err)
	check(c.TokenTTL >= time.Second, "token TTL must be at least 1s")
	check(c.MaxRooms > 0, "rooms quota must be positive")
	check(c.SendEventRate > 0, "SendEvent quota must be positive")
	check(c.MaxBodySize >= 1<<10, "body limit must be at least 1 KiB")
	check(c.MaxHeadSize >= 4<<10 && c.MaxHeadSize <= 64<<10, "head limit must be 4 to 64 KiB")
	check(c.MaxConnections > 0, "connection limit must be positive")
	check(min(c.RequestTimeout, c.ReadTimeout, c.WriteTimeout, c.IdleTimeout) > 0, "time-outs must be positive")
	return errors.Join(errs...)
}
