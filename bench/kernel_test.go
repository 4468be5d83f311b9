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
	before := kernelMemory{caches: map[string]cache{"TCP": {2368, 0}, "filp": {192, 4096}, "dentry": {192, 1 << 20}}}
	after := kernelMemory{caches: map[string]cache{"TCP": {2368, 500_000}, "filp": {192, 44_096}, "dentry": {192, 9 << 20}}, buffers: 200}
	g := after.since(before, 100)
	if g.Caches["TCP"] != 5000 || g.Caches["filp"] != 400 || g.Caches["dentry"] != 384 || g.Buffers != 2 {
		t.Fatalf("growth is %+v", g)
	}
	if g.ServerEnd != (5000+400+384)/2 {
		t.Fatalf("the server's end is %v", g.ServerEnd)
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
