package bus

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/highwayhash"
	"github.com/nats-io/nats-server/v2/server"
)

// verifyFolder checks all stored state before the server sees it, and changes nothing. The server would go on with what
// it can read: it leaves out a bucket whose description is damaged, which then is made anew, empty; and where a record
// fails its checksum it cuts off the rest of the file, acknowledged records included. Either loses rooms for good, where
// a backup could be put in place.
//
// It knows the format of nats-server v2.15.2 (server/filestore.go: writeStreamMeta, rebuildStateFromBufLocked) as far as
// this server writes it: not encrypted, not compressed. Buckets alone are checked, since all of them is read at once.
func verifyFolder(dir string, log *slog.Logger) error {
	root := filepath.Join(dir, server.JetStreamStoreDir, server.DEFAULT_GLOBAL_ACCOUNT, "streams")
	streams, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
	}
	for _, s := range streams {
		if s.IsDir() && strings.HasPrefix(s.Name(), "KV_") {
			if err := verifyBucket(filepath.Join(root, s.Name()), s.Name(), log); err != nil {
				return err
			}
		}
	}
	return nil
}

// verifyBucket checks the bucket of a stream.
func verifyBucket(dir, stream string, log *slog.Logger) error {
	blocks, last, err := listBlocks(filepath.Join(dir, "msgs"))
	if err != nil {
		return err
	}
	if err := verifyMeta(dir, stream, len(blocks) > 0, log); err != nil {
		return err
	}
	for index, name := range blocks {
		if err := verifyBlock(name, stream, index, index == last); err != nil {
			return err
		}
	}
	return nil
}

// verifyMeta checks the description of a stream against its checksum. The two files are written one after the other: a
// process that was killed in between when it made the bucket left one of them, and no data. The server would leave it
// at that for ever, and the bucket out at the next start: so what is there is taken away.
func verifyMeta(dir, stream string, hasData bool, log *slog.Logger) error {
	metaFile, sumFile := filepath.Join(dir, server.JetStreamMetaFile), filepath.Join(dir, server.JetStreamMetaFileSum)
	meta, metaErr := os.ReadFile(metaFile)
	sum, sumErr := os.ReadFile(sumFile)
	for _, err := range []error{metaErr, sumErr} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
		}
	}
	if metaErr == nil && sumErr == nil && hex.EncodeToString(hash(stream, meta)) == string(sum) {
		return nil
	}
	if hasData {
		return fmt.Errorf("%w: the description of %s fails its checksum", ErrCorrupt, stream)
	}
	log.Warn("a bucket was left half made by a process that was killed; it is made again", "bucket", stream)
	for _, name := range []string{metaFile, sumFile} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
		}
	}
	return nil
}

// listBlocks returns the files with records by their index, without empty ones, and the highest index.
func listBlocks(dir string) (blocks map[uint32]string, last uint32, err error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
	}
	blocks = map[uint32]string{}
	for _, f := range files {
		var index uint32
		if !strings.HasSuffix(f.Name(), ".blk") {
			continue
		}
		if n, err := fmt.Sscanf(f.Name(), "%d.blk", &index); err != nil || n != 1 {
			continue
		}
		if info, err := f.Info(); err == nil && info.Size() > 0 {
			blocks[index] = filepath.Join(dir, f.Name())
			last = max(last, index)
		}
	}
	return blocks, last, nil
}

const (
	recordHeader = 22      // length 4, sequence 8, time 8, length of the subject 2
	recordHash   = 8       // at the end
	maxRecord    = 8 << 20 // far above maxPayload
	hasHeaders   = 1 << 31 // in the length
)

// verifyBlock checks all records of a file. What a process was writing when it was killed was not acknowledged: a bad
// record is the end of the last file, and no error, when no whole one follows.
func verifyBlock(name, stream string, index uint32, last bool) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, withoutPath(err))
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%s-%d", stream, index))
	for rest := data; len(rest) > 0; {
		n := record(rest, key[:])
		if n == 0 {
			if last && !anyRecord(rest[1:], key[:]) {
				return nil
			}
			return fmt.Errorf("%w: a record of %s fails its checksum", ErrCorrupt, stream)
		}
		rest = rest[n:]
	}
	return nil
}

func anyRecord(data, key []byte) bool {
	for len(data) > recordHeader {
		if record(data, key) > 0 {
			return true
		}
		data = data[1:]
	}
	return false
}

// record returns the length of the record that data begins with, or 0 when there is no whole one.
func record(data, key []byte) int {
	if len(data) < recordHeader+recordHash {
		return 0
	}
	header := data[:recordHeader]
	length := binary.LittleEndian.Uint32(header)
	subject := int(binary.LittleEndian.Uint16(header[20:]))
	body := subject
	if length&hasHeaders != 0 {
		length &^= hasHeaders
		body += 4 // the length of the headers follows the subject, and is not part of the sum
	}
	if length > maxRecord || int(length) > len(data) || int(length) < recordHeader+body+recordHash {
		return 0
	}
	payload := data[recordHeader : int(length)-recordHash]
	h, err := highwayhash.NewDigest64(key)
	if err != nil {
		return 0
	}
	_, _ = h.Write(header[4:20])
	_, _ = h.Write(payload[:subject])
	_, _ = h.Write(payload[body:])
	if !bytes.Equal(h.Sum(nil), data[int(length)-recordHash:length]) {
		return 0
	}
	return int(length)
}

// hash is the server's checksum of a description.
func hash(stream string, data []byte) []byte {
	key := sha256.Sum256([]byte(stream))
	h, err := highwayhash.NewDigest64(key[:])
	if err != nil {
		return nil
	}
	_, _ = h.Write(data)
	return h.Sum(nil)
}
