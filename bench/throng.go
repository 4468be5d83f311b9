package bench

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/internal/chat"
	"github.com/throngchat/throng/internal/token"
)

// roomRate is the limit of the rooms that contenders chat in, the highest there is, in messages a second.
const roomRate = 100

// ThrongOptions are what a scenario needs of a node.
type ThrongOptions struct {
	// Connections is the quota; one edge process holds as many as its files allow.
	Connections int
	// Processes is edge.processes; "" leaves one.
	Processes string
	// Rooms is how many rooms there are; 0 means one.
	Rooms int
}

// Throng is a built throng.
type Throng struct{ program string }

// BuildThrong builds throng from root into dir.
func BuildThrong(ctx context.Context, root, dir string) (Throng, error) {
	t := Throng{filepath.Join(dir, "throng")}
	return t, build(ctx, root, "go", "build", "-trimpath", "-o", t.program, "./cmd/throng")
}

// Contender returns throng as it is compared with others: all quotas out of the way, one edge process.
func (t Throng) Contender() Contender { return t.Node(ThrongOptions{Connections: 100_000}) }

// Node returns throng with options.
func (t Throng) Node(o ThrongOptions) Contender {
	return Contender{Name: throngName, Start: func(ctx context.Context) (*Server, error) { return startThrong(ctx, t.program, o) }}
}

// throng is a running `throng serve --dev`.
type throng struct {
	edge     string
	api      string
	internal string
	ring     *token.Ring
	rooms    []string // their ids
}

// listens finds the three addresses in what --dev prints.
var listens = regexp.MustCompile(`(?s)chat clients\s+(ws://\S+)\s+API\s+(http://\S+)\s+internal port\s+(http://\S+)\n`)

func startThrong(ctx context.Context, program string, o ThrongOptions) (*Server, error) {
	data, err := os.MkdirTemp("", "throng-bench-data-")
	if err != nil {
		return nil, err
	}
	t := new(throng)
	s := &Server{Tokens: t.tokens, Heap: t.heap, clean: func() { _ = os.RemoveAll(data) }}
	if err := t.start(ctx, s, program, data, o); err != nil {
		s.clean()
		return nil, err
	}
	return s, nil
}

func (t *throng) start(ctx context.Context, s *Server, program, data string, o ThrongOptions) (err error) {
	key := token.GenerateKey()
	if t.ring, err = token.NewRing([]token.Key{key}); err != nil {
		return err
	}
	keys, err := json.Marshal([]map[string]string{{"id": key.ID, "secret": base64.StdEncoding.EncodeToString(key.Secret)}})
	if err != nil {
		return err
	}
	cmd := exec.Command(program, "serve", "--dev", "--data-dir", data, "--edge-addr", "127.0.0.1:0", "--api-addr",
		"127.0.0.1:0", "--internal-addr", "127.0.0.1:0", "--log-level", "warn")
	cmd.Env = append(os.Environ(), "THRONG_TOKEN_KEYS="+string(keys), "THRONG_QUOTAS_CONNECTIONS="+strconv.Itoa(o.Connections),
		"THRONG_QUOTAS_SEND_MESSAGE=100000", "THRONG_TOKEN_TTL="+idleTokenTTL.String())
	if o.Processes != "" {
		cmd.Env = append(cmd.Env, "THRONG_EDGE_PROCESSES="+o.Processes)
	}
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
	if err := t.createRooms(ctx, max(o.Rooms, 1)); err != nil {
		return errors.Join(fmt.Errorf("CreateRoom: %w", err), s.child.stop())
	}
	return nil
}

func (t *throng) createRooms(ctx context.Context, n int) error {
	client := ivschat.New(ivschat.Options{
		Region: "us-west-2", BaseEndpoint: &t.api,
		// What --dev prints; public.
		Credentials: credentials.NewStaticCredentialsProvider("throng", "throng-dev-secret", ""),
	})
	for range n {
		room, err := client.CreateRoom(ctx, &ivschat.CreateRoomInput{
			Name: aws.String("bench"), MaximumMessageRatePerSecond: aws.Int32(roomRate),
		})
		if err != nil {
			return err
		}
		t.rooms = append(t.rooms, aws.ToString(room.Id))
	}
	return nil
}

// tokens seals tokens as `throng token` does; a bench that asked CreateChatToken would measure its quota. With several
// rooms they are for the rooms in turn, each behind the name of its room, as loadtest wants them.
func (t *throng) tokens(_ context.Context, n int, ttl time.Duration) ([]string, error) {
	now := time.Now()
	may, err := chat.ParseCapabilities([]string{"SEND_MESSAGE"})
	if err != nil {
		return nil, err
	}
	tokens := make([]string, n)
	for k := range tokens {
		room := t.rooms[k%len(t.rooms)]
		sealed, err := t.ring.Seal(token.Claims{
			RoomID: room, UserID: "viewer" + strconv.Itoa(k+1), Capabilities: may,
			IssuedAt: now, ExpiresAt: now.Add(ttl), SessionEndsAt: now.Add(time.Hour),
		})
		if err != nil {
			return nil, err
		}
		if tokens[k] = sealed; len(t.rooms) > 1 {
			tokens[k] = room + " " + sealed
		}
	}
	return tokens, nil
}
