// The floor: what reading the files of a herd costs with nothing around it. The paths come on standard input, one a line.
//   floor open CYCLES INTERVAL_MS   opens, reads and closes every file in every cycle
//   floor kept CYCLES INTERVAL_MS   opens them once and reads each again from its beginning; those below a net/ folder are
//                                   opened every time, since a descriptor of them keeps the network namespace alive
// It sleeps between the cycles so that one begins each interval, as an agent's do; with 0 it does not sleep at all.
// One read of 64 KiB a file: no file of a container is longer, and nothing is parsed. Prints one JSON object. Its CPU time is
// that of the reading: falling asleep and waking up are not in it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static char buffer[64 * 1024];

struct file {
  char *path;
  int kept;
};

static double cpu_seconds(void) {
  struct timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return used.tv_sec + used.tv_nsec / 1e9;
}

// To points in time and not for a time: however long a cycle takes, they begin an interval apart.
static void sleep_until_next(struct timespec *next, long interval_ms) {
  if (interval_ms == 0) return;
  next->tv_nsec += interval_ms % 1000 * 1000000;
  next->tv_sec += interval_ms / 1000 + next->tv_nsec / 1000000000;
  next->tv_nsec %= 1000000000;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR) continue;
}

static ssize_t read_anew(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = read(fd, buffer, sizeof buffer);
  close(fd);
  return got;
}

static void keep_all(struct file *files, size_t count) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (size_t at = 0; at < count; at++) {
    if (strstr(files[at].path, "/net/")) continue;
    files[at].kept = open(files[at].path, O_RDONLY | O_CLOEXEC);
    if (files[at].kept >= 0 || errno != EMFILE) continue;
    fprintf(stderr, "floor: not so many descriptors are allowed\n");
    exit(3);
  }
}

struct counts {
  unsigned long long files, bytes, failures;
};

static void read_all(const struct file *files, size_t count, struct counts *counts) {
  for (size_t at = 0; at < count; at++) {
    int kept = files[at].kept;
    ssize_t got = kept < 0 ? read_anew(files[at].path) : pread(kept, buffer, sizeof buffer, 0);
    if (got < 0) {
      counts->failures++;
      continue;
    }
    counts->files++;
    counts->bytes += got;
  }
}

int main(int argc, char **argv) {
  if (argc != 4 || (strcmp(argv[1], "open") && strcmp(argv[1], "kept"))) {
    fprintf(stderr, "usage: floor open|kept CYCLES INTERVAL_MS <PATHS\n");
    return 2;
  }
  int cycles = atoi(argv[2]);
  long interval_ms = atol(argv[3]);
  struct file *files = NULL;
  size_t count = 0, room = 0;
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (count == room) files = realloc(files, (room = room ? room * 2 : 1024) * sizeof *files);
    files[count++] = (struct file){strdup(line), -1};
  }
  if (!strcmp(argv[1], "kept")) keep_all(files, count);

  struct counts counts = {0};
  double used = 0;
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  // The first cycle is not counted: it finds the caches cold.
  read_all(files, count, &counts);
  counts = (struct counts){0};
  for (int cycle = 0; cycle < cycles; cycle++) {
    sleep_until_next(&next, interval_ms);
    double before = cpu_seconds();
    read_all(files, count, &counts);
    used += cpu_seconds() - before;
  }
  printf("{\"cpuSeconds\":%.6f,\"files\":%llu,\"bytes\":%llu,\"failures\":%llu,\"cycles\":%d}\n", used, counts.files,
         counts.bytes, counts.failures, cycles);
  return 0;
}
