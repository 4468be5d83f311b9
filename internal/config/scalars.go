package config

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// number is a whole number from least to most.
func number(field *int, least, most int) kind {
	return scalar[int]{
		field:    field,
		sentence: fmt.Sprintf("a whole number from %d to %d", least, most),
		decode: func(text string) (int, bool) {
			n, err := strconv.Atoi(text)
			return n, err == nil && least <= n && n <= most
		},
		encode:  strconv.Itoa,
		literal: literalInt,
	}
}

// autoNumber is a whole number from least, above 0, to most, or "auto", which is 0.
func autoNumber(field *int, least, most int) kind {
	const auto = "auto"
	return scalar[int]{
		field:    field,
		sentence: fmt.Sprintf("auto or a whole number from %d to %d", least, most),
		decode: func(text string) (int, bool) {
			if text == auto {
				return 0, true
			}
			n, err := strconv.Atoi(text)
			return n, err == nil && least <= n && n <= most
		},
		encode: func(n int) string {
			if n == 0 {
				return auto
			}
			return strconv.Itoa(n)
		},
		literal: literalInt,
		quoted:  true,
		bare:    true,
	}
}

func literalInt(raw any) (string, bool) {
	n, ok := raw.(int)
	return strconv.Itoa(n), ok
}

// share is a fraction above 0 and up to 1.
func share(field *float64) kind {
	return scalar[float64]{
		field:    field,
		sentence: "a number above 0 and up to 1",
		decode: func(text string) (float64, bool) {
			f, err := strconv.ParseFloat(text, 64)
			return f, err == nil && f > 0 && f <= 1
		},
		encode: func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) },
		literal: func(raw any) (string, bool) {
			if f, ok := raw.(float64); ok {
				return strconv.FormatFloat(f, 'f', -1, 64), true
			}
			return literalInt(raw)
		},
	}
}

// duration is a time span from least to most, written with its unit.
func duration(field *time.Duration, least, most time.Duration) kind {
	return scalar[time.Duration]{
		field: field,
		sentence: fmt.Sprintf("a duration with its unit from %s to %s, such as 30s",
			formatDuration(least), formatDuration(most)),
		decode: func(text string) (time.Duration, bool) {
			d, ok := parseDuration(text)
			return d, ok && least <= d && d <= most
		},
		encode: formatDuration,
		quoted: true,
		bare:   true,
	}
}

// size is a number of bytes from least to most, written with its unit.
func size(field *int, least, most int) kind {
	return scalar[int]{
		field: field,
		sentence: fmt.Sprintf("a size with its unit (B, KiB, MiB, GiB) from %s to %s, such as 32KiB",
			formatSize(least), formatSize(most)),
		decode: func(text string) (int, bool) {
			n, ok := parseSize(text)
			return n, ok && least <= n && n <= most
		},
		encode: formatSize,
		quoted: true,
		bare:   true,
	}
}

// text is a string for which ok holds.
func text(field *string, sentence string, ok func(string) bool) scalar[string] {
	return scalar[string]{
		field:    field,
		sentence: sentence,
		decode:   func(s string) (string, bool) { return s, ok(s) },
		encode:   func(s string) string { return s },
		quoted:   true,
	}
}

// word is a string of 1 to most bytes, each one allowed.
func word(field *string, most int, allowed func(byte) bool, sentence string) kind {
	return text(field, fmt.Sprintf("%s, 1 to %d long", sentence, most), func(s string) bool {
		for i := 0; i < len(s); i++ {
			if !allowed(s[i]) {
				return false
			}
		}
		return s != "" && len(s) <= most && s != Mask && utf8.ValidString(s)
	})
}

func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isTokenKeyID(c byte) bool { return 'a' <= c && c <= 'z' || isDigit(c) }
func isRegion(c byte) bool     { return isTokenKeyID(c) || c == '-' }
func isPrintable(c byte) bool  { return c >= ' ' && c != 0x7f }
func isKeyID(c byte) bool {
	return isTokenKeyID(c) || 'A' <= c && c <= 'Z' || c == '_' || c == '-'
}

// account is the number of an account.
func account(field *string) kind {
	return text(field, "12 digits", func(s string) bool {
		for i := 0; i < len(s); i++ {
			if !isDigit(s[i]) {
				return false
			}
		}
		return len(s) == 12
	})
}

// secret is a string of least to most printable bytes of ASCII.
func secret(field *string, least, most int) kind {
	return text(field, fmt.Sprintf("%d to %d characters of ASCII without spaces", least, most), func(s string) bool {
		for i := 0; i < len(s); i++ {
			if s[i] <= ' ' || s[i] >= 0x7f {
				return false
			}
		}
		return least <= len(s) && len(s) <= most && s != Mask
	})
}

// address is where to listen. A host name is allowed, an empty host is every address of the machine.
func address(field *string) kind {
	return text(field, "host:port with a port from 0 to 65535", func(s string) bool {
		host, port, err := net.SplitHostPort(s)
		n, portErr := strconv.ParseUint(port, 10, 16)
		return err == nil && portErr == nil && port == strconv.FormatUint(n, 10) && len(s) <= 300 &&
			strings.IndexFunc(host, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '/' }) < 0
	})
}

// oneOf is one of a few values.
func oneOf[T int | string](field *T, choices ...T) kind {
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = fmt.Sprint(c)
	}
	_, isText := any(choices[0]).(string)
	return scalar[T]{
		field:    field,
		sentence: strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1],
		decode: func(s string) (zero T, ok bool) {
			for i, name := range names {
				if s == name {
					return choices[i], true
				}
			}
			return zero, false
		},
		encode:  func(v T) string { return fmt.Sprint(v) },
		literal: literalInt,
		quoted:  isText,
		bare:    true,
	}
}

// instant is a time of RFC 3339, to the second or finer.
func instant(field *time.Time) kind {
	return scalar[time.Time]{
		field:    field,
		sentence: "a time of RFC 3339, such as 2030-01-31T12:00:00Z",
		decode: func(s string) (time.Time, bool) {
			t, err := time.Parse(time.RFC3339, s)
			return t, err == nil && !t.IsZero()
		},
		encode: func(t time.Time) string { return t.Format(time.RFC3339Nano) },
		literal: func(raw any) (string, bool) {
			t, ok := raw.(time.Time)
			return t.Format(time.RFC3339Nano), ok
		},
		quoted: true,
	}
}

// natsURL is a list of addresses of NATS servers. Its user name and password are secret, the rest is not.
func natsURL(field *string) kind {
	k := text(field, "addresses such as nats://host:4222, separated by commas", func(s string) bool {
		if s == "" {
			return true
		}
		for _, one := range strings.Split(s, ",") {
			u, err := url.Parse(strings.TrimSpace(one))
			if err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != "tls") || u.User.Username() == Mask {
				return false
			}
		}
		return len(s) <= 4096
	})
	k.encode = maskUserinfo
	return k
}

func maskUserinfo(s string) string {
	list := strings.Split(s, ",")
	for i, one := range list {
		scheme, rest, _ := strings.Cut(one, "://")
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			list[i] = scheme + "://" + Mask + rest[at:]
		}
	}
	return strings.Join(list, ",")
}

// base64Bytes is a secret of least to most bytes in standard base64, padded or not.
func base64Bytes(field *[]byte, least, most int) kind {
	return bytesKind{
		scalar: scalar[string]{
			sentence: fmt.Sprintf("%d to %d bytes in base64", least, most),
			encode:   func(s string) string { return s },
			quoted:   true,
		},
		field: field, least: least, most: most,
	}
}

// bytesKind is the scalar of base64Bytes: a byte slice cannot be compared, so the text stands for it.
type bytesKind struct {
	scalar[string]
	field       *[]byte
	least, most int
}

func (b bytesKind) bind() scalar[string] {
	encoded := base64.StdEncoding.EncodeToString(*b.field)
	s := b.scalar
	s.field = &encoded
	s.decode = func(text string) (string, bool) {
		if len(text) > base64.StdEncoding.EncodedLen(b.most) {
			return "", false
		}
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil || len(raw) < b.least || len(raw) > b.most {
			return "", false
		}
		*b.field = raw
		return text, true
	}
	return s
}

func (b bytesKind) empty() bool                        { return len(*b.field) == 0 }
func (b bytesKind) read(raw any, report report)        { b.bind().read(raw, report) }
func (b bytesKind) parse(s string, report report)      { b.bind().parse(s, report) }
func (b bytesKind) yaml(masked bool, in string) string { return b.bind().yaml(masked, in) }
