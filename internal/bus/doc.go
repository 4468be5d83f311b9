// Package bus is what the nodes of a cluster share: the NATS engine, embedded or external, the subjects that carry
// messages between edges, and the claims that let a chat token be used once.
//
// Its parts, from the bottom up:
//
//	Engine   the embedded server, or the address of an external one; makes connections
//	Bus      messages of rooms between edges (core NATS: at most once, no order between publishers)
//	Claims   which chat tokens were used (a JetStream KV bucket in memory)
//
// No call of this package that waits for the server may be made on an event loop.
//
// # Delivery
//
// A Bus delivers what other connections published. It never hands a message back to its publisher: an edge delivers its
// own messages to its own members itself. Messages of one publisher arrive in the order in which they were published.
// Between publishers there is no order: two edges that publish to one room at the same time each see their own message
// first. A message is lost when its receiver is disconnected, or too slow (Bus.Dropped counts the latter); it never
// arrives twice, and never late, because nothing is buffered while a connection is down.
package bus
