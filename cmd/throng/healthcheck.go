package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/throngchat/throng/internal/config"
)

// healthTimeout bounds a health check. Orchestrators give theirs some seconds.
const healthTimeout = 3 * time.Second

func newHealthcheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the running server whether it is ready",
		Long: `Asks /readyz on the internal port of the server with the same configuration, for orchestrators that run a command in
the container. Prints one line; the exit status is 0 when the server is ready, else 1.`,
		Args: cobra.NoArgs,
	}
	flags := addConfigFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := flags.load()
		if err != nil {
			return err
		}
		addr, err := internalAddress(c)
		if err != nil {
			return err
		}
		line, err := askReadiness(cmd.Context(), addr)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), line)
		return err
	}
	return cmd
}

// internalAddress returns where the internal port can be reached from this machine.
func internalAddress(c *config.Config) (string, error) {
	host, port, err := net.SplitHostPort(c.Internal.Addr)
	if err != nil {
		return "", err
	}
	if port == "0" {
		listening, err := readListenFile(c.DataDir)
		if err != nil {
			return "", err
		}
		return listening.Internal, nil
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port), nil
}

// askReadiness returns the server's answer when it is ready, and an error with it when it is not.
func askReadiness(ctx context.Context, addr string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("no server answers on %s: %w", addr, err)
	}
	defer res.Body.Close()
	line, _ := bufio.NewReader(io.LimitReader(res.Body, 1024)).ReadString('\n') // what came is the answer
	line = strings.TrimSpace(line)
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %d: %s", addr, res.StatusCode, line)
	}
	return line, nil
}
