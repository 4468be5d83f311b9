package config

import "time"

// setting is one entry of the table: all there is to know about a setting.
type setting struct {
	key      string               // path in the YAML file
	fallback string               // default, as it is written; "" for none
	required bool                 // has no default, and throng cannot run without
	secret   bool                 // is masked when printed
	value    func(c *Config) kind // type, range and the field
	doc      string               // what it does and what follows from changing it
}

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// settings lists every setting, in the order in which they are printed.
var settings = []setting{
	{
		key: "region", required: true,
		value: func(c *Config) kind { return word(&c.Region, 64, isRegion, "text of a-z, 0-9 and -") },
		doc: `Region that this installation stands for. It is part of every ARN that throng gives out and of the scope that
clients sign, so it has to be the region that the clients are configured with. Changing it changes the ARNs of all rooms.`,
	},
	{
		key: "account_id", required: true,
		value: func(c *Config) kind { return account(&c.AccountID) },
		doc: `Account that the rooms belong to, the second part of every ARN. It need not exist at AWS. Changing it changes the
ARNs of all rooms.`,
	},
	{
		key: "data_dir", fallback: "/var/lib/throng",
		value: func(c *Config) kind { return word(&c.DataDir, 4096, isPrintable, "the path of a folder") },
		doc: `Folder for everything that has to survive a restart: the rooms, when the engine is embedded. It is made when it is
missing. One process uses it at a time; it has to be a local disk.`,
	},
	{
		key: "edge.addr", fallback: "0.0.0.0:8080",
		value: func(c *Config) kind { return address(&c.Edge.Addr) },
		doc:   `Address on which chat clients connect with WebSocket. Port 0 takes a free one.`,
	},
	{
		key: "edge.processes", fallback: "auto",
		value: func(c *Config) kind { return autoNumber(&c.Edge.Processes, 1, 63) },
		doc: `Processes that hold the connections of chat clients. A process may open as many files as its limit on open files
(RLIMIT_NOFILE) says, and each connection is one. "auto" takes one where that is enough for quotas.connections, else as
many as are needed. Several share the port (SO_REUSEPORT, Linux only) and are watched by the one that was started: one
that dies is started again, and costs only the connections that it held. They share quotas and rooms as nodes of a
cluster do; edge.max_per_address and edge.max_pending_handshakes are for each of them.`,
	},
	{
		key: "edge.loops", fallback: "0",
		value: func(c *Config) kind { return number(&c.Edge.Loops, 0, 1024) },
		doc: `Event loops of each edge process, each with a thread. 0 shares the cores that Go uses (GOMAXPROCS, which follows
the container's CPU limit) out among the edge processes, at least one each. More than cores only costs switches.`,
	},
	{
		key: "edge.handshake_timeout", fallback: "10s",
		value: func(c *Config) kind { return duration(&c.Edge.HandshakeTimeout, 10*time.Millisecond, 10*time.Minute) },
		doc: `Time from the first byte of a connection to its admission. A client that takes longer is closed, so this bounds
what a client that sends nothing can hold.`,
	},
	{
		key: "edge.max_head_size", fallback: "8KiB",
		value: func(c *Config) kind { return size(&c.Edge.MaxHeadSize, 4*kib, mib) },
		doc: `Largest head of a handshake: request line and headers. The chat token is one of the headers and takes up to 3 KiB;
browsers add their cookies for the host.`,
	},
	{
		key: "edge.max_message_size", fallback: "32KiB",
		value: func(c *Config) kind { return size(&c.Edge.MaxMessageSize, 4*kib, mib) },
		doc: `Largest message from a client, all its fragments together. A larger one closes the connection with status 1009. The
largest request that the service allows is below 16 KiB.`,
	},
	{
		key: "edge.ping_interval", fallback: "30s",
		value: func(c *Config) kind { return duration(&c.Edge.PingInterval, 100*time.Millisecond, time.Hour) },
		doc: `Time of silence after which a client is pinged; up to a quarter less, so that clients who came at once are not
pinged at once. One that lets two pings pass without a byte is taken as gone. It has to be below the idle time-out of
every proxy on the way.`,
	},
	{
		key: "edge.close_timeout", fallback: "5s",
		value: func(c *Config) kind { return duration(&c.Edge.CloseTimeout, 10*time.Millisecond, time.Minute) },
		doc:   `Time that a client has to answer a close before its connection is cut.`,
	},
	{
		key: "edge.send_buffer", fallback: "32KiB",
		value: func(c *Config) kind { return size(&c.Edge.SendBuffer, 4*kib, 4*mib) },
		doc: `Send buffer of each connection in the kernel (SO_SNDBUF). It bounds what a stalled client holds; the kernel's own
choice grows to 4 MiB a client. Raise it for clients that are far away and rooms that are busy.`,
	},
	{
		key: "edge.stall_timeout", fallback: "30s",
		value: func(c *Config) kind { return duration(&c.Edge.StallTimeout, 100*time.Millisecond, 10*time.Minute) },
		doc:   `Time that a client may take no byte although some wait for it. Then it is closed.`,
	},
	{
		key: "edge.max_pending_handshakes", fallback: "1024",
		value: func(c *Config) kind { return number(&c.Edge.MaxPendingHandshakes, 1, 1_000_000) },
		doc: `Handshakes that may wait for the claim of their token at one time. Further ones are refused with status 503, which
keeps a storm of reconnects from piling up.`,
	},
	{
		key: "edge.laggards", fallback: LaggardsSkip,
		value: func(c *Config) kind { return oneOf(&c.Edge.Laggards, LaggardsSkip, LaggardsClose) },
		doc: `What becomes of a client that is so slow that its room has dropped frames it has not had: "skip" lets it go on with
what is kept, and counts what it missed; "close" cuts its connection, which the chat SDK answers by connecting again. One
that would miss the answer to a request of its own is always cut, since its SDK would wait for that for ever.`,
	},
	{
		key: "edge.max_per_address", fallback: "0",
		value: func(c *Config) kind { return number(&c.Edge.MaxPerAddress, 0, 10_000_000) },
		doc: `Connections that one IP address may have, an IPv6 network of 64 bits counting as one. Further ones are refused with
status 429. 0 is no limit. Leave it at 0 behind a proxy: all clients have the proxy's address there.`,
	},
	{
		key: "edge.drain_duration", fallback: "10s",
		value: func(c *Config) kind { return duration(&c.Edge.DrainDuration, 0, 10*time.Minute) },
		doc: `Time over which a node that is told to stop lets its clients go. Each is asked to connect again, elsewhere, so this
spreads the load on the other nodes. A few hundred clients are let go at once.`,
	},
	{
		key: "edge.fanout.duty", fallback: "0.4",
		value: func(c *Config) kind { return share(&c.Edge.Fanout.Duty) },
		doc: `Share of its time that a loop may spend on sending to one busy room. Below 1 it pauses after each walk over the
room's members in proportion to what the walk cost, and messages that arrive meanwhile share the next one. Lower is
cheaper and later; 1 is soonest. A small or quiet room never waits.`,
	},
	{
		key: "edge.fanout.max_delay", fallback: "100ms",
		value: func(c *Config) kind { return duration(&c.Edge.Fanout.MaxDelay, time.Millisecond, 10*time.Second) },
		doc:   `Longest pause that edge.fanout.duty may add before a message goes out.`,
	},
	{
		key: "edge.fanout.slice", fallback: "512",
		value: func(c *Config) kind { return number(&c.Edge.Fanout.Slice, 1, 65536) },
		doc: `Members that a walk sends to before the loop looks after its other work. Lower answers sooner under load, higher
costs less.`,
	},
	{
		key: "edge.fanout.history_bytes", fallback: "1MiB",
		value: func(c *Config) kind { return size(&c.Edge.Fanout.HistoryBytes, 64*kib, gib) },
		doc: `Frames that a room keeps on each loop for members that are behind. A member that falls further behind skips ahead
and loses what it missed, which is counted.`,
	},
	{
		key: "api.addr", fallback: "0.0.0.0:8081",
		value: func(c *Config) kind { return address(&c.API.Addr) },
		doc: `Address on which backends call the API with an AWS SDK or the AWS CLI. Port 0 takes a free one. Every call has to be
signed with one of api.credentials, but calls travel in the clear: put TLS in front.`,
	},
	{
		key: "api.max_body_size", fallback: "64KiB",
		value: func(c *Config) kind { return size(&c.API.MaxBodySize, 8*kib, mib) },
		doc:   `Largest body of an API call. A larger one is refused with status 413 before it is read.`,
	},
	{
		key: "api.credentials", required: true, secret: true,
		value: func(c *Config) kind { return list(&c.API.Credentials, credentialFields) },
		doc:   `Access keys that may sign calls of the API.`,
	},
	{
		key: "internal.addr", fallback: "127.0.0.1:9090",
		value: func(c *Config) kind { return address(&c.Internal.Addr) },
		doc: `Address of the internal port: /metrics, /livez, /readyz and /debug/pprof. It asks for no credentials, so keep it on
loopback or on a network of your own. Port 0 takes a free one.`,
	},
	{
		key: "token.ttl", fallback: "60s",
		value: func(c *Config) kind { return duration(&c.Token.TTL, time.Second, 24*time.Hour) },
		doc: `Time in which a new chat token has to be used for its one connection. 60s is what IVS Chat gives. An app that hands
tokenExpirationTime to the chat SDK for JavaScript makes it open a new connection with a new token 60 s before that time
(30 s before when 60 s or less remain): with 60s that is a reconnect every 30 s for each viewer. Either leave
tokenExpirationTime out in the app, or raise this; a longer time shows in nothing but that timestamp.`,
	},
	{
		key: "token.keys", required: true, secret: true,
		value: func(c *Config) kind { return list(&c.Token.Keys, tokenKeyFields) },
		doc: `Keys that chat tokens are sealed with. The first seals, all open: to change a key put the new one first, and take
the old one out when token.ttl has passed. All nodes have the same keys. Make one with "openssl rand -base64 32".`,
	},
	{
		key: "quotas.connections", fallback: "50000",
		value: func(c *Config) kind { return number(&c.Quotas.Connections, 1, 10_000_000) },
		doc:   `Connections at one time, over all rooms. A handshake over it is refused with status 429; its token stays usable.`,
	},
	{
		key: "quotas.rooms", fallback: "50000",
		value: func(c *Config) kind { return number(&c.Quotas.Rooms, 1, 10_000_000) },
		doc:   `Rooms. CreateRoom over it answers ServiceQuotaExceededException.`,
	},
	{
		key: "quotas.send_message", fallback: "1000",
		value: func(c *Config) kind { return number(&c.Quotas.SendMessage, 1, 1_000_000) },
		doc:   `Messages a second that clients may send, over all rooms.`,
	},
	{
		key: "quotas.delete_message", fallback: "100",
		value: func(c *Config) kind { return number(&c.Quotas.DeleteMessage, 1, 1_000_000) },
		doc:   `Deletions of messages a second, by clients and by the API together, over all rooms.`,
	},
	{
		key: "quotas.disconnect_user", fallback: "100",
		value: func(c *Config) kind { return number(&c.Quotas.DisconnectUser, 1, 1_000_000) },
		doc:   `Disconnections of users a second, by clients and by the API together, over all rooms.`,
	},
	{
		key:   "nats.url",
		value: func(c *Config) kind { return natsURL(&c.NATS.URL) },
		doc: `NATS servers with JetStream to use, separated by commas. Empty embeds a server that listens on no port and keeps its
data in data_dir.`,
	},
	{
		key: "nats.replicas", fallback: "1",
		value: func(c *Config) kind { return oneOf(&c.NATS.Replicas, 1, 3, 5) },
		doc:   `Copies of the rooms and the token claims in the NATS cluster. More than 1 needs nats.url.`,
	},
	{
		key: "log.level", fallback: "info",
		value: func(c *Config) kind { return oneOf(&c.Log.Level, "debug", "info", "warn", "error") },
		doc:   `Least severe kind of line that is logged.`,
	},
	{
		key: "log.format", fallback: "text",
		value: func(c *Config) kind { return oneOf(&c.Log.Format, "text", "json") },
		doc:   `Form of the log lines.`,
	},
}

// field is a setting inside an element of a list.
type field[T any] struct {
	key      string
	required bool
	secret   bool
	value    func(*T) kind
	doc      string
}

var credentialFields = []field[Credential]{
	{
		key: "access_key_id", required: true,
		value: func(c *Credential) kind {
			return word(&c.AccessKeyID, 128, isKeyID, "text of letters, digits, '_' and '-'")
		},
		doc: "public half of the key",
	},
	{
		key: "secret_access_key", required: true, secret: true,
		value: func(c *Credential) kind { return secret(&c.SecretAccessKey, 16, 256) },
		doc:   "secret half of the key",
	},
	{
		key: "session_token", secret: true,
		value: func(c *Credential) kind { return secret(&c.SessionToken, 1, 4096) },
		doc:   "makes the key a temporary one, whose calls have to carry this token",
	},
	{
		key:   "expires",
		value: func(c *Credential) kind { return instant(&c.Expires) },
		doc:   "time from which calls are refused; without it the key does not expire",
	},
}

var tokenKeyFields = []field[TokenKey]{
	{
		key: "id", required: true,
		value: func(k *TokenKey) kind { return word(&k.ID, 8, isTokenKeyID, "text of a-z and 0-9") },
		doc:   "name of the key, which is part of every token",
	},
	{
		key: "secret", required: true, secret: true,
		value: func(k *TokenKey) kind { return base64Bytes(&k.Secret, 32, 256) },
		doc:   "the key itself",
	},
}
