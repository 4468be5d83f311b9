package controlplane

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// BenchmarkRequest sends one signed request again and again over one connection: what a request costs on the server,
// and on loopback and the reading of its answer.
func BenchmarkRequest(b *testing.B) {
	f := start(b)
	id := f.makeRoom(`{}`)
	for _, request := range []struct{ operation, body string }{
		{"GetRoom", object(b, "identifier", testARN(id))},
		{"CreateChatToken", object(b, "roomIdentifier", testARN(id), "userId", "ann", "capabilities", []string{"SEND_MESSAGE"},
			"attributes", map[string]string{"username": "Ann", "avatar": "https://example.com/ann.png"})},
		{"CreateRoom", `{}`},
	} {
		b.Run("operation="+request.operation, func(b *testing.B) {
			c := f.dial(b)
			wire := f.wire(request.operation, request.body)
			r := bufio.NewReader(c)
			b.ReportAllocs()
			for b.Loop() {
				c.send(wire)
				resp, err := http.ReadResponse(r, nil)
				if err != nil || resp.StatusCode != 200 {
					b.Fatal(resp, err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
			}
		})
	}
}

// BenchmarkParse reads and checks a body without the rest.
func BenchmarkParse(b *testing.B) {
	s := &Server{config: Config{Region: testRegion, AccountID: testAccount}.withDefaults()}
	for _, attributes := range []int{0, 2, 20} {
		m := map[string]string{}
		for i := range attributes {
			m[fmt.Sprintf("key-%02d", i)] = "some value"
		}
		body := []byte(object(b, "roomIdentifier", testARN("g1H2I3j4k5L6"), "userId", "ann", "attributes", m))
		b.Run(fmt.Sprintf("attributes=%d", attributes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.parseCreateChatToken(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
