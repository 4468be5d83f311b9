package bench

import (
	"fmt"
	"strings"
)

// Lines of progress: what a repetition has come to.

func (r *Rate) line() string {
	text := fmt.Sprintf("%s members, %.3g messages/s: ", count(r.Load.Members), r.Load.Rate)
	if m := r.Measurement; m != nil {
		text += fmt.Sprintf("%s of %s deliveries, server %.2f CPU s a million, p50 %.1f ms, p99 %.1f ms; bottleneck: %s",
			count(m.Received), count(m.Expected), m.ServerCPUPerMillion(), percentile(m, 50), percentile(m, 99), m.Bottleneck)
	}
	return text + r.remark()
}

func (r *Repetition) remark() string {
	if r.Held() {
		return ""
	}
	return " NOT HELD: " + r.Failure
}

func (r *Idle) line() string {
	return fmt.Sprintf("%s connections in %.1f s: resident %.0f B, kernel %s each; %.0f µs of CPU a connect", count(r.Connections),
		r.Opened.Seconds, r.Resident, r.Kernel, r.ConnectCPU) + r.remark()
}

func (r *Stalled) line() string {
	text := "stalled: "
	if r.Without != nil && r.With != nil {
		text += fmt.Sprintf("%.0f KiB user and %.0f KiB kernel each, p99 of the others %.1f ms and %.1f ms without", r.User/1024,
			r.Kernel/1024, percentile(r.With, 99), percentile(r.Without, 99))
		if r.With.Slow != nil {
			text += fmt.Sprintf("; %d of %d closed", r.With.Slow.Closed, r.With.Slow.Connections)
		}
	}
	return text + r.remark()
}

func (r *Crowd) line() string {
	var parts []string
	parts = append(parts, fmt.Sprintf("%s connections to %d processes in %.1f s, %.0f µs of CPU a connect, resident %.0f B, kernel %s each",
		count(r.Opened.Opened), r.Processes, r.Opened.Seconds, r.ConnectCPU, r.Resident, r.Kernel))
	if m := r.Measurement; m != nil {
		parts = append(parts, fmt.Sprintf("%d rooms: %s of %s deliveries, p99 %.1f ms", m.Rooms, count(m.Received), count(m.Expected), percentile(m, 99)))
	}
	if s := r.Storm; s != nil {
		parts = append(parts, fmt.Sprintf("storm: %s back in %.1f s", count(s.Opened.Opened), s.Seconds))
	}
	return strings.Join(parts, "; ") + r.remark()
}
