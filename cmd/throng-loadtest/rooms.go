package main

import "context"

// rooms chats in many rooms, which the token file names: a few huge and thousands of small ones. Latency is told apart by
// their size.
var rooms = &scenario{
	name:     "rooms",
	about:    "many rooms of any sizes, each chatting slowly",
	defaults: map[string]string{"rate": "0.2"},
	run:      func(ctx context.Context, x *session) error { return x.measure(ctx, nil) },
}
