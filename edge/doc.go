// Package edge is the data plane: it holds WebSocket connections and fans messages out to them.
//
// Its files are the stages of a connection and of a message, in the order a byte meets them:
//
//	handler.go   the event engine's callbacks, one call each
//	loop.go      what one event loop owns; mailbox.go how others reach it; conn.go a connection
//	admit.go     may this socket stay?
//	handshake.go the upgrade request; auth.go its token, claimed once
//	read.go      bytes become messages; request.go messages become requests
//	limit.go     token buckets; review.go the message review handler; publish.go a request becomes a frame
//	directory.go rooms of this process; room.go one room, here and on a loop; frames.go its undelivered frames
//	walk.go      the fan-out; flush.go the only writer; timer.go deadlines, pings, session ends
//	close.go     every end of a connection has a reason; drain.go all of them; stats.go counts
//
// # Ownership
//
// A connection, its bucket, its timers and its place in a room belong to one event loop. Everything about them is
// touched on that loop's goroutine alone: no locks, no atomics. Another goroutine that wants something of a connection
// posts it to the loop's mailbox and names the connection by slot and generation, so that what arrives late finds
// nobody rather than somebody else.
//
// Shared between loops are the directory (sharded locks), a room's bucket (one atomic word), a room's list of loops
// (a lock, held while a frame is posted to each of them: this is what gives a room one order), and counters.
//
// Locks are taken in the order directory shard, room, mailbox; none is held while a connection is written to.
package edge
