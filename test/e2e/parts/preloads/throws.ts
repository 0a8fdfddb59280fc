// At SIGUSR2 an error is thrown that nothing catches, with secrets in all the places where errors carry them.
process.on('SIGUSR2', () => {
  throw Object.assign(new Error('provoked: https://user:hidden-1@host/ refused hidden-2, hidden-4'), {
    code: 'EPROVOKED',
    headers: { authorization: 'hidden-3' },
  });
});
