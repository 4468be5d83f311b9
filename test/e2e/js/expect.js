// Assertions that work in Node and in browsers.

function sorted(value) {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  }
  return value;
}

/** Fails unless both values are the same as JSON. */
export function same(got, want, what) {
  const [a, b] = [got, want].map((value) => JSON.stringify(sorted(value)));
  if (a !== b) {
    throw new Error(`${what}: got ${a}, want ${b}`);
  }
}

/** Fails unless ok. */
export function check(ok, what) {
  if (!ok) {
    throw new Error(what);
  }
}

/** Returns what the promise is rejected with, which must be an ERROR of the messaging API with this code. */
export async function refused(promise, code, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    same(error.errorCode, code, `${what}: code of ${JSON.stringify(error)} ${error}`);
    check(/^[a-zA-Z0-9]{12}$/.test(error.id), `${what}: id of ${JSON.stringify(error)}`);
    return error;
  }
  throw new Error(`${what}: got ${JSON.stringify(value)}, want error ${code}`);
}
