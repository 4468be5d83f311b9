package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
)

// nchanPath is where Debian has nginx, which is not in the path of most users.
const nchanPath = "/usr/sbin/nginx"

// nchan is the template of a configuration, and what fills it in.
type nchan struct {
	program  string
	template *template.Template

	Dir   string // for what nginx writes
	Port  int
	Files uint64 // that a worker may open
}

func buildNchan(_ context.Context, root, _ string) (func(context.Context) (*Server, error), error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath(nchanPath); err != nil {
			return nil, err
		}
	}
	t, err := template.ParseFiles(filepath.Join(root, "bench", "peers", "nchan", "nginx.conf"))
	return func(ctx context.Context) (*Server, error) {
		n := nchan{program: program, template: t}
		return n.start(ctx)
	}, err
}

func (n *nchan) start(ctx context.Context) (*Server, error) {
	dir, err := os.MkdirTemp("", "throng-bench-nchan-")
	if err != nil {
		return nil, err
	}
	s := &Server{Tokens: noTokens, clean: func() { _ = os.RemoveAll(dir) }}
	n.Dir = dir
	if err := n.startIn(ctx, s); err != nil {
		s.clean()
		return nil, err
	}
	return s, nil
}

func (n *nchan) startIn(ctx context.Context, s *Server) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return os.NewSyscallError("getrlimit", err)
	}
	n.Files = min(limit.Max, 1<<16)
	var err error
	if n.Port, err = freePort(); err != nil {
		return err
	}
	name := filepath.Join(n.Dir, "nginx.conf")
	if err := n.write(name); err != nil {
		return err
	}
	// The master, whose descendants do the work. It listens before it starts them.
	s.child, err = startChild(ctx, exec.Command(n.program, "-c", name), func(printed string) bool {
		return strings.Contains(printed, "start worker process ")
	})
	s.URL = fmt.Sprintf("ws://127.0.0.1:%d/room", n.Port)
	return err
}

func (n *nchan) write(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(n.template.Execute(file, n), file.Close())
}

// freePort finds a port for a server that cannot choose one itself.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
