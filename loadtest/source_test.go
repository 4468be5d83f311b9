package loadtest

import (
	"errors"
	"net/netip"
	"testing"
)

func TestParseSources(t *testing.T) {
	f := func(in string, n int, first, last string) {
		t.Helper()
		got, err := ParseSources(in)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != n || got[0] != netip.MustParseAddr(first) || got[n-1] != netip.MustParseAddr(last) {
			t.Fatalf("%q gives %v", in, got)
		}
	}
	f("1", 1, "127.0.0.1", "127.0.0.1")
	f("255", 255, "127.0.0.1", "127.0.0.255")
	f("127.0.0.2-127.0.0.9", 8, "127.0.0.2", "127.0.0.9")
	f("127.0.0.250-127.0.1.3", 10, "127.0.0.250", "127.0.1.3")
	f("10.0.0.1, 10.0.0.7", 2, "10.0.0.1", "10.0.0.7")
	f("::1", 1, "::1", "::1")

	if got, err := ParseSources(""); err != nil || got != nil {
		t.Fatalf("nothing gives %v, %v", got, err)
	}
	for _, bad := range []string{"0", "256", "-1", "x", "127.0.0.9-127.0.0.2", "127.0.0.1-", "127.0.0.1-::1", "0.0.0.0-255.255.255.255", "127.0.0.1,,"} {
		if got, err := ParseSources(bad); !errors.Is(err, errSources) {
			t.Fatalf("%q gives %v, %v", bad, got, err)
		}
	}
}

func FuzzParseSources(f *testing.F) {
	f.Add("4")
	f.Add("127.0.0.2-127.0.0.9")
	f.Add("10.0.0.1,10.0.0.7")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseSources(s)
		if len(got) > maxSources || (err == nil && s != "" && len(got) == 0) {
			t.Fatalf("%q gives %d addresses, %v", s, len(got), err)
		}
	})
}

func TestDescriptorsAreCountedFirst(t *testing.T) {
	if err := checkDescriptors(1); err != nil {
		t.Fatal(err)
	}
	if err := checkDescriptors(1 << 40); !errors.Is(err, ErrDescriptors) {
		t.Fatalf("got %v, want %v", err, ErrDescriptors)
	}
}
