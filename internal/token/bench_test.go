package token

import "testing"

func BenchmarkSeal(b *testing.B) {
	r, c := ringOf(b, keyOf("a", 1)), claimsAt(noon)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Seal(c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	r := ringOf(b, keyOf("a", 1))
	good := []byte(seal(b, r, claimsAt(noon)))
	forged := append([]byte(nil), good...)
	forged[len(forged)-2] ^= 1
	f := func(name string, token []byte, want error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Open(token, noon); err != want {
					b.Fatal(err)
				}
			}
		})
	}
	f("good", good, nil)
	f("forged", forged, ErrForged)
	f("malformed", good[:20], ErrMalformed)
}
