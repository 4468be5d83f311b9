package loadtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// Moderation is what became of the requests to delete messages and to disconnect users, and of the events that follow.
type Moderation struct {
	Deletes     int `json:"deletes_sent"`
	Disconnects int `json:"disconnects_sent"`
	// Unsent could not be sent, or had nothing to name: no message heard since the last, no user left, or one whose
	// introduction was not heard.
	Unsent int `json:"unsent"`
	// Introductions are messages that let the others know a connection's user id; they are not among the run's messages.
	Introductions int `json:"introductions"`
	// Expected and Received are of events, for connections that stayed; Latency is from when the request was due.
	Expected int64     `json:"events_expected"`
	Received int64     `json:"events_received"`
	Latency  Histogram `json:"latency"`
	// Disconnected are the connections that the server closed with the reason that a DISCONNECT_USER gave.
	Disconnected int64 `json:"disconnected"`
}

func (m *Moderation) merge(p *Moderation) {
	m.Deletes += p.Deletes
	m.Disconnects += p.Disconnects
	m.Unsent += p.Unsent
	m.Introductions += p.Introductions
	m.Expected += p.Expected
	m.Received += p.Received
	m.Latency.Merge(&p.Latency)
	m.Disconnected += p.Disconnected
}

// introductionLead is how long before it is disconnected a user says something.
const introductionLead = time.Second

// introduction marks a message that only tells who its sender is.
const introduction instant = 1

// moderate returns the tracks of a room's moderation.
func (r *run) moderate(rr *roomRun, start instant) []*track {
	later := start.add(introductionLead)
	disconnects := rr.Disconnects.from(later, r.order.Duration-introductionLead)
	introductions := disconnects
	introductions.start = start
	return []*track{
		{schedule: rr.Deletes.from(start, r.order.Duration), act: func(k int, due instant) {
			r.event(rr, rr.Publishers, k, due, r.deleteMessage)
		}},
		{schedule: introductions, act: func(k int, _ instant) { r.introduce(rr, k) }},
		{schedule: disconnects, act: func(k int, due instant) {
			if k < rr.Victims.All {
				r.event(rr, rr.Victims, k, due, r.disconnectUser)
			} else if rr.Publishers.First == 0 && rr.Publishers.Own > 0 {
				r.moderation.Unsent++ // nobody is left; one party says so
			}
		}},
	}
}

// event makes a request that all members get an event of, when it is this party's turn, and counts its members in any
// case.
func (r *run) event(rr *roomRun, p portion, k int, due instant, request func(*roomRun, int, instant) bool) {
	members := rr.room.staying.Load()
	if own, ok := p.own(k); ok && !request(rr, own, due) {
		r.moderation.Unsent++
		rr.eventsUnsent++
	}
	rr.eventMembers += members
}

func (r *run) deleteMessage(rr *roomRun, _ int, due instant) bool {
	heard := rr.room.overheard.Swap(nil)
	if heard == nil || rr.moderator == nil {
		return false
	}
	if !r.moderateWith(rr.moderator, `{"Action":"DELETE_MESSAGE","RequestId":%q,"Id":%s,"Reason":%q}`, heard.id, due) {
		return false
	}
	r.moderation.Deletes++
	return true
}

func (r *run) disconnectUser(rr *roomRun, own int, due instant) bool {
	if own >= len(rr.victims) || rr.moderator == nil {
		return false
	}
	user, ok := r.fleet.introductions.user(introductionID(rr, own))
	if !ok || !r.moderateWith(rr.moderator, `{"Action":"DISCONNECT_USER","RequestId":%q,"UserId":%s,"Reason":%q}`, user, due) {
		return false
	}
	r.moderation.Disconnects++
	return true
}

func (r *run) moderateWith(c *conn, form, name string, due instant) bool {
	quoted, err := json.Marshal(name)
	if err != nil {
		return false
	}
	n := r.moderation.Deletes + r.moderation.Disconnects
	request := fmt.Appendf(nil, form, fmt.Sprintf("%s%012x", moderationRequest, n), quoted, r.events.content(due, MinContentSize))
	return c.send(ws.OpText, request) == nil
}

// introduce lets a connection that will be disconnected say something, so that its user id is heard.
func (r *run) introduce(rr *roomRun, k int) {
	own, ok := rr.Victims.own(k)
	if !ok || k >= rr.Victims.All || own >= len(rr.victims) {
		return
	}
	id := introductionID(rr, own)
	r.fleet.introductions.expect(id)
	request := fmt.Appendf(nil, `{"Action":"SEND_MESSAGE","RequestId":"%s","Content":"%s"}`, id,
		r.events.content(introduction, MinContentSize))
	if rr.victims[own].send(ws.OpText, request) == nil {
		r.moderation.Introductions++
	}
}

// introductionRequest begins the RequestIds of introductions, which other processes hear of too.
const introductionRequest = "00000000-0000-4002-8000-"

func introductionID(rr *roomRun, own int) string {
	return fmt.Sprintf("%s%04x%08x", introductionRequest, rr.Index&0xffff, rr.Victims.First+own)
}

// introductions are the user ids that were heard, by RequestId.
type introductions struct {
	mu    sync.Mutex
	heard map[string]string
}

func (i *introductions) begin() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.heard = map[string]string{}
}

func (i *introductions) expect(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.heard[id] = ""
}

func (i *introductions) learn(id, user string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, expected := i.heard[id]; expected {
		i.heard[id] = user
	}
}

func (i *introductions) user(id string) (string, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	user := i.heard[id]
	return user, user != ""
}

// introduced reads the sender of an introduction, on the connections that may have sent it.
func (c *conn) introduced(payload []byte) {
	if c.group != passing {
		return
	}
	var m struct {
		RequestID string `json:"RequestId"`
		Sender    struct {
			UserID string `json:"UserId"`
		}
	}
	if json.Unmarshal(payload, &m) == nil && strings.HasPrefix(m.RequestID, introductionRequest) {
		c.fleet.introductions.learn(m.RequestID, m.Sender.UserID)
	}
}

// overheard is a message that can be deleted.
type overheard struct{ id string }

// overhear keeps the id of a message when none is kept.
func (r *chatRoom) overhear(payload []byte) {
	if r.overheard.Load() != nil {
		return
	}
	const key, size = `"Id":"`, 12
	if at := bytes.Index(payload, []byte(key)); at >= 0 && at+len(key)+size <= len(payload) {
		r.overheard.Store(&overheard{string(payload[at+len(key):][:size])})
	}
}
