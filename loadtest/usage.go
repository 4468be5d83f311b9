package loadtest

import (
	"fmt"
	"runtime"
	"time"
)

// Usage is what a run cost, in seconds of CPU time.
type Usage struct {
	Seconds      float64 `json:"seconds"` // wall clock
	Cores        int     `json:"cores"`
	ClientCPU    float64 `json:"client_cpu_seconds"`
	ServerCPU    float64 `json:"server_cpu_seconds"` // 0 when no process was named
	IdleCPU      float64 `json:"idle_cpu_seconds"`   // of all cores; other programs have the rest
	ServerKnown  bool    `json:"server_known"`
	MachineKnown bool    `json:"machine_known"`
}

// Others returns how many cores other programs, and the kernel outside of any, used on average; 0 when that is not known.
func (u *Usage) Others() float64 {
	if !u.MachineKnown || !u.ServerKnown {
		return 0
	}
	return max(0, float64(u.Cores)-(u.IdleCPU+u.ClientCPU+u.ServerCPU)/u.Seconds)
}

// snapshot is what Usage is a difference of.
type snapshot struct {
	at        time.Time
	client    time.Duration
	server    Process
	hasServer bool
	idle      time.Duration
	hasIdle   bool
}

func takeUsage(serverPID int) (s snapshot, err error) {
	if serverPID != 0 {
		s.hasServer = true
		if s.server, err = ReadProcess(serverPID); err != nil {
			return s, fmt.Errorf("cannot read the server's process: %w", err)
		}
	}
	s.idle, s.hasIdle = readMachine()
	s.client, err = ownCPU()
	s.at = time.Now()
	return s, err
}

func (s snapshot) since(before snapshot) Usage {
	return Usage{
		Seconds:      s.at.Sub(before.at).Seconds(),
		Cores:        runtime.NumCPU(),
		ClientCPU:    (s.client - before.client).Seconds(),
		ServerCPU:    (s.server.CPU - before.server.CPU).Seconds(),
		IdleCPU:      (s.idle - before.idle).Seconds(),
		ServerKnown:  s.hasServer,
		MachineKnown: s.hasIdle && before.hasIdle,
	}
}

// Shares of a core above which something counts as saturated, and of the machine below which it counts as busy.
const (
	saturated = 0.85
	spare     = 0.10
)

// bottleneck says in a sentence who had no CPU time left. loops is how many cores the client's reading can use.
//
// It goes by the mean of the run: in a burst shorter than that something may well be saturated.
func (u *Usage) bottleneck(loops int) string {
	client, server := u.ClientCPU/u.Seconds, u.ServerCPU/u.Seconds
	cores := float64(u.Cores)
	shares := fmt.Sprintf("client %.2f", client)
	if u.ServerKnown {
		shares += fmt.Sprintf(", server %.2f", server)
	}
	if u.MachineKnown {
		shares += fmt.Sprintf(", idle %.2f", u.IdleCPU/u.Seconds)
	}
	shares += fmt.Sprintf(" of %d cores, mean of the run", u.Cores)
	switch {
	case client >= saturated*min(float64(loops), cores):
		return "the client (" + shares + "): what was measured is the client"
	case u.ServerKnown && server >= saturated*cores:
		return "the server (" + shares + ")"
	case u.MachineKnown && u.IdleCPU/u.Seconds < spare*cores:
		return "the machine, which server and client share (" + shares + ")"
	case !u.ServerKnown:
		return "not the client (" + shares + "); the server's process is not known"
	}
	return "neither (" + shares + ")"
}
