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
	config := jetstream.KeyValueConfig{
		Bucket:         bucket,
		Description:    "chat rooms",
		MaxValueSize:   maxRoomSize + 4<<10, // headers count too
		Storage:        jetstream.FileStorage,
		Replicas:       max(replicas, 1),
		LimitMarkerTTL: markerTTL, // needed for a time-to-live of deletions
	}
	kv, err := js.KeyValue(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return js.CreateKeyValue(ctx, config)
	}
	if err != nil {
		return nil, err
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return nil, err
	}
	have := status.(*jetstream.KeyValueBucketStatus).StreamInfo().Config
	if have.Storage != jetstream.FileStorage || have.MaxMsgsPerSubject != 1 || !have.AllowMsgTTL {
		return nil, fmt.Errorf("bucket %s was made by something else", bucket)
	}
	if have.Replicas != config.Replicas {
		return js.UpdateKeyValue(ctx, config)
	}
	return kv, nil
}
