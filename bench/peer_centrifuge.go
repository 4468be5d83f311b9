package bench

import (
	"bytes"
	"encoding/binary"

	"github.com/throngchat/throng/loadtest"
)

// Parts of centrifuge's protocol in protobuf (client.proto of github.com/centrifugal/protocol): what a WebSocket message
// carries is any number of commands or replies, each with its length before it. A tag is the number of a field, shifted,
// and 2 for what has a length or 0 for a number.
const (
	commandID      = 1 << 3
	commandConnect = 4<<3 | 2
	commandPublish = 7<<3 | 2
	publishChannel = 1<<3 | 2
	publishData    = 2<<3 | 2
	replyID        = 1 << 3
	replyConnect   = 5<<3 | 2
)

// connectID is the id of the one connect command.
const connectID = 1

var (
	centrifugeConnect = centrifugeCommand(connectID, commandConnect, nil)
	// centrifugeConnected is how the reply begins that the server sends when the connection has joined its room.
	centrifugeConnected = []byte{replyID, connectID, replyConnect}
	// centrifugePong is the empty command, in answer to the empty reply.
	centrifugePong = []byte{0}
)

func centrifugeDialect() *loadtest.Dialect {
	return &loadtest.Dialect{
		Subprotocol: "centrifuge-protobuf",
		Binary:      true,
		Batches:     true,
		Hello:       func(string) [][]byte { return [][]byte{centrifugeConnect} },
		Receive:     centrifugeReceive,
		Publish: func(k int, content []byte) []byte {
			request := protobufBytes(nil, publishChannel, []byte("room"))
			request = protobufBytes(request, publishData, content)
			return centrifugeCommand(connectID+1+k, commandPublish, request)
		},
	}
}

func centrifugeReceive(payload []byte, _ int) (answer []byte, member bool) {
	for len(payload) > 0 {
		size, n := binary.Uvarint(payload)
		if n <= 0 || size > uint64(len(payload)-n) {
			break
		}
		reply := payload[n : n+int(size)]
		payload = payload[n+int(size):]
		if size == 0 {
			answer = centrifugePong
		} else if bytes.HasPrefix(reply, centrifugeConnected) {
			member = true
		}
	}
	return answer, member
}

func centrifugeCommand(id int, tag byte, request []byte) []byte {
	command := binary.AppendUvarint([]byte{commandID}, uint64(id))
	command = protobufBytes(command, tag, request)
	return append(binary.AppendUvarint(nil, uint64(len(command))), command...)
}

// protobufBytes appends a field that has a length.
func protobufBytes(to []byte, tag byte, value []byte) []byte {
	to = binary.AppendUvarint(append(to, tag), uint64(len(value)))
	return append(to, value...)
}
