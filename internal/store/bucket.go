package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// bucket is the KV bucket that holds the rooms.
const bucket = "throng_rooms"

// markerTTL is how long the bucket remembers that a room was deleted. A process that is cut off from NATS for longer may
// keep the room until it is restarted.
const markerTTL = 7 * 24 * time.Hour

// openBucket uses the bucket that is there, or makes it. A bucket is changed only when the number of replicas is another:
// each change writes its description anew, which is two files, and a process that is killed between them leaves a bucket
// that the server does not take.
func openBucket(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.KeyValue, error) {
	want := roomsStream(max(replicas, 1))
	stream, err := js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = js.CreateStream(ctx, want)
	}
	if err != nil {
		return nil, err
	}
	have := stream.CachedInfo().Config
	if have.Storage != want.Storage || have.MaxMsgsPerSubject != want.MaxMsgsPerSubject || !have.AllowMsgTTL {
		return nil, fmt.Errorf("bucket %s was made by something else", bucket)
	}
	if have.Replicas != want.Replicas {
		if _, err := js.UpdateStream(ctx, want); err != nil {
			return nil, err
		}
	}
	return js.KeyValue(ctx, bucket)
}

// roomsStream is the bucket as the stream that it is. The library's own way of making a bucket gives a time-to-live of
// deletions only together with markers in place of what has expired, which nothing needs.
func roomsStream(replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        "KV_" + bucket,
		Description: "chat rooms",
		Subjects:    []string{"$KV." + bucket + ".>"},
		Storage:     jetstream.FileStorage,
		Replicas:    replicas,
		MaxMsgSize:  maxRoomSize + 4<<10, // headers count too
		AllowMsgTTL: true,

		// As every bucket has it.
		MaxMsgsPerSubject: 1,
		MaxMsgs:           -1,
		MaxBytes:          -1,
		MaxConsumers:      -1,
		Discard:           jetstream.DiscardNew,
		AllowRollup:       true,
		DenyDelete:        true,
		AllowDirect:       true,
	}
}
