package sigv4

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// sign returns the signature that the holder of e's secret would have given the request over the headers that a names.
//
// The SDK's signer is made for requests that are about to be sent. Where it would add to what is signed, or leave
// something out, it is kept from it here:
//   - it passes over a few headers (User-Agent and others) and knows them by their canonical spelling, so names go in
//     as lower case, which is how they are signed;
//   - it signs a content length that is positive, and takes it from the request and never from the header;
//   - it writes the header X-Amz-Date itself;
//   - it parses the query and ignores what cannot be parsed, so that must be refused before.
func (e *entry) sign(r *Request, a *authorization, at time.Time, payloadHash string) (string, *Error) {
	if !strings.HasPrefix(r.RawPath, "/") || strings.Contains(r.RawPath, "?") {
		return "", errMismatch
	}
	if _, err := url.ParseQuery(r.RawQuery); err != nil {
		return "", invalid("The query of the request is malformed.")
	}
	req := http.Request{
		Method: r.Method,
		// The host in Opaque is there to be cut off; the one that is signed is in Host.
		URL:    &url.URL{Opaque: "//host" + r.RawPath, RawQuery: r.RawQuery},
		Header: make(http.Header, len(a.signedHeaders)+1),
	}
	for _, name := range a.signedHeaders {
		values := r.Header(name)
		if len(values) == 0 {
			return "", invalid("The signed header '" + name + "' is missing.")
		}
		switch name {
		case "host":
			req.Host = values[0]
		case "x-amz-date":
		case "content-length":
			if len(values) != 1 || len(r.Body) == 0 || values[0] != strconv.Itoa(len(r.Body)) {
				return "", invalid("The signed content length is not that of the body.")
			}
			req.ContentLength = int64(len(r.Body))
		default:
			req.Header[name] = values
		}
	}
	err := e.signer.SignHTTP(context.Background(), e.signing, &req, payloadHash, a.service, a.region, at)
	signed := req.Header["Authorization"]
	if err != nil || len(signed) != 1 || len(signed[0]) < signatureLength {
		return "", errMismatch
	}
	return signed[0][len(signed[0])-signatureLength:], nil
}
