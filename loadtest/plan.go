package loadtest

import (
	"maps"
	"math"
	"slices"
	"time"
)

// order is what one party is told to do in a run.
type order struct {
	Mark        []byte        `json:"mark"`
	Events      []byte        `json:"events,omitempty"`
	ContentSize int           `json:"content_size"`
	Duration    time.Duration `json:"duration"`
	Slow        float64       `json:"slow,omitempty"`
	Fresh       []string      `json:"fresh,omitempty"`
	Rooms       []roomOrder   `json:"rooms"` // those that it has connections in
}

// roomOrder is a room's part of an order. A party counts its members at the times of all the room's messages, its own
// and those of other parties.
type roomOrder struct {
	Name        string  `json:"name"`
	Index       int     `json:"index"`   // among all rooms
	Members     int     `json:"members"` // of all parties
	Messages    beat    `json:"messages"`
	Deletes     beat    `json:"deletes"`
	Disconnects beat    `json:"disconnects"`
	Publishers  portion `json:"publishers"`
	Victims     portion `json:"victims"`
}

// beat is a schedule without a start.
type beat struct {
	Rate  float64 `json:"rate"`
	Phase float64 `json:"phase"`
}

func (b beat) from(start instant, d time.Duration) schedule {
	if b.Rate <= 0 || d <= 0 {
		return schedule{}
	}
	return newSchedule(start, b.Rate, b.Phase, d)
}

// portion is one party's part of things that are numbered from 0 to All: Own of them, from First.
type portion struct {
	All   int `json:"all"`
	First int `json:"first"`
	Own   int `json:"own"`
}

// own returns which of the party's things number k is, in turns of All.
func (p portion) own(k int) (int, bool) {
	if p.All == 0 {
		return 0, false
	}
	at := k%p.All - p.First
	return at, at >= 0 && at < p.Own
}

// divide spreads n things evenly over parties that have so many members each.
func divide(n int, members []int) []portion {
	total := 0
	for _, m := range members {
		total += m
	}
	portions := make([]portion, len(members))
	before, first := 0, 0
	for k, m := range members {
		before += m
		end := 0
		if total > 0 {
			end = (n*before + total - 1) / total // the i-th belongs to member i·total/n
		}
		portions[k] = portion{All: n, First: first, Own: end - first}
		first = end
	}
	return portions
}

// roomPlan is what the coordinator keeps of a room.
type roomPlan struct {
	roomOrder
	parts []int // members by party
}

// plan makes the orders of parties that have members in rooms as censuses say.
func plan(l *Load, censuses []map[string]int, mark, events marker) ([]roomPlan, []order) {
	rooms := planRooms(l, censuses)
	orders := make([]order, len(censuses))
	for k := range orders {
		orders[k] = order{
			Mark: mark.prefix, Events: events.prefix, ContentSize: l.ContentSize, Duration: l.Duration, Slow: l.Slow,
		}
	}
	for i := range rooms {
		r := &rooms[i]
		publishers := divide(r.Publishers.All, r.parts)
		victims := divide(r.Victims.All, r.parts)
		for k, members := range r.parts {
			if members > 0 {
				o := r.roomOrder
				o.Publishers, o.Victims = publishers[k], victims[k]
				orders[k].Rooms = append(orders[k].Rooms, o)
			}
		}
	}
	for k, lines := range deal(l.Fresh, rooms, len(censuses)) {
		orders[k].Fresh = lines
	}
	return rooms, orders
}

func planRooms(l *Load, censuses []map[string]int) []roomPlan {
	names := map[string]bool{}
	all := 0
	for _, c := range censuses {
		for name, n := range c {
			names[name] = true
			all += n
		}
	}
	rooms := make([]roomPlan, 0, len(names))
	for i, name := range slices.Sorted(maps.Keys(names)) {
		r := roomPlan{roomOrder: roomOrder{Name: name, Index: i}, parts: make([]int, len(censuses))}
		for k, c := range censuses {
			r.parts[k] = c[name]
			r.Members += c[name]
		}
		share := float64(r.Members) / float64(all)
		rate := l.Rate
		switch {
		case l.Total > 0 && l.Equal:
			rate = l.Total / float64(len(names))
		case l.Total > 0:
			rate = l.Total * share
		}
		// Rooms of the same rate are not to speak at the same time: the golden ratio spreads any number of them.
		const golden = 0.6180339887498949
		_, phase := math.Modf(float64(i) * golden)
		r.Messages = beat{rate, phase}
		r.Deletes, r.Disconnects = beat{l.Deletes * share, phase}, beat{l.Disconnects * share, phase}
		publishers := l.Publishers
		if publishers == 0 {
			publishers = int(rate/5) + 1
		}
		r.Publishers.All = min(publishers, r.Members)
		r.Victims.All = min(r.Disconnects.from(0, l.Duration-introductionLead).n, r.Members-r.Publishers.All)
		rooms = append(rooms, r)
	}
	return rooms
}

// deal gives each fresh token to a party that has members in its room, to each as often as it has members.
func deal(fresh []string, rooms []roomPlan, parties int) [][]string {
	at := map[string]int{}
	for i := range rooms {
		at[rooms[i].Name] = i
	}
	hands := make([][]string, parties)
	dealt := map[string]int{}
	for k, line := range fresh {
		name, _ := splitToken(line)
		to := k % parties
		if i, ok := at[name]; ok {
			to = memberParty(dealt[name], &rooms[i])
		}
		dealt[name]++
		hands[to] = append(hands[to], line)
	}
	return hands
}

// memberParty returns the party of the k-th member, counting round: one of each party that has members left, in turn.
func memberParty(k int, r *roomPlan) int {
	// A stride that is prime to the number of members visits them all, and never one party's for long.
	stride := int(float64(r.Members)*0.618) + 1
	for gcd(stride, r.Members) != 1 {
		stride++
	}
	member := k * stride % r.Members
	for party, n := range r.parts {
		if member < n {
			return party
		}
		member -= n
	}
	return 0
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
