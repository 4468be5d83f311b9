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

// Account holds the buckets that all connections and all API calls of a process share.
type Account struct {
	SendMessage    Quota
	DeleteMessage  Quota
	DisconnectUser Quota
}

// NewAccount returns full buckets.
func NewAccount(r AccountRates) *Account {
	return &Account{
		SendMessage:    NewQuota(r.SendMessage),
		DeleteMessage:  NewQuota(r.DeleteMessage),
		DisconnectUser: NewQuota(r.DisconnectUser),
	}
}

// Quota is a shared bucket together with its rate. It must not be copied after first use.
type Quota struct {
	bucket Shared
	rate   Rate
	limit  int
}

// NewQuota returns a full bucket of n requests a second, with bursts of one second's worth.
func NewQuota(n int) Quota { return Quota{rate: PerSecond(n, n), limit: n} }

// Take takes one request, or reports that the quota is used up. now is in nanoseconds.
func (q *Quota) Take(now int64) bool { return q.bucket.Take(now, q.rate) }

// Limit returns the requests a second that the quota allows.
func (q *Quota) Limit() int { return q.limit }
