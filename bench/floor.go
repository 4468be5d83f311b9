package bench

import (
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// BuildFloor compiles the floor from root into dir.
func BuildFloor(ctx context.Context, root, dir string) (Contender, error) {
	program := filepath.Join(dir, "floor")
	err := build(ctx, root, "gcc", "-O2", "-o", program, filepath.Join("bench", "floor", "floor.c"))
	return Contender{Name: floorName, Start: func(ctx context.Context) (*Server, error) { return startFloor(ctx, program) }}, err
}

func startFloor(ctx context.Context, program string) (*Server, error) {
	s := &Server{Tokens: namesAsTokens, clean: func() {}}
	var err error
	s.child, err = startChild(ctx, exec.Command(program), func(printed string) bool {
		s.URL = strings.TrimSpace(printed)
		return strings.HasSuffix(printed, "\n")
	})
	return s, err
}

// namesAsTokens gives tokens of about the size of throng's to a server that does not look at them.
func namesAsTokens(_ context.Context, n int, _ time.Duration) ([]string, error) {
	tokens := make([]string, n)
	for k := range tokens {
		tokens[k] = strings.Repeat("x", 150) + strconv.Itoa(k)
	}
	return tokens, nil
}
