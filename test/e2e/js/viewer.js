// A user of the chat SDK whose events wait until the test looks at them. Runs in Node and in browsers.

/** How long anything may take that should happen at once, in milliseconds. */
export const patience = 30_000;

const silent = { debug() {}, info() {}, error() {} };

export class Viewer {
  /** Events that were not looked at, in order: {name, value}. */
  events = [];
  /** How often the SDK asked for a token. */
  tokens = 0;
  #wake = () => {};

  /**
   * @param sdk the module amazon-ivs-chat-messaging
   * @param nextToken is called with 1, 2, … for each token that the SDK asks for
   */
  constructor(sdk, url, nextToken) {
    this.sdk = sdk;
    this.room = new sdk.ChatRoom({ regionOrUrl: url, tokenProvider: () => nextToken(++this.tokens) });
    this.room.logger = silent;
    for (const name of ['connecting', 'connect', 'disconnect', 'message', 'event', 'messageDelete', 'userDisconnect']) {
      this.room.addListener(name, (value) => {
        this.events.push({ name, value });
        this.#wake();
      });
    }
  }

  /** Returns the value of the next event, which must be of this name. */
  async next(name) {
    const event = await this.any();
    if (event.name !== name) {
      throw new Error(`got the event ${JSON.stringify(event)}, want ${name}`);
    }
    return event.value;
  }

  /** Returns the next event. */
  async any() {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no event within ${patience} ms`)), patience);
    });
    try {
      while (this.events.length === 0) {
        await Promise.race([late, new Promise((resolve) => { this.#wake = resolve; })]);
      }
    } finally {
      clearTimeout(timer);
      late.catch(() => {});
    }
    return this.events.shift();
  }

  /** Connects and returns this. */
  async connect() {
    this.room.connect();
    await this.next('connecting');
    await this.next('connect');
    return this;
  }

  send(content, attributes) {
    return this.room.sendMessage(new this.sdk.SendMessageRequest(content, attributes));
  }

  delete(id, reason) {
    return this.room.deleteMessage(new this.sdk.DeleteMessageRequest(id, reason));
  }

  kick(userId, reason) {
    return this.room.disconnectUser(new this.sdk.DisconnectUserRequest(userId, reason));
  }

  leave() {
    this.room.disconnect();
  }
}
