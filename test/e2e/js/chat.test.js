// The chat SDK in Node.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import WebSocket from 'ws';

globalThis.WebSocket = WebSocket; // what the SDK asks of its environment, and Node before 22 lacks

const sdk = await import('amazon-ivs-chat-messaging');
const { backend, edgeURL, shortToken } = await import('./deployment.js');
const { flows } = await import('./flows.js');

describe('the chat SDK in Node', { concurrency: 4 }, () => {
  for (const [name, flow] of Object.entries(flows)) {
    test(name, () => flow({ sdk, url: edgeURL, backend, shortToken, severalProcesses: 'E2E_SEVERAL_PROCESSES' in process.env }));
  }

  test('a used token is refused with status 401 and a JSON body', async () => {
    const { arn } = await backend('CreateRoom', {});
    const { token } = await backend('CreateChatToken', { roomIdentifier: arn, userId: 'u' });
    const first = new WebSocket(edgeURL, token);
    await new Promise((resolve, reject) => first.once('open', resolve).once('error', reject));
    assert.equal(first.protocol, token);
    const [status, body] = await new Promise((resolve, reject) => {
      const second = new WebSocket(edgeURL, token);
      second.once('open', () => reject(new Error('a used token opened a connection')));
      second.once('error', reject);
      second.once('unexpected-response', async (_, response) => {
        resolve([response.statusCode, JSON.parse(Buffer.concat(await response.toArray()).toString())]);
      });
    });
    assert.equal(status, 401);
    assert.equal(body.ErrorCode, 401);
    assert.equal(typeof body.ErrorMessage, 'string');
    first.close();
  });

  test('a client behind a page of another origin, with a path and a query', async () => {
    const { arn } = await backend('CreateRoom', {});
    const { token } = await backend('CreateChatToken', { roomIdentifier: arn, userId: 'u' });
    const socket = new WebSocket(`${edgeURL}/some/path?and=query`, token, { origin: 'https://example.com' });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.close();
  });
});
