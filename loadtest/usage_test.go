package loadtest

import (
	"strings"
	"testing"
)

func TestBottleneck(t *testing.T) {
	f := func(u Usage, want string) {
		t.Helper()
		u.Seconds, u.Cores = 10, 4
		if got := u.bottleneck(1, 1); !strings.HasPrefix(got, want+" (") {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	f(Usage{ClientCPU: 9, ServerCPU: 39, ServerKnown: true, MachineKnown: true, IdleCPU: 1}, "the client")
	f(Usage{ClientCPU: 1, ServerCPU: 38, ServerKnown: true, MachineKnown: true, IdleCPU: 1}, "the server")
	f(Usage{ClientCPU: 5, ServerCPU: 20, ServerKnown: true, MachineKnown: true, IdleCPU: 2}, "the machine, which server and client share")
	f(Usage{ClientCPU: 5, ServerCPU: 6, ServerKnown: true, MachineKnown: true, IdleCPU: 2}, "other programs of the machine")
	f(Usage{ClientCPU: 5, ServerCPU: 20, ServerKnown: true, MachineKnown: true, IdleCPU: 15}, "neither")
	f(Usage{ClientCPU: 5, MachineKnown: true, IdleCPU: 35}, "not the client")
	f(Usage{ClientCPU: 5}, "not the client")
}

func TestOthers(t *testing.T) {
	f := func(u Usage, want float64) {
		t.Helper()
		u.Seconds, u.Cores = 10, 4
		if got := u.Others(); got != want {
			t.Fatalf("got %v cores, want %v", got, want)
		}
	}
	f(Usage{ClientCPU: 5, ServerCPU: 10, IdleCPU: 20, ServerKnown: true, MachineKnown: true}, 0.5)
	f(Usage{ClientCPU: 5, ServerCPU: 10, IdleCPU: 26, ServerKnown: true, MachineKnown: true}, 0) // clock ticks are coarse
	f(Usage{ClientCPU: 5, IdleCPU: 20, MachineKnown: true}, 0)
}
