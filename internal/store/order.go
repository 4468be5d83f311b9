package store

import (
	"slices"
	"strings"
	"time"
)

// order is all rooms in the reverse of the order in which they are listed: UpdateTime ascending, then ID descending. A
// room that was just written belongs near the end then, where inserting is cheap.
type order []*Room

// compare orders two positions in a list of rooms: UpdateTime descending, then ID.
func compare(at time.Time, id string, bt time.Time, bid string) int {
	if c := bt.Compare(at); c != 0 {
		return c
	}
	return strings.Compare(id, bid)
}

// find returns the index of the position, or where it would be inserted.
func (o order) find(at time.Time, id string) (int, bool) {
	return slices.BinarySearchFunc(o, struct{}{}, func(r *Room, _ struct{}) int {
		return -compare(r.UpdateTime, r.ID, at, id)
	})
}

func (o *order) insert(r *Room) {
	i, _ := o.find(r.UpdateTime, r.ID)
	*o = slices.Insert(*o, i, r)
}

func (o *order) remove(r *Room) {
	if i, ok := o.find(r.UpdateTime, r.ID); ok {
		*o = slices.Delete(*o, i, i+1)
	}
}
