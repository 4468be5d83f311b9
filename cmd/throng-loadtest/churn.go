package main

import "context"

// churn lets viewers come and go while the others chat.
var churn = &scenario{
	name:     "churn",
	about:    "steady chat while connections leave and others come",
	defaults: map[string]string{"rate": "2", "churn": "0.02"},
	fresh:    true,
	run:      func(ctx context.Context, x *session) error { return x.measure(ctx, x.tokens.fresh) },
}
