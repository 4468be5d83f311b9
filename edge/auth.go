package edge

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/store"
	"github.com/throngchat/throng/internal/token"
)

// authenticate decides all that can be decided on the loop: cheap checks first, so that garbage never reaches the
// claimer. Then the token is claimed elsewhere, since that asks the store.
func (l *loop) authenticate(c *conn, tok string, response []byte) {
	e := l.edge
	now := time.Now()
	claims, err := e.deps.Ring.Open([]byte(tok), now)
	switch {
	case errors.Is(err, token.ErrExpired):
		l.refuse(c, refuseExpired, err.Error())
		return
	case err != nil:
		l.refuse(c, refuseInvalid, err.Error())
		return
	}
	c.userID = claims.UserID
	c.pending = &handshake{claims: claims, response: response, began: l.now}
	left := claims.SessionEndsAt.Sub(now)
	switch {
	case left <= 0:
		l.refuse(c, refuseExpired, "the token's session is over")
		return
	case claims.IssuedAt.Before(e.deps.Claims.Since()):
		// Tokens that were claimed before then are forgotten, so all of them count as used. A client that has just
		// fetched one asks its backend for another, as it does whenever a connection fails.
		l.refuse(c, refuseUsed, "the token is older than the memory of which tokens were used")
		return
	case !e.deps.Ledger.Enter(e.cfg.MaxConnections):
		l.refuse(c, refuseQuota, refuseQuota.text)
		return
	}
	c.counted = true
	c.session = l.now + int64(left)
	c.state = stateClaim
	c.deadline = l.second + seconds(int64(e.cfg.HandshakeTimeout)) + 1
	if !e.claimer.submit(claim{loop: l, conn: c.id(), token: claims.ID, room: claims.RoomID, issued: claims.IssuedAt, expires: claims.ExpiresAt}) {
		l.refuse(c, refuseBusy, refuseBusy.text)
	}
}

// claimers is how many tokens are claimed at once. A claim waits for the store, not for a processor.
const claimers = 64

// claimTimeout bounds one claim, the room's subscription included.
const claimTimeout = 5 * time.Second

// claimer claims tokens off the loops, a bounded number at a time.
type claimer struct {
	edge *Edge
	jobs chan claim
	wg   sync.WaitGroup
	end  context.CancelFunc
	ctx  context.Context
}

// claim is a token that a connection waits for.
type claim struct {
	loop    *loop
	conn    connID
	token   string
	room    string
	issued  time.Time
	expires time.Time
}

func newClaimer(e *Edge) *claimer {
	ctx, cancel := context.WithCancel(context.Background())
	q := &claimer{edge: e, jobs: make(chan claim, max(e.cfg.MaxPendingHandshakes-claimers, 0)), ctx: ctx, end: cancel}
	for range max(min(claimers, e.cfg.MaxPendingHandshakes), 1) {
		q.wg.Go(q.work)
	}
	return q
}

// submit queues a claim, or reports that too many are waiting.
func (q *claimer) submit(job claim) bool {
	select {
	case q.jobs <- job:
		return true
	default:
		return false
	}
}

func (q *claimer) stop() {
	q.end()
	q.wg.Wait()
}

func (q *claimer) work() {
	for {
		select {
		case <-q.ctx.Done():
			return
		case job := <-q.jobs:
			r, refused, cause := q.claim(job)
			posted := job.loop.mailbox.post(mail{run: func(l *loop) { l.claimed(job.conn, r, refused, cause) }})
			if !posted && r != nil {
				q.edge.release(r)
			}
		}
	}
}

// claim makes the process a subscriber of the room, and only then uses the token up: a handshake that fails for another
// reason must not burn it. It returns the room with one reference, or the refusal and its cause.
func (q *claimer) claim(job claim) (*room, *refusal, string) {
	ctx, cancel := context.WithTimeout(q.ctx, claimTimeout)
	defer cancel()
	e := q.edge
	r := e.directory.acquire(job.room)
	if _, err := e.deps.Rooms.Fetch(ctx, job.room); err != nil {
		e.directory.release(r)
		if errors.Is(err, store.ErrNotFound) {
			return nil, &refuseNoRoom, "the room does not exist"
		}
		return nil, &refuseUndecided, "the room cannot be read: " + err.Error()
	}
	if err := e.bus.Join(ctx, r.id); err != nil {
		e.directory.release(r)
		return nil, &refuseUndecided, "the room cannot be subscribed to: " + err.Error()
	}
	// The claim has to be remembered for as long as the token may be shown: until it expires on the slowest clock.
	ttl := time.Until(job.expires) + 2*token.MaxClockSkew
	switch err := e.deps.Claims.Claim(ctx, job.token, ttl); {
	case err == nil && job.issued.Before(e.deps.Claims.Since()):
		e.release(r)
		return nil, &refuseUsed, "the memory of which tokens were used was lost while the token was claimed"
	case err == nil:
		return r, nil, ""
	case errors.Is(err, bus.ErrClaimed):
		e.release(r)
		return nil, &refuseUsed, "the token was used before"
	default:
		e.release(r)
		return nil, &refuseUndecided, "the token cannot be claimed: " + err.Error()
	}
}

// claimed is the answer of the claimer, back on the loop. The connection may be gone.
func (l *loop) claimed(id connID, r *room, refused *refusal, cause string) {
	c := l.find(id)
	switch {
	case c == nil || c.state != stateClaim:
		if r != nil {
			l.edge.release(r)
		}
	case refused != nil:
		l.refuse(c, *refused, cause)
	case l.now >= c.session:
		l.edge.release(r)
		l.refuse(c, refuseExpired, "the token's session ended during the handshake")
	default:
		l.accept(c, r)
	}
}
