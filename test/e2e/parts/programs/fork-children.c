/*
 * Has N living children, and makes a child that burns SECONDS of processor time, ends, and is waited for DELAY seconds later,
 * a zombie until then: fork-children N SECONDS DELAY. What the ended child used is then in the parent's cutime only.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void burn(double seconds) {
  struct timespec used;
  do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  while (used.tv_sec + used.tv_nsec / 1e9 < seconds);
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "fork-children N SECONDS DELAY\n"), 2;
  for (int i = 0; i < atoi(argv[1]); i++)
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  pid_t child = fork();
  if (child == 0) {
    burn(atof(argv[2]));
    _exit(0);
  }
  siginfo_t ended;
  waitid(P_PID, child, &ended, WEXITED | WNOWAIT);
  printf("ended\n");
  fflush(stdout);
  sleep(atoi(argv[3]));
  waitpid(child, NULL, 0);
  printf("done\n");
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
