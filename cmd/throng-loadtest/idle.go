package main

import "context"

// idle holds the connections: what does it cost the server that they are there?
var idle = &scenario{
	name:     "idle",
	about:    "holds the connections and publishes nothing",
	defaults: map[string]string{"duration": "1m"},
	run:      func(ctx context.Context, x *session) error { return x.measure(ctx, nil) },
}
