package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/token"
)

// Limits of `throng token` that CreateChatToken does not have.
const (
	maxTokens = 10_000_000
	maxTTL    = 24 * time.Hour
)

// tokenOrder says which tokens to make.
type tokenOrder struct {
	room, user, prefix, attributes string
	capabilities                   []string
	count                          int
	minutes                        float64
	ttl                            time.Duration

	claims token.Claims // what all tokens share, from check
}

func (o *tokenOrder) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.room, "room", "", "ARN or id of the room")
	f.StringVar(&o.user, "user", "", "user id of all tokens, 1 to 128 characters")
	f.StringVar(&o.prefix, "user-prefix", "", "start of the user ids; a number from 1 to --count follows")
	f.IntVar(&o.count, "count", 1, "number of tokens")
	f.StringSliceVar(&o.capabilities, "capabilities", nil,
		"any of SEND_MESSAGE, DELETE_MESSAGE and DISCONNECT_USER, separated by commas; without it the holder only views")
	f.Float64Var(&o.minutes, "session-minutes", chat.DefaultSessionMinutes, "length of the session in minutes, above 0 and up to 180; fractions are allowed")
	f.DurationVar(&o.ttl, "ttl", 0, "time in which the token has to be used, 1s to 24h (default: the setting token.ttl)")
	f.StringVar(&o.attributes, "attributes", "", `attributes of the sender as JSON, such as {"name":"Ann"}; at most 1024 bytes of keys and values`)
	cobra.CheckErr(cmd.MarkFlagRequired("room"))
	cobra.CheckErr(cmd.RegisterFlagCompletionFunc("capabilities", choices("SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")))
	cmd.MarkFlagsOneRequired("user", "user-prefix")
	cmd.MarkFlagsMutuallyExclusive("user", "user-prefix")
}

// check applies the limits and fills in what all tokens share. changed tells which flags were given. All faults are in
// the error, each with its flag.
func (o *tokenOrder) check(c *config.Config, changed func(flag string) bool) error {
	var faults []error
	fault := func(flag, format string, args ...any) {
		faults = append(faults, fmt.Errorf("--%s "+format, append([]any{flag}, args...)...))
	}
	room, err := roomID(c, o.room)
	if err != nil {
		fault("room", "%w", err)
	}
	if o.count < 1 || o.count > maxTokens {
		fault("count", "must be from 1 to %d", maxTokens)
	}
	if longest := o.userID(max(o.count, 1)); !utf8.ValidString(longest) || longest == "" || utf8.RuneCountInString(longest) > chat.MaxUserIDLength {
		flag := "user"
		if changed("user-prefix") {
			flag = "user-prefix"
		}
		fault(flag, "must give user ids of 1 to %d characters of UTF-8", chat.MaxUserIDLength)
	}
	capabilities, err := chat.ParseCapabilities(o.capabilities)
	if err != nil {
		fault("capabilities", "%w", err)
	}
	if !(o.minutes > 0 && o.minutes <= chat.MaxSessionMinutes) { // NaN is neither
		fault("session-minutes", "must be above 0 and up to %d", chat.MaxSessionMinutes)
	}
	if !changed("ttl") {
		o.ttl = c.Token.TTL
	}
	if o.ttl < time.Second || o.ttl > maxTTL {
		fault("ttl", "must be from 1s to %dh", maxTTL/time.Hour)
	}
	attributes, err := parseAttributes(o.attributes)
	if err != nil {
		fault("attributes", "%w", err)
	}
	o.claims = token.Claims{RoomID: room, UserID: o.user, Capabilities: capabilities, Attributes: attributes}
	return errors.Join(faults...)
}

// roomID accepts the id of a room or its ARN.
func roomID(c *config.Config, room string) (string, error) {
	if chat.ValidID(room) {
		return room, nil
	}
	arn, err := chat.ParseARN(room)
	switch {
	case err != nil:
		return "", fmt.Errorf("must be the id or the ARN of a room: %w", err)
	case arn.Type != chat.RoomResource:
		return "", fmt.Errorf("must be a room, not a %s", arn.Type)
	case arn.Region != c.Region || arn.Account != c.AccountID:
		return "", fmt.Errorf("must be a room of region %s and account %s", c.Region, c.AccountID)
	}
	return arn.ID, nil
}

var errNoAttributes = errors.New("must be one JSON object whose values are strings")

func parseAttributes(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	// A key or value takes at most six bytes of JSON for each of its own, and the punctuation is bounded by their number.
	if len(text) > 16*chat.MaxAttributesSize {
		return nil, fmt.Errorf("must be at most %d bytes of keys and values", chat.MaxAttributesSize)
	}
	var given map[string]*string
	if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &given) != nil || given == nil {
		return nil, errNoAttributes
	}
	attributes := make(map[string]string, len(given))
	for k, v := range given {
		if v == nil {
			return nil, errNoAttributes
		}
		attributes[k] = *v
	}
	if chat.AttributesSize(attributes) > chat.MaxAttributesSize {
		return nil, fmt.Errorf("must be at most %d bytes of keys and values", chat.MaxAttributesSize)
	}
	return attributes, nil
}

// userID returns the user of the n-th token, from 1.
func (o *tokenOrder) userID(n int) string {
	if o.prefix == "" {
		return o.user
	}
	return o.prefix + strconv.Itoa(n)
}

// write seals the tokens, a line each.
func (o *tokenOrder) write(out *bufio.Writer, ring *token.Ring, now time.Time) error {
	claims := o.claims
	claims.IssuedAt = now
	claims.ExpiresAt = now.Add(o.ttl)
	claims.SessionEndsAt = now.Add(time.Duration(o.minutes * float64(time.Minute)))
	for n := 1; n <= o.count; n++ {
		claims.UserID = o.userID(n)
		sealed, err := ring.Seal(claims)
		if err != nil {
			return err
		}
		if _, err := out.WriteString(sealed); err != nil {
			return err
		}
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}
