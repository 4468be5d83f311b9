// Package bench measures throng against what the kernel alone costs, and writes BENCHMARKS.md.
//
// Each scenario starts a fresh server process for each repetition, takes the contenders in turn within a round, and
// reverses their order from round to round, so that what the machine does beside hits all of them alike. A claim is a
// median with its range, or a ratio within one round. Raw results are kept as JSON, from which the document can be
// written again.
package bench
