package main

import (
	"context"

	"github.com/throngchat/throng/loadtest"
)

// storm breaks all connections at once and brings them back at once, and shows with a chat that all is well again.
var storm = &scenario{
	name:     "storm",
	about:    "all connections break at the same moment and come back at the same moment; then a chat, unless --rate 0",
	defaults: map[string]string{"rate": "1", "duration": "10s"},
	fresh:    true,
	run: func(ctx context.Context, x *session) error {
		stop := x.progress.connecting(len(x.tokens.fresh), x.generator.Connections)
		s, err := x.generator.Storm(ctx, loadtest.Storm{
			Tokens: x.tokens.fresh, Patience: x.flags.patience, ServerPID: x.flags.serverPID,
		})
		stop()
		if err != nil {
			return err
		}
		x.report.Storm = &s
		if x.flags.load.Rate == 0 && x.flags.load.Total == 0 {
			return nil
		}
		return x.measure(ctx, nil)
	},
}
