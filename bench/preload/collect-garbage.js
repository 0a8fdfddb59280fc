// Collects all garbage at SIGUSR2. How much of it there is at some moment depends on how the machine's other programs let V8's helper
// threads run: what is resident without it does not.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
});
