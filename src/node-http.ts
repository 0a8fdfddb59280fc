/*
 * Node's HTTP, not imported but asked for: an import of `node:http` takes everything that it has, the browser's WebSocket among
 * it, which costs 13 MB of resident memory and 80 ms; the same module without those is 3 MB.
 */

export const http = process.getBuiltinModule('node:http');
export const https = process.getBuiltinModule('node:https');
