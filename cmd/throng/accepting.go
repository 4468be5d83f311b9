package main

import (
	"net"
	"sync"
)

// acceptingListener tells when somebody accepts from it. A server that is shut down before it accepts would never end:
// it learns of its listener only when it begins.
type acceptingListener struct {
	net.Listener
	once      sync.Once
	accepting chan struct{}
}

func newAcceptingListener(l net.Listener) *acceptingListener {
	return &acceptingListener{Listener: l, accepting: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *acceptingListener) Accept() (net.Conn, error) {
	l.once.Do(func() { close(l.accepting) })
	return l.Listener.Accept()
}
