package config

import (
	"strconv"
	"strings"
	"time"
)

// parseDuration reads a duration with its unit, as time.ParseDuration does. A number without a unit is refused.
func parseDuration(text string) (time.Duration, bool) {
	if len(text) > 32 || text == "0" {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}

// formatDuration writes d without parts that are zero: 1h, not 1h0m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// units of sizes, largest first.
var units = [...]struct {
	name  string
	bytes int
}{{"GiB", gib}, {"MiB", mib}, {"KiB", kib}, {"B", 1}}

// parseSize reads a whole number of bytes with its unit.
func parseSize(text string) (int, bool) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 31)
		if err != nil || n > uint64(maxSize/u.bytes) {
			return 0, false
		}
		return int(n) * u.bytes, true
	}
	return 0, false
}

// maxSize bounds a size where an int has 32 bits.
const maxSize = 1<<31 - 1

// formatSize writes n with the largest unit that leaves no fraction.
func formatSize(n int) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.Itoa(n/u.bytes) + u.name
		}
	}
	return strconv.Itoa(n) + "B"
}
