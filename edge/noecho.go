//go:build !conformance

package edge

import "github.com/gobwas/ws"

// echo is for test/conformance, and nothing in any other build: see echo.go.
func (l *loop) echo(*conn, ws.OpCode, []byte) bool { return false }
