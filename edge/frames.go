package edge

// frames are the frames of a room on one loop that some member has not had yet: a queue that each member reads at its
// own place. So a member that is behind costs a number, not copies.
type frames struct {
	queue []queued
	base  uint64 // sequence number of queue[0]
	head  uint64 // sequence number of the next frame
	bytes int    // of all frames in the queue
}

type queued struct {
	bytes []byte
	at    int64 // when it was published, in nanoseconds of limit.Now
	kind  kind
}

// push adds a frame. When the queue then holds more than limit bytes the oldest go, but never the newest. Members who
// had not had them will skip ahead.
func (f *frames) push(q queued, limit int) {
	f.queue = append(f.queue, q)
	f.head++
	f.bytes += len(q.bytes)
	if f.bytes > limit {
		// A quarter at a time, so that moving the rest costs little per frame.
		to, left := f.base, f.bytes
		for to+1 < f.head && left > limit-limit/4 {
			left -= len(f.queue[to-f.base].bytes)
			to++
		}
		f.trim(to)
	}
}

// trim drops the frames before sequence number to.
func (f *frames) trim(to uint64) {
	n := int(to - f.base)
	if n <= 0 {
		return
	}
	for _, q := range f.queue[:n] {
		f.bytes -= len(q.bytes)
	}
	rest := copy(f.queue, f.queue[n:])
	clear(f.queue[rest:])
	f.queue = f.queue[:rest]
	f.base = to
}

func (f *frames) clear() { f.trim(f.head) }

// batch is a range of a room's frames as one piece of memory, for one write. Members of a room are mostly at the same
// place, so the batch made for one serves the next.
type batch struct {
	room     *loopRoom
	from, to uint64
	head     uint64 // the room's head when the batch was made
	bytes    []byte
	kinds    [kinds]uint32 // how many frames of each kind it holds
	buf      []byte
}

// maxBatch bounds the frames put into one write, in bytes: beyond it, a write saves nothing any more, and the memory
// for it would be lost on members that are far behind.
const maxBatch = 32 << 10

// of returns the batch of all frames of lr from sequence number from on, or as many of them as maxBatch allows.
func (b *batch) of(lr *loopRoom, from uint64) *batch {
	f := &lr.frames
	if b.room == lr && b.from == from && b.head == f.head {
		return b
	}
	b.room, b.from, b.head, b.kinds = lr, from, f.head, [kinds]uint32{}
	queue := f.queue[from-f.base:]
	if len(queue) == 1 {
		b.bytes, b.to = queue[0].bytes, f.head
		b.kinds[queue[0].kind] = 1
		return b
	}
	b.buf = b.buf[:0]
	b.to = from
	for _, q := range queue {
		if len(b.buf) > 0 && len(b.buf)+len(q.bytes) > maxBatch {
			break
		}
		b.buf = append(b.buf, q.bytes...)
		b.kinds[q.kind]++
		b.to++
	}
	b.bytes = b.buf
	return b
}

// drop forgets the frames, so that the batch does not keep them alive.
func (b *batch) drop() { b.room, b.bytes = nil, nil }
