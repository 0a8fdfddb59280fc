import { formatBytes, formatCores, formatCount, formatDuration, formatRate } from './format.js';

/** Working set where it is pushed, since usage counts cache that the kernel gives back at need. */
const memoryOf = (row) => row.memoryWorkingSetBytes ?? row.memoryUsageBytes;

/** What each column sorts by. Numbers sort downwards at the first click, texts upwards. */
const SORT_VALUES = {
  name: (row) => row.name,
  image: (row) => row.image ?? '',
  state: (row) => row.state ?? '',
  cpu: (row) => row.cpuCores ?? -1,
  memory: (row) => memoryOf(row) ?? -1,
  receive: (row) => row.networkReceiveBytesPerSecond ?? -1,
  transmit: (row) => row.networkTransmitBytesPerSecond ?? -1,
  processes: (row) => row.processCount ?? -1,
  uptime: (row) => row.uptimeSeconds ?? -1,
};
/** Share of its memory limit from which a container is marked. */
const NEARLY_FULL = 0.9;
const TEXT_COLUMNS = new Set(['name', 'image', 'state']);

/** Keeps one table row per container, so that selection, focus and scrolling survive an update. */
export function createTable(table) {
  const body = table.tBodies[0];
  const headers = [...table.querySelectorAll('th[data-column]')];
  const rowsById = new Map();
  let containers = [];
  let sort = { column: 'cpu', ascending: false };

  const arrange = () => {
    for (const header of headers) {
      const sorted = header.dataset.column === sort.column;
      if (sorted) header.setAttribute('aria-sort', sort.ascending ? 'ascending' : 'descending');
      else header.removeAttribute('aria-sort');
    }
    const ordered = containers.toSorted((one, other) => compare(one, other, sort));
    ordered.forEach((container, index) => {
      const { element } = rowsById.get(container.id);
      // Moved only where the order changed: moving a row takes the focus from it.
      if (body.rows[index] !== element) body.insertBefore(element, body.rows[index] ?? null);
    });
  };

  for (const header of headers) {
    header.querySelector('button').addEventListener('click', () => {
      const { column } = header.dataset;
      const ascending = sort.column === column ? !sort.ascending : TEXT_COLUMNS.has(column);
      sort = { column, ascending };
      arrange();
    });
  }

  return {
    show(next) {
      containers = next;
      const ids = new Set(next.map((container) => container.id));
      for (const [id, row] of rowsById) {
        if (ids.has(id)) continue;
        row.element.remove();
        rowsById.delete(id);
      }
      // The bar is full at the busiest container, or at one core while all use less.
      const fullCores = Math.max(1, ...next.map((container) => container.cpuCores ?? 0));
      for (const container of next) {
        if (!rowsById.has(container.id)) rowsById.set(container.id, createRow());
        rowsById.get(container.id).show(container, fullCores);
      }
      arrange();
    },
  };
}

function compare(one, other, { column, ascending }) {
  const sortValue = SORT_VALUES[column];
  const [a, b] = [sortValue(one), sortValue(other)];
  const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
  // Equal ones stay in the order of their names, whichever way the column is sorted.
  return (ascending ? order : -order) || one.name.localeCompare(other.name, 'en') || (one.id < other.id ? -1 : 1);
}

function createRow() {
  const element = document.createElement('tr');
  const name = document.createElement('th');
  name.scope = 'row';
  name.append(document.createElement('span'), document.createElement('small'));
  element.append(name);
  const cell = (label, className) => {
    const td = document.createElement('td');
    // Shown as the caption of the number where a narrow screen stacks the cells.
    td.dataset.label = label;
    if (className) td.className = className;
    element.append(td);
    return td;
  };
  const image = cell('Image', 'image');
  const state = cell('State').appendChild(document.createElement('span'));
  state.className = 'state';
  const cpu = cell('CPU', 'number');
  const memory = cell('Memory', 'number');
  const cpuText = measured(cpu);
  const memoryText = measured(memory);
  const [receive, transmit, processes, uptime] = ['Received', 'Sent', 'Processes', 'Uptime'].map((label) =>
    cell(label, 'number'),
  );

  return {
    element,
    show(row, fullCores) {
      setText(name.firstChild, row.name);
      setText(name.lastChild, row.id.slice(0, 12));
      name.title = row.id;
      setText(image, row.image ?? '–');
      image.title = row.image ?? '';
      setText(state, row.state ?? '–');
      state.dataset.state = row.state ?? '';
      cpuText.show(formatCores(row.cpuCores), '', row.cpuCores === undefined ? undefined : row.cpuCores / fullCores);
      const used = memoryOf(row);
      const limit = row.memoryLimitBytes;
      const share = limit > 0 && used !== undefined ? used / limit : undefined;
      memoryText.show(formatBytes(used), limit === undefined ? '' : `of ${formatBytes(limit)}`, share);
      memory.title = row.memoryUsageBytes === undefined ? '' : `usage with cache: ${formatBytes(row.memoryUsageBytes)}`;
      setText(receive, formatRate(row.networkReceiveBytesPerSecond));
      setText(transmit, formatRate(row.networkTransmitBytesPerSecond));
      setText(processes, formatCount(row.processCount));
      setText(uptime, formatDuration(row.uptimeSeconds));
    },
  };
}

/** A number with a small remark and a bar below; the bar is only for the eye, the number says the same. */
function measured(cell) {
  const number = document.createElement('span');
  const remark = document.createElement('small');
  const bar = document.createElement('span');
  bar.className = 'bar';
  bar.setAttribute('aria-hidden', 'true');
  const filled = bar.appendChild(document.createElement('span'));
  cell.append(number, remark, bar);
  return {
    show(text, remarkText, share) {
      setText(number, text);
      setText(remark, remarkText);
      // Without a share there is no bar: an empty one would say "nothing used".
      bar.classList.toggle('unknown', share === undefined);
      filled.style.width = `${(Math.min(1, Math.max(0, share ?? 0)) * 100).toFixed(1)}%`;
      bar.classList.toggle('high', remarkText !== '' && share > NEARLY_FULL);
    },
  };
}

/** As text always: whoever runs containers chooses these strings. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
