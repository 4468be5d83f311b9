package chat

import (
	"fmt"
	"strings"
)

// Resource types of ARNs.
const (
	RoomResource                 = "room"
	LoggingConfigurationResource = "logging-configuration"
)

// MaxARNLength bounds an ARN, in bytes.
const MaxARNLength = 128

// ARN names a resource of IVS Chat: arn:aws:ivschat:REGION:ACCOUNT:TYPE/ID.
type ARN struct {
	Region, Account, Type, ID string
}

// String returns the ARN in its written form.
func (a ARN) String() string {
	return "arn:aws:ivschat:" + a.Region + ":" + a.Account + ":" + a.Type + "/" + a.ID
}

// ParseARN reads an ARN of IVS Chat. Its error names what is wrong, not the value.
func ParseARN(s string) (ARN, error) {
	if len(s) > MaxARNLength {
		return ARN{}, fmt.Errorf("must have length less than or equal to %d", MaxARNLength)
	}
	parts := strings.Split(s, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[1] != "aws" || parts[2] != "ivschat" {
		return ARN{}, fmt.Errorf("must be an ARN of the form arn:aws:ivschat:region:account:resource/id")
	}
	kind, id, ok := strings.Cut(parts[5], "/")
	switch {
	case !only(parts[3], isRegion):
		return ARN{}, fmt.Errorf("must name a region of [a-z0-9-]")
	case !only(parts[4], isDigit):
		return ARN{}, fmt.Errorf("must name an account of digits")
	case !ok || kind != RoomResource && kind != LoggingConfigurationResource:
		return ARN{}, fmt.Errorf("must name a room or a logging-configuration")
	case !ValidID(id):
		return ARN{}, fmt.Errorf("must end in an identifier of %d characters of [a-zA-Z0-9]", IDLength)
	}
	return ARN{Region: parts[3], Account: parts[4], Type: kind, ID: id}, nil
}

func isRegion(c byte) bool { return 'a' <= c && c <= 'z' || isDigit(c) || c == '-' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// only reports whether s is not empty and every byte of it satisfies ok.
func only(s string, ok func(byte) bool) bool {
	for i := 0; i < len(s); i++ {
		if !ok(s[i]) {
			return false
		}
	}
	return s != ""
}
