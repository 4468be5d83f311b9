// Package bench measures throng beside what the kernel alone costs and beside other servers, and writes BENCHMARKS.md.
//
//	Plan ─▶ Suite ─▶ rates    one room, up to the rate that a room may have      all contenders
//	                 idle     memory and CPU time of more and more connections   all contenders
//	                 flat     rooms of different sizes, the same deliveries      throng and the floor
//	                 stalled  members that do not read                           throng; the others once
//	                 crowd    more connections than a process has files:         throng, several processes
//	                          many rooms, a storm, one room
//	                   │
//	                   ▼
//	                 Results (JSON) ─▶ Document, and Lines ─▶ charts
//
// Each scenario starts a fresh server for each contender and round, takes the contenders in turn within a round, and
// reverses their order from round to round, so that what the machine does beside hits all of them alike. A claim is a
// median with its range, or a ratio within one round. A contender that cannot hold something is reported with what it
// did, and is not asked for it again. Raw results are kept as JSON after every repetition, from which the document can be
// written again.
package bench
