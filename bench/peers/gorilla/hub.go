package main

// hub is the room.
type hub struct {
	members map[*member]struct{}
	publish chan []byte
	join    chan *member
	leave   chan *member
}

func newHub() *hub {
	return &hub{
		members: map[*member]struct{}{},
		publish: make(chan []byte),
		join:    make(chan *member),
		leave:   make(chan *member),
	}
}

func (h *hub) run() {
	for {
		select {
		case m := <-h.join:
			h.members[m] = struct{}{}
		case m := <-h.leave:
			h.remove(m)
		case message := <-h.publish:
			for m := range h.members {
				select {
				case m.send <- message:
				default:
					h.remove(m) // it reads too slowly
				}
			}
		}
	}
}

// remove makes m's writer end, and then its reader.
func (h *hub) remove(m *member) {
	if _, ok := h.members[m]; ok {
		delete(h.members, m)
		close(m.send)
	}
}
