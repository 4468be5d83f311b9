//go:build conformance

package conformance

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// A proxy stands between the suite, which knows nothing of chat tokens, and the edge, which lets nobody in without one.
// It offers a fresh token as the subprotocol of each upgrade request and takes it out of the response. What follows the
// two heads passes as it is, and so does the way in which a connection ends.
type proxy struct {
	node     *node
	listener net.Listener
	handlers sync.WaitGroup
}

func startProxy(t *testing.T, n *node) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{node: n, listener: listener}
	p.handlers.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.handlers.Go(func() {
				if err := p.serve(client.(*net.TCPConn)); err != nil {
					t.Error("proxy:", err)
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.handlers.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// serve passes one connection on. An error means that the proxy did not do its part.
func (p *proxy) serve(client *net.TCPConn) error {
	defer client.Close()
	tok, err := p.node.token()
	if err != nil {
		return err
	}
	conn, err := net.Dial("tcp", p.node.edge.Addr())
	if err != nil {
		return err
	}
	server := conn.(*net.TCPConn)
	defer server.Close()

	fromClient, fromServer := bufio.NewReader(client), bufio.NewReader(server)
	request, err := readHead(fromClient)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if _, err := server.Write(append(request, "Sec-WebSocket-Protocol: "+tok+"\r\n\r\n"...)); err != nil {
		return err
	}
	response, err := readHead(fromServer)
	if err != nil {
		return fmt.Errorf("response: %w", err)
	}
	if !bytes.HasPrefix(response, []byte("HTTP/1.1 101 ")) {
		return errors.New("the edge refuses: " + string(response))
	}
	if _, err := client.Write(append(response, '\r', '\n')); err != nil {
		return err
	}
	var both sync.WaitGroup
	both.Go(func() { pass(server, client, fromClient) })
	both.Go(func() { pass(client, server, fromServer) })
	both.Wait()
	return nil
}

// readHead reads a head up to its blank line, which is not part of what it returns, and leaves out the subprotocol.
func readHead(r *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return nil, err
		case len(bytes.TrimSpace(line)) == 0:
			return head, nil
		}
		name, _, _ := bytes.Cut(line, []byte{':'})
		if !bytes.EqualFold(name, []byte("Sec-WebSocket-Protocol")) {
			head = append(head, line...)
		}
	}
}

// pass copies what src sends until it ends. A half-close is passed on as one, and a reset as one.
func pass(dst, src *net.TCPConn, from io.Reader) {
	if _, err := io.Copy(dst, from); err == nil && dst.CloseWrite() == nil {
		return
	}
	for _, c := range []*net.TCPConn{dst, src} {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
}
