package loadtest

// roomSums is what all parties together know of a room.
type roomSums struct {
	members, unsent, refused                 int64
	eventMembers, eventsUnsent, eventsRefuse int64
	received                                 int64
}

// expectation is how many deliveries a run makes to connections that stay.
type expectation struct {
	messages, events int64
	short            int // rooms that got fewer messages than that
}

// sums adds up what the parties know of each room: at the time of each of its messages all count their own members, and
// the party that sent it learns whether it was refused.
func (r *concert) sums(counts []counts) (e expectation) {
	rooms := make([]roomSums, len(r.rooms))
	for k := range r.parts {
		for _, c := range r.parts[k].Rooms {
			s := &rooms[c.Index]
			s.members += c.Members
			s.unsent += c.Unsent
			s.eventMembers += c.EventMembers
			s.eventsUnsent += c.EventsUnsent
			s.received += c.Received
		}
		for i, n := range counts[k].Refused {
			rooms[i].refused += n
		}
		for i, n := range counts[k].EventsRefused {
			rooms[i].eventsRefuse += n
		}
	}
	for i := range rooms {
		s, o := &rooms[i], &r.rooms[i].roomOrder
		messages := accepted(s.members, o.Messages.from(0, r.load.Duration).n, s.unsent+s.refused)
		if s.received < messages {
			e.short++
		}
		e.messages += messages
		deletes := o.Deletes.from(0, r.load.Duration).n
		disconnects := min(o.Disconnects.from(0, r.load.Duration-introductionLead).n, o.Victims.All)
		e.events += accepted(s.eventMembers, deletes+disconnects, s.eventsUnsent+s.eventsRefuse)
	}
	return e
}

// accepted is the part of n messages' deliveries that belongs to those which were not lost before. Which ones were lost
// is not known, so it takes the mean.
func accepted(deliveries int64, n int, lost int64) int64 {
	if n == 0 {
		return 0
	}
	return deliveries * max(int64(n)-lost, 0) / int64(n)
}
