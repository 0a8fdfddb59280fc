/** What is absent is shown as a dash: absent is not zero. */
const ABSENT = '–';

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 1536 → "1.5 KiB". */
export function formatBytes(bytes) {
  if (bytes === undefined) return ABSENT;
  let value = bytes;
  let unit = 0;
  // From 1000 on, so that no number has four digits before its point.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

export function formatRate(bytesPerSecond) {
  return bytesPerSecond === undefined ? ABSENT : `${formatBytes(bytesPerSecond)}/s`;
}

/** Cores in use: a busy thread is 1.00. */
export function formatCores(cores) {
  if (cores === undefined) return ABSENT;
  return cores > 0 && cores < 0.005 ? '<0.01' : cores.toFixed(2);
}

export function formatCount(count) {
  return count === undefined ? ABSENT : count.toLocaleString('en');
}

/** The two largest units: "3 d 4 h", "12 min 5 s". */
export function formatDuration(seconds) {
  if (seconds === undefined) return ABSENT;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}
