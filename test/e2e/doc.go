// Package e2e tests throng from outside: it builds the binary with the race detector, starts it as a process with a
// data folder of its own and ports that the system chooses, and talks to it as real clients do.
//
// The clients are the chat SDK for JavaScript in Node and in Chromium, the AWS CLI, boto3, the AWS SDKs for JavaScript
// and for Go, and a raw WebSocket client (package rawws) that can also do everything a client must not.
//
// What each part is there to find:
//
//   - suites_test.go, js, py: clients that people use do not work, or not in the way that they do with the real service
//   - conformance_test.go, cases.json: the control plane means something else to one AWS client than to another
//   - wire_test.go, moderation_test.go, session_test.go: frames, errors and closes differ from protocol.md
//   - handshake_test.go, frames_test.go, flood_test.go, api_test.go: one bad client gets through, or harms the others
//   - order_test.go, lagging_test.go, churn_test.go, quota_test.go, drain_test.go: many clients at once lose messages,
//     see another order, leak places, or are not let go
//   - storm_test.go, stalled_test.go: too many at once, or some who take nothing, are a burden to the others
//   - processes_test.go, processes_limits_test.go, processes_death_test.go, processes_metrics_test.go: what holds in one
//     edge process does not hold over several, or a process that dies takes more with it than its connections
//   - durability_test.go: what was acknowledged is not there after the process was killed or restarted
//   - metrics_test.go: operators read wrong numbers
//
// Every server that a test starts is judged when the test ends (verdict_test.go): no data race, no panic, still ready,
// its own bookkeeping consistent, and nothing secret in its log.
//
// The external clients are installed by "make test". A tool that is missing fails its test; it never skips it.
package e2e
