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
package loadtest
