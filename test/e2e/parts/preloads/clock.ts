// At SIGUSR2 the wall clock is set back by an hour, and at the next SIGUSR2 set right.
const HOUR_MS = 3_600_000;
const now = Date.now;
let stepMs = 0;
Date.now = () => now() + stepMs;
process.on('SIGUSR2', () => {
  stepMs = stepMs === 0 ? -HOUR_MS : 0;
});
