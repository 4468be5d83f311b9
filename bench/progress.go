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

func (i *Idle) line() string {
	return fmt.Sprintf("%s connections in %.1f s: resident %.0f B, kernel %s each; %.0f µs of CPU a connect", count(i.Connections),
		i.Opened.Seconds, i.Resident, i.Kernel, i.ConnectCPU) + i.remark()
}

func (s *Stalled) line() string {
	text := "stalled: "
	if s.Without != nil && s.With != nil {
		text += fmt.Sprintf("%.0f KiB user and %.0f KiB kernel each, p99 of the others %.1f ms and %.1f ms without", s.User/1024,
			s.Kernel/1024, percentile(s.With, 99), percentile(s.Without, 99))
		if s.With.Slow != nil {
			text += fmt.Sprintf("; %d of %d closed", s.With.Slow.Closed, s.With.Slow.Connections)
		}
	}
	return text + s.remark()
}

func (c *Crowd) line() string {
	var parts []string
	parts = append(parts, fmt.Sprintf("%s connections to %d processes in %.1f s, %.0f µs of CPU a connect, resident %.0f B, kernel %s each",
		count(c.Opened.Opened), c.Processes, c.Opened.Seconds, c.ConnectCPU, c.Resident, c.Kernel))
	if m := c.Measurement; m != nil {
		parts = append(parts, fmt.Sprintf("%d rooms: %s of %s deliveries, p99 %.1f ms", m.Rooms, count(m.Received), count(m.Expected), percentile(m, 99)))
	}
	if s := c.Storm; s != nil {
		parts = append(parts, fmt.Sprintf("storm: %s back in %.1f s", count(s.Opened.Opened), s.Opened.Seconds))
	}
	return strings.Join(parts, "; ") + c.remark()
}
