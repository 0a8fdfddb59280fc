/* Has N children that ended and are not waited for: zombie N */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "zombie N\n"), 2;
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  for (int i = 0; i < atoi(argv[1]); i++)
    if (fork() == 0) _exit(0);
  printf("ready\n");
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
