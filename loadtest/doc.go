// Package loadtest opens many connections to an IVS Chat endpoint, publishes at a fixed rate and measures what arrives.
//
//	tokens ─▶ Fleet.Open ─▶ dialler ─▶ loop (epoll, Linux) or stream (a goroutine; TLS, other systems)
//	                                      │ bytes
//	          Fleet.Run ─▶ schedule ─▶ conn.write        frameReader ─▶ recorder ─▶ Histogram ─▶ Measurement
//
// Load is open loop: each message is due at a time that does not depend on the server, carries that time in its content,
// and its latency counts from then, however late it was sent. So a server that stalls cannot hide the messages that it
// kept from being sent.
//
// A client that costs as much as the server measures itself. So an open plain connection is a file descriptor and about
// a hundred bytes, frames are parsed where they were read, and a message is looked at only for its mark. A Measurement
// tells what the client cost beside what the server cost.
//
// # Several processes
//
// Where one process has too few descriptors or cores, Workers are a fleet in several, with the same verbs:
//
//	func main() {
//		loadtest.RunWorkerIfAsked() // first of all: the processes are this program again
//		...
//		w, err := loadtest.NewWorkers(loadtest.Options{URL: url, Sources: sources}, loadtest.Processes(len(tokens)))
//		defer w.Close()
//		opened, err := w.Open(ctx, tokens)       // "TOKEN" or "ROOM TOKEN" each, dealt to the processes in turn
//		m, err := w.Run(ctx, loadtest.Load{...}) // all start at the same moment; one Measurement
//
// Tokens and results go through pipes as JSON (pipe.go). Times are CLOCK_MONOTONIC's, which is the same for all
// processes of a machine. Each room has one schedule, and its publishers are spread over the processes in proportion to
// its members; each process counts its own members at the times of all the room's messages, so that deliveries are
// expected exactly once. A Dialect has to be known in the worker: give it a Name, and to RunWorkerIfAsked too.
//
// # What a Run can do besides
//
// Load.Fresh lets connections come and leave (churn.go), Load.Slow lets some not read (slow.go), Load.Deletes and
// Load.Disconnects moderate (moderation.go), Load.Total spreads a rate over rooms (plan.go). Storm breaks all connections
// and brings them back (storm.go). Without any rate a Run only holds the connections and watches.
//
// Deliveries are expected of, and their latency is that of, the connections that stay and read; others are told of apart.
//
// # Cost
//
// Usage has the CPU time of the client's processes, and of the server's process and all its descendants, user and system
// apart. ReadTree gives the same for any process, with memory.
package loadtest
