package bench

import "fmt"

// notMeasured is what the tables do not say.
func (r *Results) notMeasured() string {
	return fmt.Sprintf(`
## What was not measured

- A network: everything is loopback, where the sender's system call also does the receiver's TCP work. TLS.
- More than %s connections; a cluster of several nodes.
- Peers on several nodes, and Socket.IO in several processes: it has one, and so one core, as the floor does. nginx has a
  worker for each core, and what is written in Go uses all.
- Peers beyond one room whose members let each other know: throng also checks tokens, limits and content, and gives every
  message an id, a time and its sender, in a frame about twice the size of its content.
- The floor beyond delivering: it has no rooms, tokens, limits or order of its own.
- Other machines, and this one without its clients on the same cores.
- Days: the longest repetition is a few minutes.
`, count(max(r.Plan.Crowd.Connections, 18_000)))
}
