// Package ledger holds what the processes of a node count together: the connections, which have one quota, and the
// buckets of the account. It is a page of memory that all of them map, so a count costs an atomic operation and no
// message, and is exact.
//
// What a process has counted stays when it dies; its supervisor takes it off with Forget.
package ledger

import (
	"sync/atomic"

	"github.com/throngchat/throng/internal/limit"
)

// MaxProcesses is how many processes can share a ledger.
const MaxProcesses = 64

// Ledger is the view that one process has of the page. Its methods may be called by many goroutines at once.
type Ledger struct {
	page *page
	own  *slot
}

// page is the shared memory. It holds no pointers: each process maps it somewhere else.
type page struct {
	account limit.AccountBuckets
	slots   [MaxProcesses]slot
}

// slot is what one process counts.
type slot struct {
	connections atomic.Int64
	_           [120]byte // a slot has its own cache lines: the counts of others change often
}

// New returns the ledger of a process that shares it with nobody.
func New() *Ledger { return view(new(page), 0) }

func view(p *page, process int) *Ledger { return &Ledger{page: p, own: &p.slots[process]} }

// Account returns the buckets of the account.
func (l *Ledger) Account() *limit.AccountBuckets { return &l.page.account }

// Enter counts a connection of this process, or reports that all processes together have quota connections already. At
// the very limit, of two that enter at one moment both may be refused, never both be let in.
func (l *Ledger) Enter(quota int) bool {
	l.own.connections.Add(1)
	if l.Connections() > quota {
		l.own.connections.Add(-1)
		return false
	}
	return true
}

// Leave takes off a connection that entered.
func (l *Ledger) Leave() { l.own.connections.Add(-1) }

// Own returns how many connections this process has counted.
func (l *Ledger) Own() int { return int(l.own.connections.Load()) }

// Connections returns how many connections all processes have counted.
func (l *Ledger) Connections() int {
	n := int64(0)
	for i := range l.page.slots {
		n += l.page.slots[i].connections.Load()
	}
	return int(n)
}

// Forget takes off all that a process has counted. It must have ended.
func (l *Ledger) Forget(process int) { l.page.slots[process].connections.Store(0) }
