import { expect, test } from 'vitest';
import { explainFailure, failureOf } from '../../../src/sources/docker/failure.ts';

const SOCKET = 'unix:///run/docker.sock';
const REMOTE = 'tcp://engine:2375';

function explain(code: string, label: string, message = `connect ${code} x`): string {
  return explainFailure(failureOf(Object.assign(new Error(message), { code })), label);
}

test('says what to do about a socket', () => {
  expect(explain('ENOENT', SOCKET)).toBe(
    'no Docker socket at /run/docker.sock: is Docker running? Start it, or set docker.host to where the engine listens',
  );
  expect(explain('EACCES', SOCKET)).toMatch(/^\/run\/docker\.sock: permission denied: .*group docker.*usermod/);
  expect(explain('EPERM', SOCKET)).toMatch(/permission denied/);
  expect(explain('ECONNREFUSED', SOCKET)).toMatch(/^nothing listens at \/run\/docker\.sock/);
});

test('says what to do about a remote engine', () => {
  expect(explain('ECONNREFUSED', REMOTE)).toMatch(/^nothing listens at tcp:\/\/engine:2375/);
  expect(explain('ENOTFOUND', REMOTE)).toMatch(/host name .* not known: correct docker\.host/);
  expect(explain('EHOSTUNREACH', REMOTE)).toMatch(/no way to/);
  expect(explain('UNABLE_TO_VERIFY_LEAF_SIGNATURE', REMOTE, 'unable to verify')).toMatch(/docker\.certPath/);
});

test('says what the engine itself answered, in one line of bounded length', () => {
  const error = Object.assign(new Error(`(HTTP code 500) ${'x\n'.repeat(5000)}`), { statusCode: 500 });
  const reason = explainFailure(failureOf(error), SOCKET);
  expect(reason).toMatch(/answered with an error: \(HTTP code 500\)/);
  expect(reason.length).toBeLessThan(400);
  expect(reason).not.toContain('\n');
});

test('takes a missing file for no missing socket', () => {
  expect(explain('ENOENT', SOCKET, "ENOENT: open '/certs/ca.pem'")).toMatch(/^cannot ask .*ca\.pem/);
});

test('reads whatever was thrown', () => {
  for (const thrown of [undefined, null, 'text', 5, {}, new DOMException('stop', 'AbortError')]) {
    expect(explainFailure(failureOf(thrown), SOCKET)).toMatch(/^cannot ask/);
  }
});
