package main

import (
	"strings"

	"github.com/throngchat/throng/internal/config"
)

// devBanner returns what --dev prints when it listens: where, and lines to paste that need no change.
func devBanner(c *config.Config, l listening) string {
	credentials := "  # sign with an access key of your configuration"
	if k := c.API.Credentials[0]; k.AccessKeyID == config.DevAccessKeyID && k.SecretAccessKey == config.DevSecretAccessKey {
		credentials = "  export AWS_ACCESS_KEY_ID=" + k.AccessKeyID + " AWS_SECRET_ACCESS_KEY=" + k.SecretAccessKey + "; unset AWS_SESSION_TOKEN"
	}
	return strings.NewReplacer(
		"{credentials}", credentials, "{edge}", l.Edge, "{api}", l.API, "{internal}", l.Internal, "{region}", c.Region,
	).Replace(`
throng runs in development mode, on loopback only.

  chat clients   ws://{edge}
  API            http://{api}
  internal port  http://{internal}

Point the AWS CLI or an AWS SDK at it:

{credentials}
  export AWS_REGION={region} AWS_DEFAULT_REGION={region} AWS_ENDPOINT_URL_IVSCHAT=http://{api}

Create a room, and a token with which one client can connect within a minute:

  room=$(aws ivschat create-room --name hello --query arn --output text)
  aws ivschat create-chat-token --room-identifier "$room" --user-id ann --capabilities SEND_MESSAGE

Connect with the chat SDK; the provider fetches a new token from your backend each time it is called:

  import { ChatRoom } from 'amazon-ivs-chat-messaging';
  const room = new ChatRoom({ regionOrUrl: 'ws://{edge}', tokenProvider });
  room.addListener('message', (message) => console.log(message.sender.userId, message.content));
  room.connect();

Ctrl-C ends it.
`)
}
