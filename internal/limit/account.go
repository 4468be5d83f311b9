package limit

// AccountRates are the quotas of an account over all its rooms, in requests a second (IVS Chat user guide, "Service
// Quotas"; protocol.md section 9). Each counts the requests of both planes.
type AccountRates struct {
	SendMessage    int
	DeleteMessage  int
	DisconnectUser int
}

// DefaultAccountRates are the quotas of an AWS account that asked for no others.
var DefaultAccountRates = AccountRates{SendMessage: 1000, DeleteMessage: 100, DisconnectUser: 100}

// AccountBuckets is what is in the buckets of an Account. The zero value is full. It holds no pointers, so that it can
// lie in memory that processes share.
type AccountBuckets struct {
	SendMessage    Shared
	DeleteMessage  Shared
	DisconnectUser Shared
}

// Account holds the buckets that all connections and all API calls of a node share.
type Account struct {
	SendMessage    Quota
	DeleteMessage  Quota
	DisconnectUser Quota
}

// NewAccount returns the buckets with their rates. The rates of all processes that share buckets must be the same.
func NewAccount(r AccountRates, b *AccountBuckets) *Account {
	quota := func(n int, b *Shared) Quota { return Quota{bucket: b, rate: PerSecond(n, n), limit: n} }
	return &Account{
		SendMessage:    quota(r.SendMessage, &b.SendMessage),
		DeleteMessage:  quota(r.DeleteMessage, &b.DeleteMessage),
		DisconnectUser: quota(r.DisconnectUser, &b.DisconnectUser),
	}
}

// Quota is a shared bucket together with its rate.
type Quota struct {
	bucket *Shared
	rate   Rate
	limit  int
}

// NewQuota returns a full bucket of n requests a second, with bursts of one second's worth.
func NewQuota(n int) Quota { return Quota{bucket: new(Shared), rate: PerSecond(n, n), limit: n} }

// Take takes one request, or reports that the quota is used up. now is in nanoseconds.
func (q *Quota) Take(now int64) bool { return q.bucket.Take(now, q.rate) }

// Limit returns the requests a second that the quota allows.
func (q *Quota) Limit() int { return q.limit }
