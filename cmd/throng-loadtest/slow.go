package main

import "context"

// slow has readers that do not read: do the others notice?
var slow = &scenario{
	name:     "slow",
	about:    "steady chat while some connections do not read",
	defaults: map[string]string{"rate": "5", "slow": "0.05"},
	run:      func(ctx context.Context, x *session) error { return x.measure(ctx, nil) },
}
