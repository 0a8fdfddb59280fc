/*
 * Does what is counted of processes, so many times:
 *
 *   counted [--threads N] [--sleeps TIMES] [--children N] [--files N] [--connections N] [--udp N] [--pages FILE]
 *
 * N threads sleep TIMES each and stay; N children touch 1 MiB each, end and are waited for; N files are opened;
 * N connections over the loopback have both ends here, beside the socket that listens; N UDP sockets have a port; and
 * 64 pages of FILE are brought back from the disk, one by one. Says what getrusage says of it and its children, and
 * waits for SIGTERM.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L
#define PAGES 64L

static long sleeps = 0;
static pthread_barrier_t slept;

static void need(int is_well, const char *what) {
  if (is_well) return;
  perror(what);
  exit(1);
}

static void *sleep_thread(void *unused) {
  struct timespec millisecond = {.tv_nsec = 1000000};
  for (long i = 0; i < sleeps; i++) nanosleep(&millisecond, NULL);
  pthread_barrier_wait(&slept);
  for (;;) pause();
  return unused;
}

static void have_threads(long threads) {
  pthread_t thread;
  pthread_barrier_init(&slept, NULL, threads + 1);
  for (long i = 0; i < threads; i++) need(pthread_create(&thread, NULL, sleep_thread, NULL) == 0, "thread");
  pthread_barrier_wait(&slept);
}

static volatile char *map(long bytes, int flags, int file) {
  char *memory = mmap(NULL, bytes, PROT_READ | (file < 0 ? PROT_WRITE : 0), flags, file, 0);
  need(memory != MAP_FAILED, "mmap");
  return memory;
}

static void have_children(long children) {
  for (long i = 0; i < children; i++) {
    if (fork() == 0) {
      volatile char *memory = map(256 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
      for (long page = 0; page < 256; page++) memory[page * PAGE] = 1;
      _exit(0);
    }
    wait(NULL);
  }
}

static void bring_back(const char *path) {
  int file = open(path, O_RDWR | O_CREAT, 0600);
  static char page[PAGE];
  memset(page, 7, sizeof page);
  for (long i = 0; i < PAGES; i++) need(write(file, page, PAGE) == PAGE, path);
  need(fsync(file) == 0, path);
  need(posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0, path);
  volatile char *memory = map(PAGES * PAGE, MAP_SHARED, file), sum = 0;
  madvise((void *)memory, PAGES * PAGE, MADV_RANDOM);
  for (long i = 0; i < PAGES; i++) sum += memory[i * PAGE];
  close(file);
}

static struct sockaddr_in have_port(int type, int *made) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  *made = socket(AF_INET, type, 0);
  need(bind(*made, (struct sockaddr *)&address, size) == 0, "bind");
  need(getsockname(*made, (struct sockaddr *)&address, &size) == 0, "getsockname");
  return address;
}

static void connect_to_itself(long connections) {
  int listening;
  struct sockaddr_in address = have_port(SOCK_STREAM, &listening);
  need(listen(listening, 16) == 0, "listen");
  for (long i = 0; i < connections; i++) {
    int connecting = socket(AF_INET, SOCK_STREAM, 0);
    need(connect(connecting, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    need(accept(listening, NULL, NULL) >= 0, "accept");
  }
}

int main(int argc, char **argv) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  for (int i = 1; i + 1 < argc; i += 2) {
    long n = atol(argv[i + 1]);
    int made;
    if (!strcmp(argv[i], "--sleeps")) sleeps = n;
    else if (!strcmp(argv[i], "--threads")) have_threads(n);
    else if (!strcmp(argv[i], "--children")) have_children(n);
    else if (!strcmp(argv[i], "--files")) while (n-- > 0) need(open("/dev/null", O_RDONLY) >= 0, "open");
    else if (!strcmp(argv[i], "--connections")) connect_to_itself(n);
    else if (!strcmp(argv[i], "--udp")) while (n-- > 0) have_port(SOCK_DGRAM, &made);
    else if (!strcmp(argv[i], "--pages")) bring_back(argv[i + 1]);
    else return fprintf(stderr, "unknown flag %s\n", argv[i]), 2;
  }
  struct rusage own, children;
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  printf("done voluntary=%ld involuntary=%ld minor=%ld major=%ld\n", own.ru_nvcsw, own.ru_nivcsw,
         own.ru_minflt + children.ru_minflt, own.ru_majflt + children.ru_majflt);
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
