package main

import "context"

// chat is the plain load.
var chat = &scenario{
	name:     "chat",
	about:    "steady chat at the same rate in each room",
	defaults: map[string]string{"rate": "5"},
	run:      func(ctx context.Context, x *session) error { return x.measure(ctx, nil) },
}
