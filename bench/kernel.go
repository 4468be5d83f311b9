package bench

import (
	"math"
	"os"
	"strconv"
	"strings"
)

// cache is one line of /proc/slabinfo.
type cache struct {
	objectSize int64
	bytes      int64 // of its slabs: what is taken from the machine, holes included
}

// ownCaches are the kernel's caches for what belongs to one socket and to hardly anything else, so their growth is that
// of the connections.
var ownCaches = []string{"TCP", "sock_inode_cache", "filp", "eventpoll_epi"}

// sharedCaches hold one object of each open socket too, among those of every file on the machine: compilers and tests
// that run meanwhile move them by more than the connections. They count as one object for each socket.
var sharedCaches = []string{"dentry", "lsm_inode_cache", "lsm_file_cache"}

// kernelMemory is a reading of the kernel's memory for sockets.
type kernelMemory struct {
	caches  map[string]cache
	sockets int64 // of TCP, on the whole machine
	buffers int64 // pages of TCP data, in bytes
}

// readKernel reads /proc/slabinfo, which only root may.
func readKernel() (kernelMemory, error) {
	b, err := os.ReadFile("/proc/slabinfo")
	if err != nil {
		return kernelMemory{}, err
	}
	k := kernelMemory{caches: parseSlabs(string(b), int64(os.Getpagesize()))}
	k.sockets, k.buffers = readSockets()
	return k, nil
}

func readSockets() (sockets, buffers int64) {
	stat, _ := fieldOf("/proc/net/sockstat", "TCP")
	return parseSockets(stat, int64(os.Getpagesize()))
}

// readBuffers returns the bytes that wait in sockets, of both ends of all connections on the machine.
func readBuffers() int64 {
	_, buffers := readSockets()
	return buffers
}

// parseSockets reads the TCP line of /proc/net/sockstat, "inuse 5 orphan 0 tw 0 alloc 7 mem 1".
func parseSockets(s string, page int64) (allocated, buffers int64) {
	f := strings.Fields(s)
	for i := 0; i+1 < len(f); i += 2 {
		n, err := strconv.ParseInt(f[i+1], 10, 64)
		if err != nil {
			continue
		}
		switch f[i] {
		case "alloc":
			allocated = n
		case "mem":
			buffers = n * page
		}
	}
	return allocated, buffers
}

// parseSlabs reads version 2.1 of slabinfo:
//
//	# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ... : slabdata <active_slabs> <num_slabs> <sharedavail>
func parseSlabs(s string, page int64) map[string]cache {
	caches := map[string]cache{}
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) != 16 || f[12] != "slabdata" {
			continue
		}
		size, err1 := strconv.ParseInt(f[3], 10, 64)
		pages, err2 := strconv.ParseInt(f[5], 10, 64)
		slabs, err3 := strconv.ParseInt(f[14], 10, 64)
		if err1 == nil && err2 == nil && err3 == nil {
			caches[f[0]] = cache{objectSize: size, bytes: slabs * pages * page}
		}
	}
	return caches
}

// KernelGrowth is what connections cost the kernel on a machine that has both of their ends, in bytes for each
// connection.
type KernelGrowth struct {
	// ServerEnd is half of all caches together: each end has the same objects.
	ServerEnd float64 `json:"server_end"`
	// Buffers is of both ends; idle connections have none.
	Buffers float64            `json:"buffers"`
	Caches  map[string]float64 `json:"caches"` // of both ends
}

// String is the server's part for a line of progress.
func (g *KernelGrowth) String() string {
	if g == nil {
		return "unknown"
	}
	return count(int64(g.ServerEnd)) + " B"
}

// strangers is the share of sockets of other programs among those that came, above which a growth is nobody's.
const strangers = 0.01

// since returns nil when the sockets that came are not those of the connections, two for each: then other programs
// opened or closed some meanwhile.
func (k kernelMemory) since(before kernelMemory, connections int) *KernelGrowth {
	n := float64(connections)
	if math.Abs(float64(k.sockets-before.sockets)-2*n) > strangers*n {
		return nil
	}
	g := &KernelGrowth{Caches: map[string]float64{}, Buffers: float64(k.buffers-before.buffers) / n}
	for _, name := range ownCaches {
		g.Caches[name] = float64(k.caches[name].bytes-before.caches[name].bytes) / n
	}
	for _, name := range sharedCaches {
		g.Caches[name] = 2 * float64(k.caches[name].objectSize)
	}
	for _, bytes := range g.Caches {
		g.ServerEnd += bytes / 2
	}
	return g
}
