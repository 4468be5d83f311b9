// The server under test, as the Go harness describes it in the environment, and what an application's backend does with
// it. For Node only; flows.js is what runs everywhere.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as ivschat from '@aws-sdk/client-ivschat';

function setting(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: these tests are run by "go test ./test/e2e", or by "make test"`);
  }
  return value;
}

export const edgeURL = setting('E2E_EDGE');

const run = promisify(execFile);

const client = new ivschat.IvschatClient({
  endpoint: setting('E2E_API'),
  region: 'us-west-2',
  credentials: { accessKeyId: 'throng', secretAccessKey: 'throng-dev-secret' },
  maxAttempts: 10,
});

/** Calls an operation of the control plane, such as CreateRoom, and returns its output as JSON would carry it. */
export async function backend(operation, input) {
  const { $metadata: _, ...output } = await client.send(new ivschat[`${operation}Command`](input));
  return JSON.parse(JSON.stringify(output));
}

/** Seals a token whose session lasts only seconds, which CreateChatToken cannot. */
export async function shortToken(room, userId, seconds) {
  const { stdout } = await run(setting('E2E_BINARY'), [
    'token', '--dev', '--data-dir', setting('E2E_DATA'), '--room', room, '--user', userId,
    '--capabilities', 'SEND_MESSAGE', '--session-minutes', String(seconds / 60),
  ]);
  return { token: stdout.trim() };
}
