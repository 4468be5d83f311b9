// What people do with the chat SDK, written once and run in Node (chat.test.js) and in Chromium (browser.test.js).
//
// Each flow gets a kit: sdk, the module amazon-ivs-chat-messaging; url, the messaging endpoint; backend(operation,
// input), which calls the control plane; and shortToken(room, userId, seconds).
import { check, refused, same } from './expect.js';
import { Viewer } from './viewer.js';

const everything = ['SEND_MESSAGE', 'DELETE_MESSAGE', 'DISCONNECT_USER'];

/** Time between two messages of one sender, in milliseconds: below the limit of 10 a second. */
const pace = 110;

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function createRoom(kit, settings = {}) {
  const { arn } = await kit.backend('CreateRoom', { maximumMessageRatePerSecond: 100, ...settings });
  return arn;
}

function createToken(kit, roomIdentifier, userId, settings = {}) {
  return kit.backend('CreateChatToken', { roomIdentifier, userId, capabilities: everything, ...settings });
}

/** A token as most applications hand it to the SDK: without its expiry, so that it does not reconnect. */
async function plainToken(kit, room, userId, settings) {
  const { token } = await createToken(kit, room, userId, settings);
  return { token };
}

function join(kit, room, userId, settings) {
  return new Viewer(kit.sdk, kit.url, () => plainToken(kit, room, userId, settings)).connect();
}

/** Processes other than the one that was called learn of a change a moment later: waits until content is refused. */
async function whenKnown(kit, viewer, content) {
  while (kit.severalProcesses && await viewer.send(content).then(() => true, () => false)) {
    await Promise.all([viewer.next('message'), sleep(pace)]);
  }
}

export const flows = {
  async 'connect, send, own echo, a second user'(kit) {
    const room = await createRoom(kit);
    const [ada, bob] = await Promise.all([
      join(kit, room, 'ada', { attributes: { username: 'Ada', avatar: 'ä €😀' } }),
      join(kit, room, 'bob'),
    ]);
    const request = new kit.sdk.SendMessageRequest('hello <b>wörld</b> 😀', { message_type: 'STICKER', empty: '' });
    const echo = await ada.room.sendMessage(request);
    same(echo.requestId, request.requestId, 'request id of the echo');
    check(/^[a-zA-Z0-9]{12}$/.test(echo.id), `id of the echo: ${echo.id}`);
    check(Math.abs(echo.sendTime - Date.now()) < 60_000, `send time of the echo: ${echo.sendTime}`);
    for (const viewer of [ada, bob]) {
      same(await viewer.next('message'), {
        id: echo.id,
        requestId: request.requestId,
        content: 'hello <b>wörld</b> 😀',
        attributes: { message_type: 'STICKER', empty: '' },
        sendTime: echo.sendTime,
        sender: { userId: 'ada', attributes: { username: 'Ada', avatar: 'ä €😀' } },
      }, 'the message');
    }
    await bob.send('hi');
    for (const viewer of [ada, bob]) {
      const { attributes, sender } = await viewer.next('message');
      same({ attributes, sender }, { sender: { userId: 'bob', attributes: {} } }, 'a message without attributes');
    }
    ada.leave();
    same(await ada.next('disconnect'), 'clientDisconnect', 'the reason for leaving');
    same(await bob.send('still here').then((m) => m.content), 'still here', 'the one who stays');
    bob.leave();
  },

  async 'delete by a moderator and by the backend'(kit) {
    const room = await createRoom(kit);
    const [moderator, author] = await Promise.all([join(kit, room, 'moderator'), join(kit, room, 'author')]);
    const message = await author.send('bad words');
    await author.next('message');
    await moderator.next('message');

    const done = await moderator.delete(message.id, 'Deleted by moderator');
    same(done.messageId, message.id, 'message id that the moderator is told');
    for (const viewer of [moderator, author]) {
      const event = await viewer.next('messageDelete');
      same([event.id, event.messageId, event.reason, event.requestId],
        [done.id, message.id, 'Deleted by moderator', done.requestId], 'deletion by the moderator');
      check(done.requestId, 'a moderator’s deletion has a request id');
      check(event.id !== message.id, 'a deletion has an id of its own');
    }

    const { id } = await kit.backend('DeleteMessage', { roomIdentifier: room, id: message.id, reason: 'Deleted by moderator' });
    for (const viewer of [moderator, author]) {
      const event = await viewer.next('messageDelete');
      same([event.id, event.messageId, event.reason, event.requestId],
        [id, message.id, 'Deleted by moderator', ''], 'deletion by the backend');
    }
    moderator.leave();
    author.leave();
  },

  async 'disconnect by a moderator and by the backend'(kit) {
    const room = await createRoom(kit);
    const moderator = await join(kit, room, 'moderator');
    for (const byBackend of [false, true]) {
      const victim = await join(kit, room, 'victim');
      let requestId = '';
      if (byBackend) {
        await kit.backend('DisconnectUser', { roomIdentifier: room, userId: 'victim', reason: 'Kicked by moderator' });
      } else {
        const done = await moderator.kick('victim', 'Kicked by moderator');
        same(done.userId, 'victim', 'user that the moderator is told');
        requestId = done.requestId;
        check(requestId, 'a moderator’s disconnect has a request id');
      }
      for (const viewer of [moderator, victim]) {
        const event = await viewer.next('userDisconnect');
        same([event.userId, event.reason, event.requestId], ['victim', 'Kicked by moderator', requestId], 'the event');
      }
      same(await victim.next('disconnect'), 'serverDisconnect', 'the reason that the SDK gives');
      // The others go on, and the victim does not come back by itself.
      await moderator.send('gone');
      await moderator.next('message');
      same([victim.room.state, victim.tokens, victim.events], ['disconnected', 1, []], 'the victim stays away');
      victim.room.connect(); // it is no ban
      await victim.next('connecting');
      await victim.next('connect');
      victim.leave();
    }
    moderator.leave();
  },

  async 'event from the backend'(kit) {
    const room = await createRoom(kit);
    const viewer = await join(kit, room, 'viewer', { capabilities: [] });
    const { id } = await kit.backend('SendEvent', {
      roomIdentifier: room, eventName: 'app:DELETE_BY_USER', attributes: { userId: 'someone', big: 'x'.repeat(4000) },
    });
    const event = await viewer.next('event');
    same([event.id, event.eventName, event.attributes.userId, event.attributes.big.length, event.requestId],
      [id, 'app:DELETE_BY_USER', 'someone', 4000, ''], 'the event');
    check(Math.abs(event.sendTime - Date.now()) < 60_000, `send time of the event: ${event.sendTime}`);
    viewer.leave();
  },

  async 'requests that are refused'(kit) {
    const room = await createRoom(kit, { maximumMessageLength: 100 });
    const viewer = await join(kit, room, 'viewer');
    same((await refused(viewer.send('x'.repeat(101)), 400, 'content too long')).errorMessage,
      'Message exceeds maximum length', 'text of the error');
    await viewer.send('😀'.repeat(100));
    await viewer.next('message');
    await refused(viewer.send(''), 400, 'empty content');
    await refused(viewer.send('x', { a: 'x'.repeat(1024) }), 413, 'attributes too large');
    await refused(viewer.delete('no message id'), 400, 'deletion of what is no id');
    await kit.backend('UpdateRoom', { identifier: room, maximumMessageLength: 5 });
    await whenKnown(kit, viewer, '123456');
    await refused(viewer.send('123456'), 400, 'content too long after an update');

    const reader = await join(kit, room, 'reader', { capabilities: [] });
    for (const request of [reader.send('hi'), reader.delete('abcdefghijkl'), reader.kick('viewer')]) {
      const { errorMessage } = await refused(request, 403, 'a reader’s request');
      check(errorMessage.includes('Forbidden'), `text of the error: ${errorMessage}`);
    }

    await kit.backend('DeleteRoom', { identifier: room });
    await whenKnown(kit, viewer, 'hi');
    await refused(viewer.send('hi'), 404, 'a message to a room that was deleted');
    same([viewer.room.state, viewer.events], ['connected', []], 'the session lasts');
    viewer.leave();
    reader.leave();
  },

  async 'too many requests'(kit) {
    const room = await createRoom(kit);
    const viewer = await join(kit, room, 'viewer');
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => viewer.send(`flood ${i}`)));
    const sent = results.filter((r) => r.status === 'fulfilled').map((r) => r.value.content);
    check(sent.length >= 10 && sent.length <= 20, `${sent.length} of 30 messages at once went through`);
    same(sent.slice(0, 10), Array.from({ length: 10 }, (_, i) => `flood ${i}`), 'what went through');
    for (const { reason } of results.filter((r) => r.status === 'rejected')) {
      same([reason.errorCode, reason.errorMessage], [429, 'rate limit exceeded'], 'the refusal');
    }
    viewer.leave();

    const slow = await createRoom(kit, { maximumMessageRatePerSecond: 1 });
    const [ada, bob] = await Promise.all([join(kit, slow, 'ada'), join(kit, slow, 'bob')]);
    const both = await Promise.allSettled([ada.send('first'), ada.send('second')]);
    same(both.map((r) => r.status), ['fulfilled', 'rejected'], 'a room of one message a second');
    same((await refused(bob.send('third'), 429, 'another user of the room')).errorMessage, 'rate limit exceeded', 'its text');
    ada.leave();
    bob.leave();
  },

  async 'session end and the SDK’s own reconnect'(kit) {
    const room = await createRoom(kit);
    const other = await join(kit, room, 'other');
    const viewer = new Viewer(kit.sdk, kit.url, (n) =>
      n === 1 ? kit.shortToken(room, 'viewer', 3) : plainToken(kit, room, 'viewer'));
    await viewer.connect();
    await viewer.send('before');
    same((await viewer.next('message')).content, 'before', 'a message of the first session');
    await viewer.next('connecting');
    await viewer.next('connect');
    same(viewer.tokens, 2, 'tokens asked for');
    await other.send('after');
    same((await viewer.next('message')).content, 'after', 'a message of the second session');
    await viewer.send('mine');
    same((await viewer.next('message')).content, 'mine', 'the viewer’s own in the second session');
    viewer.leave();
    other.leave();
  },

  async 'overlapping reconnects before the token expires'(kit) {
    const room = await createRoom(kit);
    const sender = await join(kit, room, 'sender');
    // With 31 s left the SDK opens the next connection after 1 s, over and over, and drops what it gets twice while both are open.
    const viewer = new Viewer(kit.sdk, kit.url, async () => {
      const { token } = await createToken(kit, room, 'viewer');
      return { token, tokenExpirationTime: new Date(Date.now() + 31_000) };
    });
    await viewer.connect();
    const messages = 50;
    for (let n = 0; n < messages; n++) {
      await Promise.all([sender.send(String(n)), sleep(pace)]);
    }
    const seen = [];
    const ends = setInterval(() => sender.send('end').catch(() => {}), 1000);
    try {
      for (let content; (content = (await viewer.next('message')).content) !== 'end';) {
        seen.push(Number(content));
      }
    } finally {
      clearInterval(ends);
    }
    // The SDK stops listening to the old connection at the moment when the next one is open. A message that was sent
    // before the next one was a member, and that has not been read from the old one by then, is lost to it whatever the
    // server does. The sender has one message under way at a time, so that a swap can cost one; none comes twice.
    const swaps = viewer.tokens - 1;
    check(seen.every((n, i) => i === 0 || n > seen[i - 1]), `out of order, or twice: ${seen}`);
    check(seen.length >= messages - swaps, `${seen.length} of ${messages} messages came, with ${swaps} swaps`);
    check(swaps >= 3, `the SDK swapped connections only ${swaps} times`);
    await viewer.send('the last connection sends too');
    viewer.leave();
    sender.leave();
  },

  async 'a used token and a wrong one'(kit) {
    const room = await createRoom(kit);
    const cached = await plainToken(kit, room, 'viewer');
    const first = await new Viewer(kit.sdk, kit.url, async () => cached).connect();
    for (const token of [cached, { token: 'wrong' }, { token: `${cached.token.slice(0, -4)}AAAA` }]) {
      const again = new Viewer(kit.sdk, kit.url, async () => token);
      again.room.connect();
      await again.next('connecting');
      same(await again.next('disconnect'), 'socketError', 'the reason that the SDK gives');
      same(again.tokens, 4, 'attempts of the SDK');
    }
    await first.send('undisturbed');
    first.leave();
  },
};
