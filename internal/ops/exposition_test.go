package ops

import (
	"bufio"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// family is a metric family as a scraper reads it.
type family struct {
	help, kind string
	samples    map[string]float64 // by the sample's name with its labels
}

var (
	name   = `[a-zA-Z_:][a-zA-Z0-9_:]*`
	sample = regexp.MustCompile(`^(` + name + `)(\{(?:` + name + `="(?:[^"\\\n]|\\["\\n])*"(?:, ?|))*\})? (\S+)$`)
)

// parse reads the text format strictly: every family has one HELP and one TYPE before its samples, all lines of a family
// stand together, no sample appears twice, and names fit the type.
func parse(page string) (map[string]*family, error) {
	families := map[string]*family{}
	current := ""
	lines := bufio.NewScanner(strings.NewReader(page))
	for lines.Scan() {
		line := lines.Text()
		fields := strings.SplitN(line, " ", 4)
		switch {
		case strings.HasPrefix(line, "# HELP "):
			current = fields[2]
			if families[current] != nil {
				return nil, fmt.Errorf("%s is there twice", current)
			}
			if len(fields) < 4 || fields[3] == "" {
				return nil, fmt.Errorf("%s has no help", current)
			}
			families[current] = &family{help: fields[3], samples: map[string]float64{}}
		case strings.HasPrefix(line, "# TYPE "):
			if fields[2] != current || families[current].kind != "" {
				return nil, fmt.Errorf("TYPE of %s is not below its HELP", fields[2])
			}
			switch fields[3] {
			case "counter", "gauge", "histogram", "summary":
				families[current].kind = fields[3]
			default:
				return nil, fmt.Errorf("%s has the type %s", current, fields[3])
			}
		default:
			if err := parseSample(line, current, families[current]); err != nil {
				return nil, err
			}
		}
	}
	for n, f := range families {
		if len(f.samples) == 0 {
			return nil, fmt.Errorf("%s has no samples", n)
		}
	}
	return families, lines.Err()
}

func parseSample(line, current string, f *family) error {
	m := sample.FindStringSubmatch(line)
	if m == nil || f == nil || f.kind == "" {
		return fmt.Errorf("no sample of a described family: %q", line)
	}
	suffix, ok := strings.CutPrefix(m[1], current)
	allowed := map[string]string{"counter": "", "gauge": "", "histogram": "_bucket _sum _count", "summary": " _sum _count"}[f.kind]
	if !ok || suffix == "" && f.kind == "histogram" || !strings.Contains(" "+allowed+" ", " "+suffix+" ") && suffix != "" {
		return fmt.Errorf("%s is no sample of the %s %s", m[1], f.kind, current)
	}
	if strings.HasSuffix(current, "_total") != (f.kind == "counter") && !strings.HasSuffix(current, "_count") {
		return fmt.Errorf("%s must be a counter if and only if its name ends in _total, and is a %s", current, f.kind)
	}
	v, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return fmt.Errorf("value of %s: %w", m[1], err)
	}
	if _, twice := f.samples[m[1]+m[2]]; twice {
		return fmt.Errorf("%s%s is there twice", m[1], m[2])
	}
	f.samples[m[1]+m[2]] = v
	return nil
}
