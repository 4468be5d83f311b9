package sigv4

import (
	"fmt"
	"slices"
	"strings"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	// terminator ends a credential scope.
	terminator = "aws4_request"

	// maxAuthorizationSize bounds the Authorization header, in bytes. The longest that an SDK sends has about 400.
	maxAuthorizationSize = 2048
	// maxSignedHeaders bounds the number of headers that a request signs. SDKs sign up to ten.
	maxSignedHeaders = 32
	// signatureLength is that of an HMAC-SHA256 in hexadecimal digits.
	signatureLength = 64
)

// authorization is what an Authorization header says. Everything in it has been checked for its form only.
type authorization struct {
	accessKeyID   string
	date          string // YYYYMMDD
	region        string
	service       string
	signedHeaders []string // lower case, sorted, each once
	signature     string   // 64 lower-case hexadecimal digits
}

// parseAuthorization reads
//
//	AWS4-HMAC-SHA256 Credential=ID/YYYYMMDD/REGION/SERVICE/aws4_request, SignedHeaders=a;b;c, Signature=HEX
//
// whose three parts may come in any order, with or without space around the commas. It looks at the size first.
func parseAuthorization(s string) (authorization, *Error) {
	if len(s) > maxAuthorizationSize {
		return authorization{}, incomplete(fmt.Sprintf("Authorization header must have at most %d bytes", maxAuthorizationSize))
	}
	scheme, rest, _ := strings.Cut(s, " ")
	if scheme != algorithm {
		return authorization{}, incomplete("Authorization header must begin with the algorithm " + algorithm)
	}
	parts := map[string]string{"Credential": "", "SignedHeaders": "", "Signature": ""}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.Trim(part, " "), "=")
		if had, known := parts[name]; !known || had != "" {
			return authorization{}, incomplete("Authorization header must have Credential, SignedHeaders and Signature, each once")
		}
		parts[name] = value
	}
	for _, name := range [...]string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return authorization{}, incomplete("Authorization header requires '" + name + "' parameter")
		}
	}
	a := authorization{signature: parts["Signature"]}
	if !validSignature(a.signature) {
		return authorization{}, incomplete(fmt.Sprintf("Signature must be %d lower-case hexadecimal digits", signatureLength))
	}
	if err := a.parseCredential(parts["Credential"]); err != nil {
		return authorization{}, err
	}
	if err := a.parseSignedHeaders(parts["SignedHeaders"]); err != nil {
		return authorization{}, err
	}
	return a, nil
}

func (a *authorization) parseCredential(s string) *Error {
	scope := strings.Split(s, "/")
	if len(scope) != 5 || scope[4] != terminator {
		return incomplete("Credential must have the form ACCESS_KEY_ID/YYYYMMDD/REGION/SERVICE/" + terminator)
	}
	a.accessKeyID, a.date, a.region, a.service = scope[0], scope[1], scope[2], scope[3]
	switch {
	case !validAccessKeyID(a.accessKeyID):
		return incomplete(fmt.Sprintf("Credential must begin with an access key id of 1 to %d characters of [A-Za-z0-9_-]",
			MaxAccessKeyIDLength))
	case len(a.date) != 8 || strings.Trim(a.date, "0123456789") != "":
		return incomplete("Credential must name its date as YYYYMMDD")
	case !validScope(a.region) || !validScope(a.service):
		return incomplete("Credential must name a region and a service of [a-z0-9-]")
	}
	return nil
}

func (a *authorization) parseSignedHeaders(s string) *Error {
	if strings.Count(s, ";") >= maxSignedHeaders {
		return incomplete(fmt.Sprintf("SignedHeaders must name at most %d headers", maxSignedHeaders))
	}
	a.signedHeaders = strings.Split(s, ";")
	for i, name := range a.signedHeaders {
		if !validHeaderName(name) {
			return incomplete("SignedHeaders must be names of headers in lower case, separated by semicolons")
		}
		if i > 0 && a.signedHeaders[i-1] >= name {
			return incomplete("SignedHeaders must be sorted and name each header once")
		}
	}
	for _, name := range [...]string{"host", "x-amz-date"} {
		if !a.signs(name) {
			return incomplete("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// signs reports whether the signature covers the header of that name.
func (a *authorization) signs(name string) bool {
	_, found := slices.BinarySearch(a.signedHeaders, name)
	return found
}

func validSignature(s string) bool {
	if len(s) != signatureLength {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func validScope(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// validHeaderName reports whether s is a token of RFC 9110 section 5.6.2 without upper-case letters.
func validHeaderName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
