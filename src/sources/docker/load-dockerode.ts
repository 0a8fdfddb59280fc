import { createRequire, registerHooks } from 'node:module';
import type Docker from 'dockerode';

/** What dockerode loads for image builds (gRPC) and for ssh:// hosts. Plimsoll does neither. */
const UNUSED = new Set(['@grpc/grpc-js', '@grpc/proto-loader', 'ssh2']);
const ABSENT = 'plimsoll-absent:';

/**
 * Loads dockerode on first use, without the libraries it never needs here.
 * In an agent that already holds the OpenTelemetry SDK, all of dockerode costs 12.5 MB of memory and 120 ms; without
 * gRPC and ssh2 it is 1.3 MB and 25 ms. The hooks are in force during this one synchronous call only, and the empty
 * modules have names of their own, so whoever else loads these libraries gets the real ones.
 */
export function loadDockerode(): typeof Docker {
  const require = createRequire(import.meta.url);
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      UNUSED.has(specifier)
        ? { url: ABSENT + specifier, format: 'commonjs', shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      url.startsWith(ABSENT)
        ? { format: 'commonjs', source: 'module.exports = {};', shortCircuit: true }
        : next(url, context),
  });
  try {
    return require('dockerode') as typeof Docker;
  } finally {
    hooks.deregister();
  }
}
