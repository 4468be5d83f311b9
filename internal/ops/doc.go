// Package ops is the internal port of a process: what operators and their systems read, and clients never.
//
//	/metrics             all metrics in the Prometheus text format, with HELP and TYPE
//	/livez               200 as long as the process answers at all
//	/readyz              200 when every check passes, else 503; with ?verbose each check and its result
//	/debug/consistency   compares the process's counters with its lists
//	/debug/pprof/        profiles of Go's net/http/pprof
//	/processes/NAME/...  any of these of another process of the node
//
// It asks for no credentials. It is to be kept on loopback or on a network that only operators reach.
package ops
