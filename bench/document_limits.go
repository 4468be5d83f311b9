package bench

import "fmt"

// notMeasured is what the tables do not say.
func (r *Results) notMeasured() string {
	return fmt.Sprintf(`
## What was not measured

- A network: everything is loopback, where the sender's system call also does the receiver's TCP work. TLS.
- More than %s connections; a cluster of several nodes.
- Peers with several processes or nodes. They are set up as their authors advise for one machine; nginx and throng use all
  cores, as do the peers written in Go, Socket.IO and the floor one.
- The floor beyond delivering: it has no rooms, tokens, limits or order of its own.
- Other machines, and this one without its clients on the same cores.
- Days: the longest repetition is a few minutes.
`, count(max(r.Plan.Crowd.Connections, 18_000)))
}
