package main

import "context"

// moderation deletes messages and disconnects users while all chat.
var moderation = &scenario{
	name:     "moderation",
	about:    "steady chat while messages are deleted and users disconnected",
	defaults: map[string]string{"rate": "5", "deletes": "2", "disconnects": "0.5"},
	run:      func(ctx context.Context, x *session) error { return x.measure(ctx, nil) },
}
