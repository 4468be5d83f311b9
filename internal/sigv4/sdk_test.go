package sigv4

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
)

// The Go SDK's client for IVS Chat, against a server that verifies each request as it arrives.
func TestGoSDK(t *testing.T) {
	for _, c := range testCredentials() {
		t.Run(c.AccessKeyID, func(t *testing.T) {
			set, err := NewSet(testCredentials())
			if err != nil {
				t.Fatal(err)
			}
			v := NewVerifier(testRegion, testService, set, nil)
			verified := 0
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
				body, _ := io.ReadAll(req.Body)
				req.Body = io.NopCloser(bytes.NewReader(body))
				w := fromHTTP(t, req)
				w.target = req.RequestURI
				if id, err := v.Verify(w.request()); err != nil || id != c.AccessKeyID {
					t.Errorf("%s %s: %q, %v", req.Method, req.RequestURI, id, err)
				}
				verified++
				rw.Header().Set("Content-Type", "application/json")
				_, _ = rw.Write([]byte("{}"))
			}))
			defer server.Close()
			client := ivschat.New(ivschat.Options{
				Region: testRegion, BaseEndpoint: aws.String(server.URL),
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey,
						SessionToken: c.SessionToken, CanExpire: true, Expires: time.Now().Add(time.Hour)}, nil
				}),
			})
			ctx := t.Context()
			arn := aws.String("arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6")
			call := func(_ any, err error) {
				t.Helper()
				if err != nil {
					t.Error(err)
				}
			}
			call(client.CreateRoom(ctx, &ivschat.CreateRoomInput{Name: aws.String("room")}))
			call(client.ListRooms(ctx, &ivschat.ListRoomsInput{}))
			call(client.SendEvent(ctx, &ivschat.SendEventInput{RoomIdentifier: arn, EventName: aws.String("é  x")}))
			call(client.ListTagsForResource(ctx, &ivschat.ListTagsForResourceInput{ResourceArn: arn}))
			call(client.TagResource(ctx, &ivschat.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"k": "ü"}}))
			call(client.UntagResource(ctx, &ivschat.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"k 1", "k/2", "é"}}))
			if verified != 6 {
				t.Errorf("%d requests were verified, want 6", verified)
			}
		})
	}
}
