package sigv4

import (
	"slices"
	"strings"
	"testing"
)

const goodAuthorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE0/20261124/us-west-2/ivschat/aws4_request, " +
	"SignedHeaders=content-type;host;x-amz-date, " +
	"Signature=70f04836b6331b956dd4678e5e027200468937acb2530825b88fd2878d88c15e"

func TestParseAuthorization(t *testing.T) {
	good := func(s string) {
		t.Helper()
		a, err := parseAuthorization(s)
		if err != nil {
			t.Fatal(err)
		}
		if a.accessKeyID != "AKIDEXAMPLE0" || a.date != "20261124" || a.region != "us-west-2" || a.service != "ivschat" ||
			!slices.Equal(a.signedHeaders, []string{"content-type", "host", "x-amz-date"}) ||
			!strings.HasPrefix(a.signature, "70f0") {
			t.Fatalf("got %+v", a)
		}
	}
	good(goodAuthorization)
	// without spaces, and in another order
	good(strings.ReplaceAll(goodAuthorization, ", ", ","))
	scheme, rest, _ := strings.Cut(goodAuthorization, " ")
	parts := strings.Split(rest, ", ")
	good(scheme + " " + parts[2] + "," + parts[0] + "  ,  " + parts[1])
}

func TestParseAuthorizationRefuses(t *testing.T) {
	refused := func(s, want string) {
		t.Helper()
		_, err := parseAuthorization(s)
		if err == nil {
			t.Fatalf("accepted %q", s)
		}
		if err.Code != CodeIncomplete || !strings.Contains(err.Message, want) {
			t.Fatalf("got %v, want a message with %q", err, want)
		}
	}
	changed := func(old, replacement, want string) {
		t.Helper()
		if !strings.Contains(goodAuthorization, old) {
			t.Fatalf("%q is not there to be changed", old)
		}
		refused(strings.Replace(goodAuthorization, old, replacement, 1), want)
	}
	refused("", "begin with the algorithm")
	refused("Bearer abc", "begin with the algorithm")
	refused("AWS4-ECDSA-P256-SHA256 Credential=x", "begin with the algorithm")
	refused("AWS4-HMAC-SHA256", "each once")
	refused(goodAuthorization+strings.Repeat(" ", maxAuthorizationSize), "at most 2048 bytes")
	refused(goodAuthorization+", Signature=00", "each once")
	refused(goodAuthorization+", Other=00", "each once")
	refused(goodAuthorization+",", "each once")
	// parts
	changed("Credential=AKIDEXAMPLE0/20261124/us-west-2/ivschat/aws4_request, ", "", "requires 'Credential'")
	changed("SignedHeaders=content-type;host;x-amz-date, ", "", "requires 'SignedHeaders'")
	changed("SignedHeaders=content-type;host;x-amz-date", "SignedHeaders=", "requires 'SignedHeaders'")
	// credential
	changed("AKIDEXAMPLE0", "", "access key id of 1 to 128")
	changed("AKIDEXAMPLE0", "AKID EXAMPLE", "access key id of 1 to 128")
	changed("AKIDEXAMPLE0", strings.Repeat("A", 129), "access key id of 1 to 128")
	changed("20261124", "2026112", "YYYYMMDD")
	changed("20261124", "2026-1-2", "YYYYMMDD")
	changed("us-west-2", "", "region and a service")
	changed("us-west-2", "US-WEST-2", "region and a service")
	changed("ivschat", strings.Repeat("a", 65), "region and a service")
	changed("/aws4_request", "", "must have the form")
	changed("/aws4_request", "/aws4_reques", "must have the form")
	changed("/aws4_request", "/x/aws4_request", "must have the form")
	// signed headers
	changed("host;", "", "'host' must be a 'SignedHeader'")
	changed(";x-amz-date", "", "'x-amz-date' must be a 'SignedHeader'")
	changed("content-type;host", "host;content-type", "sorted")
	changed("host;", "host;host;", "sorted")
	changed("host;", "Host;", "lower case")
	changed("host;", "host;;", "lower case")
	changed("content-type", strings.Repeat("a;", 31)+"content-type", "at most 32")
	// signature
	changed("70f0", "70F0", "64 lower-case")
	changed("70f0", "70f", "64 lower-case")
	changed("70f0", "70f00", "64 lower-case")
	changed("70f0", "70g0", "64 lower-case")
}

func FuzzParseAuthorization(f *testing.F) {
	f.Add(goodAuthorization)
	f.Add("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request,SignedHeaders=host,Signature=0")
	f.Add("AWS4-HMAC-SHA256 ,,,===;;;///")
	f.Add("Bearer x")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseAuthorization(s)
		if err != nil {
			if err.Code != CodeIncomplete || err.Message == "" {
				t.Fatalf("untyped error %#v", err)
			}
			return
		}
		if len(s) > maxAuthorizationSize || !validAccessKeyID(a.accessKeyID) || len(a.signature) != signatureLength ||
			len(a.signedHeaders) > maxSignedHeaders || !slices.IsSorted(a.signedHeaders) || !a.signs("host") {
			t.Fatalf("accepted %q as %+v", s, a)
		}
		// What was understood, written down in the usual way, is understood the same.
		again, err := parseAuthorization(algorithm + " Credential=" + a.accessKeyID + "/" + a.date + "/" + a.region + "/" +
			a.service + "/" + terminator + ", SignedHeaders=" + strings.Join(a.signedHeaders, ";") + ", Signature=" + a.signature)
		if err != nil || again.signature != a.signature || !slices.Equal(again.signedHeaders, a.signedHeaders) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
