/* Has N idle threads beside its first one: threads N */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *idle(void *unused) {
  for (;;) pause();
  return unused;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "threads N\n"), 2;
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, NULL);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 * 1024);
  for (int i = 0; i < atoi(argv[1]); i++) {
    pthread_t thread;
    if (pthread_create(&thread, &small, idle, NULL) != 0) return perror("cannot make a thread"), 1;
  }
  printf("ready\n");
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
