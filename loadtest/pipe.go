package loadtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// The coordinator and a worker talk in JSON, a line each way for a call, over the worker's standard input and output:
//
//	coordinator ─▶ {"id":7,"verb":"census"}
//	worker      ─▶ {"id":7,"result":{"room":12000}}   or {"id":7,"error":"..."}
//
// Calls may overlap. When its input ends the worker closes its connections and ends, so it does not outlive the
// coordinator.

// request is a call.
type request struct {
	ID   uint64          `json:"id"`
	Verb string          `json:"verb"`
	Args json.RawMessage `json:"args,omitempty"`
}

// response answers the request with the same ID.
type response struct {
	ID     uint64          `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// errWorker is what a worker's error is to the coordinator: text.
var errWorker = errors.New("worker")

// pipe is the coordinator's end.
type pipe struct {
	mu      sync.Mutex
	to      *json.Encoder
	last    uint64
	waiting map[uint64]chan response
	end     error // why nothing can be called any more
}

// newPipe calls over to, and reads answers from from until that ends; closed is then closed.
func newPipe(to io.Writer, from io.Reader, closed chan<- struct{}) *pipe {
	p := &pipe{to: json.NewEncoder(to), waiting: map[uint64]chan response{}}
	go func() {
		defer close(closed)
		p.read(json.NewDecoder(from))
	}()
	return p
}

func (p *pipe) read(from *json.Decoder) {
	for {
		var r response
		err := from.Decode(&r)
		p.mu.Lock()
		if err != nil {
			p.end = fmt.Errorf("%w: ended: %w", errWorker, err)
			for _, c := range p.waiting {
				close(c)
			}
			p.waiting = nil
			p.mu.Unlock()
			return
		}
		if c := p.waiting[r.ID]; c != nil {
			delete(p.waiting, r.ID)
			c <- r
		}
		p.mu.Unlock()
	}
}

// call makes a call and reads its result into result, which may be nil.
func (p *pipe) call(ctx context.Context, verb string, args, result any) error {
	answer, err := p.send(verb, args)
	if err != nil {
		return err
	}
	select {
	case r, ok := <-answer:
		switch {
		case !ok:
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.end
		case r.Error != "":
			return fmt.Errorf("%w: %s", errWorker, r.Error)
		case result == nil:
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pipe) send(verb string, args any) (<-chan response, error) {
	q := request{Verb: verb}
	if args != nil {
		var err error
		if q.Args, err = json.Marshal(args); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end != nil {
		return nil, p.end
	}
	p.last++
	q.ID = p.last
	answer := make(chan response, 1)
	p.waiting[q.ID] = answer
	if err := p.to.Encode(q); err != nil {
		delete(p.waiting, q.ID)
		return nil, fmt.Errorf("%w: %w", errWorker, err)
	}
	return answer, nil
}
