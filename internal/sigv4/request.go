package sigv4

// Request is what the signature covers of an HTTP request, as it came over the wire.
type Request struct {
	Method string
	// RawPath is the path of the request line up to the question mark, not decoded.
	RawPath string
	// RawQuery is what follows the question mark, not decoded.
	RawQuery string
	// Header returns the values of all headers of a name, which is given in lower case, in the order they came in, and
	// none when there is none. Among them must be "host" and "content-length".
	Header func(name string) []string
	Body   []byte
}

// single returns the value of a header that must not be repeated, and whether there is one.
func (r *Request) single(name string) (string, bool, *Error) {
	values := r.Header(name)
	switch len(values) {
	case 0:
		return "", false, nil
	case 1:
		return values[0], true, nil
	}
	return "", false, incomplete("Header '" + name + "' must not be repeated")
}
