package bench

import "testing"

const slabs = `slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
TCP                   52     52   2368   13    8 : tunables    0    0    0 : slabdata      4      4      0
filp                 580    630    192   21    1 : tunables    0    0    0 : slabdata     30     30      0
dentry             84990  85491    192   21    1 : tunables    0    0    0 : slabdata   4071   4071      0
broken
odd                    1      1      x    1    1 : tunables    0    0    0 : slabdata      1      1      0
`

func TestParseSlabs(t *testing.T) {
	caches := parseSlabs(slabs, 4096)
	if len(caches) != 3 || caches["TCP"] != (cache{2368, 4 * 8 * 4096}) || caches["filp"] != (cache{192, 30 * 4096}) {
		t.Fatalf("got %v", caches)
	}
}

func TestKernelGrowthIsHalved(t *testing.T) {
	before := kernelMemory{caches: map[string]cache{"TCP": {2368, 0}, "filp": {192, 4096}, "dentry": {192, 1 << 20}}, sockets: 10}
	after := kernelMemory{caches: map[string]cache{"TCP": {2368, 500_000}, "filp": {192, 44_096}, "dentry": {192, 9 << 20}}, sockets: 211, buffers: 200}
	g := after.since(before, 100)
	if g == nil || g.Caches["TCP"] != 5000 || g.Caches["filp"] != 400 || g.Caches["dentry"] != 384 || g.Buffers != 2 {
		t.Fatalf("growth is %+v", g)
	}
	if g.ServerEnd != (5000+400+384)/2 {
		t.Fatalf("the server's end is %v", g.ServerEnd)
	}
}

func TestKernelGrowthOfStrangersIsNone(t *testing.T) {
	for _, sockets := range []int64{0, 190, 210, 400} {
		if g := (kernelMemory{sockets: sockets}).since(kernelMemory{}, 100); g != nil {
			t.Fatalf("%d sockets came with 100 connections, and the growth is %+v", sockets, g)
		}
	}
}

func TestParseSockets(t *testing.T) {
	if sockets, buffers := parseSockets("inuse 5 orphan 0 tw 9 alloc 7 mem 3", 4096); sockets != 7 || buffers != 3*4096 {
		t.Fatalf("got %d sockets and %d bytes", sockets, buffers)
	}
	if sockets, buffers := parseSockets("alloc x mem", 4096); sockets != 0 || buffers != 0 {
		t.Fatalf("got %d sockets and %d bytes of nothing", sockets, buffers)
	}
}

func FuzzParseSlabs(f *testing.F) {
	f.Add(slabs)
	f.Fuzz(func(t *testing.T, s string) {
		for name := range parseSlabs(s, 4096) {
			if name == "" {
				t.Fatal("a cache without a name")
			}
		}
	})
}
