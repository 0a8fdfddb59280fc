// From SIGWINCH on the process is worse on purpose: it burns half as much CPU time again as it uses, and holds half as much memory again.
let held;
process.on('SIGWINCH', () => {
  held = Buffer.alloc(process.memoryUsage.rss() / 2, 1);
  let last = process.cpuUsage();
  setInterval(() => {
    const used = process.cpuUsage(last);
    const extraUs = (used.user + used.system) / 2;
    const from = process.cpuUsage();
    for (let burnt = 0; burnt < extraUs; ) {
      const { user, system } = process.cpuUsage(from);
      burnt = user + system;
    }
    last = process.cpuUsage();
  }, 100).unref();
});
process.on('exit', () => held?.fill(0));
