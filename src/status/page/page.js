import { formatBytes, formatCores, formatCount, formatDuration, formatRate } from './format.js';
import { createTable } from './table.js';

const RECONNECT_AFTER_MS = 2_000;
/** Before the server has said how often it is heard, and how often it pushes. */
const FIRST_HEARTBEAT_MS = 10_000;
const ANNOUNCEMENTS = {
  connecting: 'Connecting',
  live: 'Connected',
  waiting: 'Connected; waiting for a push',
  lost: 'Connection lost; trying again',
};

const byId = (id) => document.getElementById(id);
const table = createTable(document.querySelector('table'));

let source;
let state;
let heardAtMs = performance.now();
let connected = false;

function connect() {
  source?.close();
  source = new EventSource('/events');
  source.addEventListener('state', (event) => {
    state = JSON.parse(event.data);
    heardAtMs = performance.now();
    connected = true;
    show();
  });
  source.addEventListener('error', () => {
    connected = false;
    showConnection();
    // The browser tries again by itself, except after an answer that was no stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_AFTER_MS);
  });
}

function show() {
  const { containers, receiving } = state;
  byId('elsewhere').hidden = receiving;
  byId('about').hidden = !receiving;
  byId('push-target').textContent = state.pushTarget ?? 'an endpoint';
  byId('empty').hidden = !receiving || containers.length > 0;
  byId('empty-interval').textContent = formatDuration(Math.max(1, state.intervalMs / 1000));
  byId('overview').hidden = !receiving || containers.length === 0;
  byId('truncated').hidden = !state.truncated;
  byId('host').textContent = state.hostName ?? '';
  document.title = receiving && containers.length > 0 ? `Plimsoll · ${containers.length} containers` : 'Plimsoll';
  showTotals(containers);
  table.show(containers);
  showConnection();
}

function showTotals(containers) {
  const sum = (field) => containers.reduce((total, container) => total + (container[field] ?? 0), 0);
  const network = sum('networkReceiveBytesPerSecond') + sum('networkTransmitBytesPerSecond');
  const memory = containers.reduce((total, row) => total + (row.memoryWorkingSetBytes ?? row.memoryUsageBytes ?? 0), 0);
  const texts = {
    containers: formatCount(containers.length),
    cpu: `${formatCores(sum('cpuCores'))} cores`,
    memory: formatBytes(memory),
    network: formatRate(network),
    processes: formatCount(sum('processCount')),
  };
  for (const [name, text] of Object.entries(texts)) {
    document.querySelector(`[data-total="${name}"]`).textContent = text;
  }
}

function showConnection() {
  const { state: kind, text } = describeConnection();
  const element = byId('connection');
  // The text changes every second; only a change of the state is announced to those who listen.
  if (kind !== element.dataset.state) byId('announcement').textContent = ANNOUNCEMENTS[kind];
  element.dataset.state = kind;
  if (element.textContent !== text) element.textContent = text;
  document.body.classList.toggle('old', kind === 'lost');
}

function describeConnection() {
  const silentMs = performance.now() - heardAtMs;
  if (!connected) {
    if (state === undefined) return { state: 'connecting', text: 'Connecting…' };
    const ago = formatDuration(silentMs / 1000);
    return { state: 'lost', text: `Connection lost ${ago} ago; trying again` };
  }
  if (!state.receiving) return { state: 'live', text: 'Connected' };
  if (state.ageMs === undefined) {
    // The agent's own metrics arrive also where there is no container.
    if (state.others.length > 0) return { state: 'live', text: 'Connected' };
    return { state: 'waiting', text: 'Waiting for the first push' };
  }
  const pushedMs = state.ageMs + silentMs;
  const text = `Updated ${formatDuration(pushedMs / 1000)} ago`;
  return { state: pushedMs > 3 * state.intervalMs ? 'waiting' : 'live', text };
}

// The age counts on between pushes; and a server that has gone without closing the connection is found by its silence.
setInterval(() => {
  const heartbeatMs = state?.heartbeatMs ?? FIRST_HEARTBEAT_MS;
  if (connected && performance.now() - heardAtMs > 3 * heartbeatMs + 1_000) {
    connected = false;
    connect();
  }
  showConnection();
}, 1_000);

connect();
