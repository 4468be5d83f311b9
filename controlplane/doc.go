// Package controlplane is the HTTPS API of IVS Chat, as the AWS SDKs call it: rest-json over HTTP/1.1, signed with
// Signature Version 4.
//
// A request goes through the files in this order:
//
//	transport.go  what is not a request, or too large a one, is answered in the shape SDKs read
//	handler.go    one request from its arrival to its answer and its line in the log
//	router.go     the raw path names the operation
//	auth.go       the signature names the caller
//	decode.go     the body becomes the operation's input
//	validate.go   every constraint is checked here, since SDKs check few of them (protocol.md section 1.1)
//	rooms.go      the operations, with list.go, tokens.go and messaging.go
//	errors.go     what SDKs read as typed exceptions
//
// The control plane keeps no state of its own: rooms are in internal/store, and what edges have to send goes over
// internal/bus. Any number of control planes may run over one store.
package controlplane
