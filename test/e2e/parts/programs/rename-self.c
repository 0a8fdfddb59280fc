/* Takes NAME as its process name, as /proc/PID/stat shows it between brackets, burns SECONDS of processor time and waits: rename-self NAME SECONDS */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "rename-self NAME SECONDS\n"), 2;
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  prctl(PR_SET_NAME, argv[1], 0, 0, 0);
  double seconds = atof(argv[2]);
  struct timespec used;
  do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  while (used.tv_sec + used.tv_nsec / 1e9 < seconds);
  printf("done\n");
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
