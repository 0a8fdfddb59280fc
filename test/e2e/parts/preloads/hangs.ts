import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';

// From SIGUSR2 on the compression of a batch never answers, so that a cycle never ends. Everything else goes on.
const { gzip } = zlib;
let hangs = false;
zlib.gzip = ((...args: Parameters<typeof gzip>) => {
  if (!hangs) gzip(...args);
}) as typeof gzip;
syncBuiltinESMExports();
process.on('SIGUSR2', () => {
  hangs = true;
});
