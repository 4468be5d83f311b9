// Package e2e tests throng from outside: it builds the binary with the race detector, starts it as a process with a
// data folder of its own and ports that the system chooses, and talks to it as real clients do.
//
// The clients are the chat SDK for JavaScript in Node and in Chromium, the AWS CLI, boto3, the AWS SDKs for JavaScript
// and for Go, and a raw WebSocket client (package rawws) that can also do everything a client must not.
//
// Every server that a test starts is judged when the test ends (verdict_test.go): no data race, no panic, still ready,
// its own bookkeeping consistent, and nothing secret in its log.
//
// The external clients are installed by "make test". A tool that is missing fails its test; it never skips it.
package e2e
