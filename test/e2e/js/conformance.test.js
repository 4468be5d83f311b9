// Runs the cases of ../cases.json through the AWS SDK for JavaScript v3. conformance_test.go describes the table.
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import * as ivschat from '@aws-sdk/client-ivschat';
import { check, same } from './expect.js';

const { cases } = JSON.parse(await readFile(new URL('../cases.json', import.meta.url)));
const credentials = JSON.parse(process.env.E2E_CREDENTIALS);

function createClient({ credentials: name = 'permanent', server, clock = 0 }, attempts = server === 'small' || clock ? 1 : 10) {
  const secret = credentials[name];
  return new ivschat.IvschatClient({
    endpoint: server === 'small' ? process.env.E2E_API_SMALL : process.env.E2E_API,
    region: 'us-west-2',
    maxAttempts: attempts,
    systemClockOffset: clock * 1000,
    // Without a secret nothing is signed, but the SDK asks for credentials all the same.
    credentials: { accessKeyId: secret?.[0] ?? 'none', secretAccessKey: secret?.[1] ?? 'none', sessionToken: secret?.[2] || undefined },
    ...(secret ? {} : { signer: { sign: async (request) => request } }),
  });
}

/** Returns an input of the table with its references and repetitions replaced. */
function fill(value, saved) {
  if (Array.isArray(value)) {
    return value.map((v) => fill(v, saved));
  }
  if (value && typeof value === 'object') {
    return value.$repeat
      ? value.$repeat[0].repeat(value.$repeat[1])
      : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, saved)]));
  }
  if (typeof value === 'string' && value.startsWith('${')) {
    const [name, member] = value.slice(2, -1).split('.');
    return saved[name][member];
  }
  return value;
}

const matchers = {
  $absent: (got, _, where) => check(got == null, `${where}: got ${JSON.stringify(got)}, want nothing`),
  $match: (got, pattern, where) => check(typeof got === 'string' && new RegExp(pattern).test(got), `${where}: got ${got}, want ${pattern}`),
  $minutesFromNow: (got, minutes, where) => check(
    got instanceof Date && Math.abs((got - Date.now()) / 60_000 - minutes) < 0.9,
    `${where}: got ${got}, want a time ${minutes} minutes from now`,
  ),
  $either: (got, alternatives, where) => check(
    alternatives.some((want) => {
      try {
        match(got, want, where);
        return true;
      } catch {
        return false;
      }
    }),
    `${where}: got ${JSON.stringify(got)}, want one of ${JSON.stringify(alternatives)}`,
  ),
};

/** Fails unless got is what the table wants. */
function match(got, want, where) {
  if (want === null || typeof want !== 'object') {
    same(got, want, where);
    return;
  }
  const keys = Object.keys(want);
  if (keys.length === 1 && matchers[keys[0]]) {
    matchers[keys[0]](got, want[keys[0]], where);
    return;
  }
  check(got !== null && typeof got === 'object', `${where}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  if (Array.isArray(want)) {
    same([Array.isArray(got), got.length], [true, want.length], `${where}: length`);
  }
  for (const key of keys) {
    match(got[key], want[key], `${where}.${key}`);
  }
}

/** Returns what the SDK made of an error answer, as the table names it. */
function refusal(error) {
  check(error instanceof ivschat.IvschatServiceException, `not an answer of the service: ${error.stack}`);
  const modelled = ivschat[error.name];
  check(!modelled || error instanceof modelled, `${error.name} did not arrive as its typed exception`);
  return { ...error, type: error.name, status: error.$metadata.httpStatusCode };
}

async function run(client, steps) {
  const saved = {};
  for (const [number, step] of steps.entries()) {
    const where = `step ${number + 1}, ${step.call}`;
    let output;
    let refused;
    for (let times = step.times ?? 1; times > 0 && !refused; times--) {
      try {
        output = await client.send(new ivschat[`${step.call}Command`](fill(step.with, saved)));
      } catch (error) {
        refused = refusal(error);
      }
    }
    if (step.fails) {
      check(refused, `${where}: got ${JSON.stringify(output)}, want it to fail`);
      match(refused, fill(step.fails, saved), where);
    } else {
      check(!refused, `${where}: ${JSON.stringify(refused)}`);
      match(output, fill(step.gives ?? {}, saved), where);
      saved[step.as] = output;
    }
  }
}

describe('the AWS SDK for JavaScript', { concurrency: 4 }, () => {
  for (const one of cases) {
    test(one.name, () => run(createClient(one), one.steps));
  }

  // The SDK corrects its clock by the Date header of the refusal and tries again.
  for (const clock of [-1200, 1200]) {
    test(`a client whose clock is wrong by ${clock} s finds out`, async () => {
      await createClient({ clock }, 3).send(new ivschat.ListRoomsCommand({}));
    });
  }
});
