package controlplane

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
	"github.com/aws/aws-sdk-go-v2/service/ivschat/types"
	"github.com/aws/smithy-go"

	"github.com/throngchat/throng/internal/limit"
)

// client returns the SDK's client for the fixture. It retries nothing.
func (f *fixture) client(credentials aws.Credentials, region string) *ivschat.Client {
	return ivschat.New(ivschat.Options{
		Region: region, BaseEndpoint: aws.String(f.url), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil }),
	})
}

var permanent = aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: testSecret}

func TestGoSDK(t *testing.T) {
	f := start(t, func(o *options) { o.realTime = true })
	c := f.client(permanent, testRegion)
	ctx := t.Context()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	created, err := c.CreateRoom(ctx, &ivschat.CreateRoomInput{
		Name: aws.String("sdk"), MaximumMessageRatePerSecond: aws.Int32(7), Tags: map[string]string{"k": "é"},
		MessageReviewHandler: &types.MessageReviewHandler{Uri: aws.String(lambda), FallbackResult: types.FallbackResultDeny},
	})
	ok(err)
	got, err := c.GetRoom(ctx, &ivschat.GetRoomInput{Identifier: created.Arn})
	ok(err)
	if *got.Id != *created.Id || *got.MaximumMessageRatePerSecond != 7 || *got.MaximumMessageLength != 500 || got.Tags["k"] != "é" ||
		got.MessageReviewHandler.FallbackResult != types.FallbackResultDeny || time.Since(*got.CreateTime) > time.Minute {
		t.Fatalf("got %+v", got)
	}
	updated, err := c.UpdateRoom(ctx, &ivschat.UpdateRoomInput{Identifier: created.Arn, MaximumMessageLength: aws.Int32(5),
		LoggingConfigurationIdentifiers: []string{}})
	ok(err)
	if *updated.MaximumMessageLength != 5 || *updated.Name != "sdk" {
		t.Fatalf("got %+v", updated)
	}
	list, err := c.ListRooms(ctx, &ivschat.ListRoomsInput{MaxResults: aws.Int32(1)})
	ok(err)
	if len(list.Rooms) != 1 || list.NextToken != nil || *list.Rooms[0].Arn != *created.Arn {
		t.Fatalf("got %+v", list)
	}
	token, err := c.CreateChatToken(ctx, &ivschat.CreateChatTokenInput{RoomIdentifier: created.Arn, UserId: aws.String("ann"),
		Capabilities: []types.ChatTokenCapability{types.ChatTokenCapabilitySendMessage}, SessionDurationInMinutes: aws.Int32(5)})
	ok(err)
	if _, err := f.ring.Open([]byte(*token.Token), time.Now()); err != nil || time.Until(*token.SessionExpirationTime) > 5*time.Minute {
		t.Fatalf("got %+v, %v", token, err)
	}
	event, err := c.SendEvent(ctx, &ivschat.SendEventInput{RoomIdentifier: created.Arn, EventName: aws.String("e"),
		Attributes: map[string]string{"a": "b"}})
	ok(err)
	deletion, err := c.DeleteMessage(ctx, &ivschat.DeleteMessageInput{RoomIdentifier: created.Arn, Id: event.Id})
	ok(err)
	if *deletion.Id == *event.Id || len(*deletion.Id) != 12 {
		t.Fatalf("got %+v", deletion)
	}
	_, err = c.DisconnectUser(ctx, &ivschat.DisconnectUserInput{RoomIdentifier: created.Arn, UserId: aws.String("ann"),
		Reason: aws.String("r")})
	ok(err)
	_, err = c.DeleteRoom(ctx, &ivschat.DeleteRoomInput{Identifier: created.Arn})
	ok(err)
}

// Each exception of the model, as the SDK reads it.
func TestGoSDKExceptions(t *testing.T) {
	f := start(t, func(o *options) {
		o.realTime = true
		o.config.MaxRooms = 1
		o.rates = limit.AccountRates{SendMessage: 1, DeleteMessage: 1, DisconnectUser: 1}
	})
	c := f.client(permanent, testRegion)
	ctx := t.Context()
	room, err := c.CreateRoom(ctx, &ivschat.CreateRoomInput{})
	if err != nil {
		t.Fatal(err)
	}

	_, err = c.UpdateRoom(ctx, &ivschat.UpdateRoomInput{Identifier: room.Arn, MaximumMessageLength: aws.Int32(501)})
	var invalid *types.ValidationException
	if !errors.As(err, &invalid) || invalid.Reason != types.ValidationExceptionReasonFieldValidationFailed ||
		len(invalid.FieldList) != 1 || *invalid.FieldList[0].Name != "maximumMessageLength" ||
		*invalid.FieldList[0].Message != "must be less than or equal to 500" || *invalid.Message == "" {
		t.Fatalf("got %#v", err)
	}

	_, err = c.GetRoom(ctx, &ivschat.GetRoomInput{Identifier: aws.String(testARN("zzzzzzzzzzzz"))})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || *missing.ResourceId != "zzzzzzzzzzzz" || missing.ResourceType != types.ResourceTypeRoom ||
		*missing.Message == "" {
		t.Fatalf("got %#v", err)
	}

	_, err = c.CreateRoom(ctx, &ivschat.CreateRoomInput{})
	var quota *types.ServiceQuotaExceededException
	if !errors.As(err, &quota) || quota.Limit != 1 || *quota.ResourceId != testAccount || quota.ResourceType != types.ResourceTypeRoom {
		t.Fatalf("got %#v", err)
	}

	var throttled *types.ThrottlingException
	for tries := 0; !errors.As(err, &throttled); tries++ {
		if tries == 100 {
			t.Fatalf("never throttled: %v", err)
		}
		_, err = c.DeleteMessage(ctx, &ivschat.DeleteMessageInput{RoomIdentifier: room.Arn, Id: aws.String("M2YcHkgffEvU")})
	}
	if throttled.Limit != 1 || *throttled.ResourceId != *room.Id || throttled.ResourceType != types.ResourceTypeRoom {
		t.Fatalf("got %#v", throttled)
	}
}

// Errors that the model does not have come as a general one with the right code.
func TestGoSDKCommonErrors(t *testing.T) {
	f := start(t, func(o *options) { o.realTime = true })
	ctx := t.Context()
	arn := aws.String(testARN("g1H2I3j4k5L6"))
	code := func(want string, status int, err error) {
		t.Helper()
		var e smithy.APIError
		var r interface {
			HTTPStatusCode() int
			ServiceRequestID() string
		}
		if !errors.As(err, &e) || e.ErrorCode() != want || e.ErrorMessage() == "" {
			t.Fatalf("got %v, want %s", err, want)
		}
		if !errors.As(err, &r) || r.HTTPStatusCode() != status || !uuid.MatchString(r.ServiceRequestID()) {
			t.Fatalf("%v: got %d, request id %q", err, r.HTTPStatusCode(), r.ServiceRequestID())
		}
	}
	list := func(c aws.Credentials, region string) error {
		_, err := f.client(c, region).ListRooms(ctx, &ivschat.ListRoomsInput{})
		return err
	}
	code("UnrecognizedClientException", 403, list(aws.Credentials{AccessKeyID: "AKIDOTHER", SecretAccessKey: "x"}, testRegion))
	code("InvalidSignatureException", 403, list(aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: "x"}, testRegion))
	code("InvalidSignatureException", 403, list(permanent, "eu-west-1"))
	code("ExpiredTokenException", 403, list(aws.Credentials{AccessKeyID: "ASIATEST", SecretAccessKey: testSecret, SessionToken: "session"}, testRegion))
	code("UnrecognizedClientException", 403, list(aws.Credentials{AccessKeyID: "ASIATEST", SecretAccessKey: testSecret, SessionToken: "other"}, testRegion))

	c := f.client(permanent, testRegion)
	_, err := c.ListTagsForResource(ctx, &ivschat.ListTagsForResourceInput{ResourceArn: arn})
	code("UnknownOperationException", 404, err)
	_, err = c.UntagResource(ctx, &ivschat.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"k 1", "k/2", "é"}})
	code("UnknownOperationException", 404, err)
	_, err = c.ListLoggingConfigurations(ctx, &ivschat.ListLoggingConfigurationsInput{})
	code("UnknownOperationException", 404, err)
	_, err = c.CreateRoom(ctx, &ivschat.CreateRoomInput{Name: aws.String(strings.Repeat("x", 1<<20))})
	code("RequestEntityTooLargeException", 413, err)
}
