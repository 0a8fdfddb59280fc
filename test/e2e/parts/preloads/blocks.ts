// At SIGUSR2 the event loop stops turning for ever.
process.on('SIGUSR2', () => {
  for (;;) Math.random();
});
