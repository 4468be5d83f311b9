package loadtest

import (
	"fmt"
	"runtime"
	"time"
)

// Usage is what a run cost, in seconds of CPU time. The server is the named process with all its descendants, the client
// all processes of the load generator.
type Usage struct {
	Seconds      float64 `json:"seconds"` // wall clock
	Cores        int     `json:"cores"`
	ClientCPU    float64 `json:"client_cpu_seconds"`
	ClientUser   float64 `json:"client_user_seconds"`
	ClientSystem float64 `json:"client_system_seconds"`
	ServerCPU    float64 `json:"server_cpu_seconds"` // 0 when no process was named
	ServerUser   float64 `json:"server_user_seconds"`
	ServerSystem float64 `json:"server_system_seconds"`
	IdleCPU      float64 `json:"idle_cpu_seconds"` // of all cores; other programs have the rest
	// BusiestClient is the CPU time of the client's process that used most.
	BusiestClient float64 `json:"busiest_client_cpu_seconds"`
	ServerKnown   bool    `json:"server_known"`
	MachineKnown  bool    `json:"machine_known"`
	// The server's memory at the end, in bytes.
	ServerResident  int64 `json:"server_resident_bytes,omitempty"`
	ServerAnonymous int64 `json:"server_anonymous_bytes,omitempty"`
	ServerProcesses int   `json:"server_processes,omitempty"`
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
	clients   []cpu // by process, this one first
	server    Process
	hasServer bool
	idle      time.Duration
	hasIdle   bool
}

// takeUsage looks at this process, the server and the machine; workers are the client's other processes. Reading the
// server's memory takes long enough to be left out in the middle of a run.
func takeUsage(serverPID int, workers []cpu, memory bool) (s snapshot, err error) {
	if serverPID != 0 {
		s.hasServer = true
		if s.server, err = readTree(serverPID, memory); err != nil {
			return s, fmt.Errorf("cannot read the server's process: %w", err)
		}
	}
	s.idle, s.hasIdle = readMachine()
	own, err := ownCPU()
	s.clients = append([]cpu{own}, workers...)
	s.at = time.Now()
	return s, err
}

func (s snapshot) since(before snapshot) Usage {
	u := Usage{
		Seconds:      s.at.Sub(before.at).Seconds(),
		Cores:        runtime.NumCPU(),
		ServerCPU:    (s.server.CPU - before.server.CPU).Seconds(),
		ServerUser:   (s.server.User - before.server.User).Seconds(),
		ServerSystem: (s.server.System - before.server.System).Seconds(),
		IdleCPU:      (s.idle - before.idle).Seconds(),
		ServerKnown:  s.hasServer,
		MachineKnown: s.hasIdle && before.hasIdle,

		ServerResident: s.server.Resident, ServerAnonymous: s.server.Anonymous, ServerProcesses: s.server.Processes,
	}
	for k, c := range s.clients {
		used := c.minus(before.clients[k])
		u.ClientUser += used.User.Seconds()
		u.ClientSystem += used.System.Seconds()
		u.BusiestClient = max(u.BusiestClient, used.sum().Seconds())
	}
	u.ClientCPU = u.ClientUser + u.ClientSystem
	return u
}

// CPUSample is how many cores were used, on average, since the sample before.
type CPUSample struct {
	Seconds      float64 `json:"seconds"` // since the run began
	ClientUser   float64 `json:"client_user_cores"`
	ClientSystem float64 `json:"client_system_cores"`
	ServerUser   float64 `json:"server_user_cores"`
	ServerSystem float64 `json:"server_system_cores"`
	Idle         float64 `json:"idle_cores"`
}

func (s snapshot) sample(before snapshot, begun time.Time) CPUSample {
	u := s.since(before)
	return CPUSample{
		s.at.Sub(begun).Seconds(), u.ClientUser / u.Seconds, u.ClientSystem / u.Seconds, u.ServerUser / u.Seconds,
		u.ServerSystem / u.Seconds, u.IdleCPU / u.Seconds,
	}
}

// Shares of a core above which something counts as saturated, and of the machine below which it counts as busy.
const (
	saturated = 0.85
	spare     = 0.10
)

// bottleneck says in a sentence who had no CPU time left. loops is how many cores the reading of each of the client's
// processes can use.
//
// It goes by the mean of the run: in a burst shorter than that something may well be saturated.
func (u *Usage) bottleneck(loops, processes int) string {
	client, server, busiest := u.ClientCPU/u.Seconds, u.ServerCPU/u.Seconds, u.BusiestClient/u.Seconds
	cores := float64(u.Cores)
	shares := fmt.Sprintf("client %.2f", client)
	if processes > 1 {
		shares += fmt.Sprintf(" (its busiest process %.2f)", busiest)
	}
	if u.ServerKnown {
		shares += fmt.Sprintf(", server %.2f", server)
	}
	if u.MachineKnown {
		shares += fmt.Sprintf(", idle %.2f", u.IdleCPU/u.Seconds)
	}
	shares += fmt.Sprintf(" of %d cores, mean of the run", u.Cores)
	readers := float64(loops)
	switch {
	case client >= saturated*min(readers*float64(processes), cores), busiest >= saturated*min(readers, cores):
		return "the client (" + shares + "): what was measured is the client"
	case u.ServerKnown && server >= saturated*cores:
		return "the server (" + shares + ")"
	case u.MachineKnown && u.IdleCPU/u.Seconds < spare*cores && u.Others() > client+server:
		return "other programs of the machine (" + shares + "): measure again without them"
	case u.MachineKnown && u.IdleCPU/u.Seconds < spare*cores:
		return "the machine, which server and client share (" + shares + ")"
	case !u.ServerKnown:
		return "not the client (" + shares + "); the server's process is not known"
	}
	return "neither (" + shares + ")"
}
