/*
 * Processes that come and go, with a known use of processor time:
 *
 *   processes burn SECONDS                 burns and ends, as a command of `docker exec` does
 *   processes storm N SECONDS [ignore]     N children, one after the other, that burn SECONDS together
 *   processes daemons N SECONDS            N grandchildren whose parents end at once: the first process inherits them
 *   processes burst THREADS SECONDS [ignore]
 *                                          at SIGUSR1 a child whose THREADS burn SECONDS each, and which ends
 *
 * With `ignore` SIGCHLD is ignored, so that the kernel reaps the children and adds their time to nobody. When its
 * children are gone each says what getrusage says of it and them, and waits for SIGTERM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds = 0;

static void burn(clockid_t clock) {
  struct timespec used;
  do clock_gettime(clock, &used);
  while (used.tv_sec + used.tv_nsec / 1e9 < seconds);
}

static void *burn_thread(void *unused) {
  burn(CLOCK_THREAD_CPUTIME_ID);
  return unused;
}

static void say_usage(const char *when) {
  struct rusage own, children;
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  printf("%s user_us=%ld system_us=%ld\n", when,
         (own.ru_utime.tv_sec + children.ru_utime.tv_sec) * 1000000L + own.ru_utime.tv_usec + children.ru_utime.tv_usec,
         (own.ru_stime.tv_sec + children.ru_stime.tv_sec) * 1000000L + own.ru_stime.tv_usec + children.ru_stime.tv_usec);
  fflush(stdout);
}

/* Where SIGCHLD is ignored, too, it comes back when the last child is gone. */
static void wait_for_all(void) {
  while (wait(NULL) > 0 || errno == EINTR) continue;
}

static void storm(int children) {
  seconds /= children;
  for (int i = 0; i < children; i++) {
    if (fork() == 0) {
      burn(CLOCK_PROCESS_CPUTIME_ID);
      _exit(0);
    }
    wait_for_all();
  }
}

static void daemons(int count) {
  for (int i = 0; i < count; i++)
    if (fork() == 0) {
      if (fork() == 0) {
        setsid();
        burn(CLOCK_PROCESS_CPUTIME_ID);
      }
      _exit(0);
    }
  wait_for_all();
}

static void burst(int threads) {
  if (fork() == 0) {
    pthread_t burning[64];
    for (int i = 0; i < threads && i < 64; i++) pthread_create(&burning[i], NULL, burn_thread, NULL);
    for (int i = 0; i < threads && i < 64; i++) pthread_join(burning[i], NULL);
    _exit(0);
  }
  wait_for_all();
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "burn")) {
    seconds = atof(argv[2]);
    burn(CLOCK_PROCESS_CPUTIME_ID);
    say_usage("done");
    return 0;
  }
  if (argc < 4) return fprintf(stderr, "processes burn|storm|daemons|burst ...\n"), 2;
  int count = atoi(argv[2]), got;
  seconds = atof(argv[3]);
  if (argc > 4 && !strcmp(argv[4], "ignore")) signal(SIGCHLD, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  if (!strcmp(argv[1], "storm")) storm(count);
  else if (!strcmp(argv[1], "daemons")) daemons(count);
  else if (strcmp(argv[1], "burst")) return fprintf(stderr, "unknown %s\n", argv[1]), 2;
  if (!strcmp(argv[1], "burst")) {
    printf("ready\n");
    fflush(stdout);
    if (sigwait(&signals, &got) == 0 && got == SIGUSR1) burst(count);
  }
  say_usage("done");
  while (sigwait(&signals, &got) == 0 && got == SIGUSR1) say_usage("now");
  return 0;
}
