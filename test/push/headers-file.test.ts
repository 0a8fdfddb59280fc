import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChangingFile } from '../../src/push/changing-file.ts';
import { headerSecrets, parseHeadersFile } from '../../src/push/headers-file.ts';
import { createOtlpSender } from '../../src/push/otlp-sender.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { batch } from './batches.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-headers-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a file of headers', () => {
  it('has one on each line; empty lines and remarks are passed over', () => {
    expect(parseHeadersFile('# ours\nAuthorization: Bearer a:b=c \r\n\nX-Tenant:one\n')).toEqual({
      Authorization: 'Bearer a:b=c',
      'X-Tenant': 'one',
    });
  });

  it.each(['secret', 'a b: secret', ': secret', 'a: sec\u0000ret'])(
    'names the line that is none, without it: %j',
    (line) => {
      expect(() => parseHeadersFile(`a: b\n${line}`)).toThrow(/^push\.headersFile: line 2 is not NAME: VALUE$/);
    },
  );

  it('is sent, wins, and is read again when it was replaced, but not while it cannot be read', async () => {
    const endpoint = await createOtlpEndpoint();
    const path = join(directory, 'headers');
    writeFileSync(path, 'Authorization: one');
    const files = { certificateFile: '', clientKeyFile: '', clientCertificateFile: '' };
    const headers = { authorization: 'none', 'x-tenant': 'a' };
    const options = { endpoint: endpoint.url, headers, headersFile: path, timeoutMs: 2000, userAgent: 'test' };
    const sender = createOtlpSender({ ...options, ...files });
    await sender.send(batch('x'));
    writeFileSync(`${path}.new`, 'Authorization: second');
    renameSync(`${path}.new`, path);
    await sender.send(batch('x'));
    rmSync(path);
    await sender.send(batch('x'));
    const sent = endpoint.received.map((each) => [each.headers.authorization, each.headers['x-tenant']]);
    expect(sent).toEqual([
      ['one', 'a'],
      ['second', 'a'],
      ['second', 'a'],
    ]);
    await sender.close();
    await endpoint.close();
  });

  it('that is not there is said at once', () => {
    expect(() => createChangingFile(join(directory, 'missing'), String)).toThrow('missing');
  });
});

describe('what must not be logged', () => {
  it('are the values of both places, of the file as it is now and though a line is broken', () => {
    const headersFile = join(directory, 'headers');
    const secrets = () => headerSecrets({ headers: { a: 'one' }, headersFile });
    expect(secrets()).toEqual(['one']);
    writeFileSync(headersFile, 'x-token: two\nthree');
    expect(secrets()).toEqual(['one', 'two', 'three']);
    writeFileSync(headersFile, 'x-token: four');
    expect(secrets()).toEqual(['one', 'four']);
  });
});
