/*
 * A container's known load: load [--threads N] [--seconds S] [--linger 1] [--hold BYTES] [--send-bytes N --to HOST:PORT]
 *
 * Holds BYTES of touched anonymous memory, sends N bytes over UDP, and keeps N threads busy until each of them has used
 * S seconds of processor time. Threads burn processor time and not wall time, so that the total is N * S on a machine
 * whose cores others use, too. Threads that linger stay until the end, idle. Then it waits for SIGTERM. What getrusage says is printed when the threads are done and
 * at every SIGUSR1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds = 0;
static long linger = 0;
static pthread_barrier_t burnt;

static void *burn(void *unused) {
  struct timespec used;
  volatile unsigned long turns = 0;
  do {
    for (int i = 0; i < 10000; i++) turns++;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  } while (used.tv_sec + used.tv_nsec / 1e9 < seconds);
  pthread_barrier_wait(&burnt);
  while (linger) pause();
  return unused;
}

static void hold(size_t bytes) {
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("cannot hold memory");
    exit(1);
  }
  memset(memory, 1, bytes);
}

/* Paced, so that neither the receiver's buffer nor the machine notices. */
static void send_bytes(long bytes, char *to) {
  char payload[1400] = {0};
  char *colon = strrchr(to, ':');
  if (colon == NULL) {
    fprintf(stderr, "--to wants HOST:PORT\n");
    exit(2);
  }
  *colon = 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
  if (inet_pton(AF_INET, to, &address.sin_addr) != 1) {
    fprintf(stderr, "--to wants an IPv4 address\n");
    exit(2);
  }
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  long sent = 0;
  for (int packet = 1; sent < bytes; packet++) {
    long size = bytes - sent < (long)sizeof payload ? bytes - sent : (long)sizeof payload;
    if (sendto(s, payload, size, 0, (struct sockaddr *)&address, sizeof address) < 0) {
      perror("cannot send");
      exit(1);
    }
    sent += size;
    if (packet % 32 == 0) usleep(2000);
  }
  close(s);
  printf("sent bytes=%ld\n", sent);
}

static void say_usage(const char *when) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  printf("%s user_us=%ld system_us=%ld maxrss_kb=%ld\n", when, u.ru_utime.tv_sec * 1000000L + u.ru_utime.tv_usec,
         u.ru_stime.tv_sec * 1000000L + u.ru_stime.tv_usec, u.ru_maxrss);
  fflush(stdout);
}

int main(int argc, char **argv) {
  long threads = 0, send = 0, hold_bytes = 0;
  char *to = NULL;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "--threads")) threads = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--seconds")) seconds = atof(argv[i + 1]);
    else if (!strcmp(argv[i], "--linger")) linger = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--hold")) hold_bytes = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--send-bytes")) send = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--to")) to = argv[i + 1];
    else return fprintf(stderr, "unknown flag %s\n", argv[i]), 2;
  }
  /* Blocked before the threads start, so that every signal waits for sigwait below. */
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);

  say_usage("started");
  if (hold_bytes > 0) hold(hold_bytes);
  if (send > 0 && to != NULL) send_bytes(send, to);
  pthread_t burning[64];
  if (threads > 64) threads = 64;
  pthread_barrier_init(&burnt, NULL, threads + 1);
  for (long i = 0; i < threads; i++) pthread_create(&burning[i], NULL, burn, NULL);
  pthread_barrier_wait(&burnt);
  for (long i = 0; i < threads && !linger; i++) pthread_join(burning[i], NULL);
  say_usage("done");
  for (int got = 0; sigwait(&signals, &got) == 0 && got == SIGUSR1;) say_usage("now");
  return 0;
}
