package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/loadtest"
)

// roomRate is the limit of the room that contenders chat in, the highest there is, in messages a second.
const roomRate = 100

// BuildThrong builds throng from root into dir.
func BuildThrong(ctx context.Context, root, dir string) (Contender, error) {
	program := filepath.Join(dir, "throng")
	err := build(ctx, root, "go", "build", "-trimpath", "-o", program, "./cmd/throng")
	return Contender{Name: "throng", Start: func(ctx context.Context) (*Server, error) { return startThrong(ctx, program) }}, err
}

// throng is a running `throng serve --dev`.
type throng struct {
	program  string
	data     string
	edge     string
	api      string
	internal string
	room     string // its ARN
}

// listens finds the three addresses in what --dev prints.
var listens = regexp.MustCompile(`(?s)chat clients\s+(ws://\S+)\s+API\s+(http://\S+)\s+internal port\s+(http://\S+)\n`)

func startThrong(ctx context.Context, program string) (*Server, error) {
	data, err := os.MkdirTemp("", "throng-bench-data-")
	if err != nil {
		return nil, err
	}
	t := &throng{program: program, data: data}
	s := &Server{Tokens: t.tokens, Heap: t.heap, clean: func() { _ = os.RemoveAll(data) }}
	if err := t.start(ctx, s); err != nil {
		s.clean()
		return nil, err
	}
	return s, nil
}

func (t *throng) start(ctx context.Context, s *Server) (err error) {
	cmd := exec.Command(t.program, "serve", "--dev", "--data-dir", t.data, "--edge-addr", "127.0.0.1:0", "--api-addr",
		"127.0.0.1:0", "--internal-addr", "127.0.0.1:0", "--log-level", "warn")
	cmd.Env = append(os.Environ(), "THRONG_QUOTAS_CONNECTIONS=100000", "SONIC_USE_OPTDEC=1", "SONIC_ENCODER_USE_VM=1")
	s.child, err = startChild(ctx, cmd, func(printed string) bool {
		m := listens.FindStringSubmatch(printed)
		if m != nil {
			t.edge, t.api, t.internal = m[1], m[2], m[3]
		}
		return m != nil
	})
	if err != nil {
		return err
	}
	s.URL = t.edge
	if err := t.createRoom(ctx); err != nil {
		return errors.Join(fmt.Errorf("CreateRoom: %w", err), s.child.stop())
	}
	return nil
}

func (t *throng) createRoom(ctx context.Context) error {
	client := ivschat.New(ivschat.Options{
		Region: "us-west-2", BaseEndpoint: &t.api,
		// What --dev prints; public.
		Credentials: credentials.NewStaticCredentialsProvider("throng", "throng-dev-secret", ""),
	})
	room, err := client.CreateRoom(ctx, &ivschat.CreateRoomInput{
		Name: aws.String("bench"), MaximumMessageRatePerSecond: aws.Int32(roomRate),
	})
	if err != nil {
		return err
	}
	t.room = aws.ToString(room.Arn)
	return nil
}

// tokens makes tokens as an operator's script would; a bench that asked CreateChatToken would measure its quota.
func (t *throng) tokens(ctx context.Context, n int, ttl time.Duration) ([]string, error) {
	cmd := exec.CommandContext(ctx, t.program, "token", "--dev", "--data-dir", t.data, "--room", t.room, "--user-prefix",
		"viewer", "--count", strconv.Itoa(n), "--capabilities", "SEND_MESSAGE", "--ttl", ttl.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("throng token: %w", err)
	}
	return loadtest.ReadTokens(bytes.NewReader(out), n)
}

// collections empty what a sync.Pool holds: it survives one as an old generation.
const collections = 3

func (t *throng) heap(ctx context.Context) (live, inUse int64, err error) {
	for range collections {
		if _, err := t.get(ctx, "/debug/pprof/heap?gc=1"); err != nil {
			return 0, 0, err
		}
	}
	page, err := t.get(ctx, "/metrics")
	if err != nil {
		return 0, 0, err
	}
	live, err1 := metric(page, "go_memstats_heap_alloc_bytes")
	inUse, err2 := metric(page, "go_memstats_heap_inuse_bytes")
	return live, inUse, errors.Join(err1, err2)
}

// maxPage bounds an answer of the internal port, in bytes.
const maxPage = 16 << 20

func (t *throng) get(ctx context.Context, path string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, t.internal+path, nil)
	if err != nil {
		return nil, err
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", path, a.Status)
	}
	return io.ReadAll(io.LimitReader(a.Body, maxPage))
}

var errNoMetric = errors.New("no such metric")

// metric returns the value of a metric without labels in the Prometheus text format.
func metric(page []byte, name string) (int64, error) {
	for line := range bytes.Lines(page) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			v, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
			return int64(v), err
		}
	}
	return 0, fmt.Errorf("%w: %s", errNoMetric, name)
}
