package bus

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/minio/highwayhash"
)

// blockKey is a key for the checksums of records.
var blockKey = bytes.Repeat([]byte{7}, 32)

// newRecord is a record as the server writes it.
func newRecord(subject, headers, value string) []byte {
	body := []byte(subject)
	length := uint32(recordHeader + len(subject) + len(headers) + len(value) + recordHash)
	flag := uint32(0)
	if headers != "" {
		length += 4
		flag = hasHeaders
		body = binary.LittleEndian.AppendUint32(body, uint32(len(headers)))
	}
	b := binary.LittleEndian.AppendUint32(nil, length|flag)
	b = binary.LittleEndian.AppendUint64(b, 1)
	b = binary.LittleEndian.AppendUint64(b, 2)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(subject)))
	h, _ := highwayhash.NewDigest64(blockKey)
	_, _ = h.Write(b[4:20])
	_, _ = h.Write([]byte(subject + headers + value))
	b = append(append(b, body...), headers+value...)
	return h.Sum(b)
}

func FuzzRecord(f *testing.F) {
	f.Add(newRecord("subject", "", "value"))
	f.Add(newRecord("subject", "headers", "value"))
	f.Add(newRecord("", "", ""))
	f.Add(append(newRecord("s", "h", ""), newRecord("s", "", "v")...))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := record(data, blockKey)
		if n == 0 {
			anyRecord(data, blockKey)
			return
		}
		if n < recordHeader+recordHash || n > len(data) || record(data[:n], blockKey) != n {
			t.Fatalf("a record of %d bytes in %d", n, len(data))
		}
		// A record that lost its end, or has a bit changed, is none; but it is found behind garbage.
		if record(data[:n-1], blockKey) != 0 || !anyRecord(append([]byte("garbage"), data[:n]...), blockKey) {
			t.Fatal("wrong about a record")
		}
		data[n/2] ^= 1
		if n/2 >= 4 && n/2 < 20 && record(data, blockKey) != 0 {
			t.Fatal("a changed bit goes unnoticed")
		}
	})
}

func TestRecord(t *testing.T) {
	for _, r := range [][]byte{newRecord("s", "", "v"), newRecord("s", "h", "v"), newRecord("", "", "")} {
		if n := record(r, blockKey); n != len(r) {
			t.Fatalf("a record of %d bytes has %d", len(r), n)
		}
	}
}
