package main

import (
	"bufio"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/token"
)

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token --room ROOM (--user USER | --user-prefix PREFIX)",
		Short: "Make chat tokens without asking a server",
		Long: `Makes chat tokens with the keys of the configuration and prints them, one a line, for load tests and scripts. It does
the same as CreateChatToken without a call, and has the same limits, except that a session may be shorter than a minute.
Whether the room exists is found out when a token is used, as is that it was made before the server's last restart.`,
		Args: cobra.NoArgs,
	}
	order := tokenOrder{}
	flags := addConfigFlags(cmd)
	order.addFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := flags.load()
		if err != nil {
			return err
		}
		if err := order.check(c, cmd.Flags().Changed); err != nil {
			return err
		}
		ring, err := tokenRing(c)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(cmd.OutOrStdout(), 64<<10)
		if err := order.write(out, ring, time.Now()); err != nil {
			return err
		}
		return out.Flush()
	}
	return cmd
}

// tokenRing returns the keys of the configuration, and makes that of --dev when there is none yet.
func tokenRing(c *config.Config) (*token.Ring, error) {
	if err := c.DevTokenKey(); err != nil {
		return nil, err
	}
	keys := make([]token.Key, len(c.Token.Keys))
	for i, k := range c.Token.Keys {
		keys[i] = token.Key{ID: k.ID, Secret: k.Secret}
	}
	ring, err := token.NewRing(keys)
	if err != nil {
		return nil, fmt.Errorf("token.keys: %w", err)
	}
	return ring, nil
}
