// The floor: what reading the files of a herd costs with nothing around it. The paths come on standard input, one a line.
//   floor open CYCLES   opens, reads and closes every file in every cycle
//   floor kept CYCLES   opens them once and reads each again from its beginning; those below a net/ folder are opened every
//                       time, since a descriptor of them keeps the network namespace alive
// One read of 64 KiB a file: no file of a container is longer, and nothing is parsed. Prints one JSON object.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char buffer[64 * 1024];

struct file {
  char *path;
  int kept;
};

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
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

int main(int argc, char **argv) {
  if (argc != 3 || (strcmp(argv[1], "open") && strcmp(argv[1], "kept"))) {
    fprintf(stderr, "usage: floor open|kept CYCLES <PATHS\n");
    return 2;
  }
  int cycles = atoi(argv[2]);
  struct file *files = NULL;
  size_t count = 0, room = 0;
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (count == room) files = realloc(files, (room = room ? room * 2 : 1024) * sizeof *files);
    files[count++] = (struct file){strdup(line), -1};
  }
  if (!strcmp(argv[1], "kept")) keep_all(files, count);

  unsigned long long read_files = 0, bytes = 0, failures = 0;
  // The first cycle is not counted: it finds the caches cold.
  double started = 0;
  for (int cycle = -1; cycle < cycles; cycle++) {
    if (cycle == 0) {
      started = cpu_seconds();
      read_files = bytes = failures = 0;
    }
    for (size_t at = 0; at < count; at++) {
      int kept = files[at].kept;
      ssize_t got = kept < 0 ? read_anew(files[at].path) : pread(kept, buffer, sizeof buffer, 0);
      if (got < 0) {
        failures++;
        continue;
      }
      read_files++;
      bytes += got;
    }
  }
  printf("{\"cpuSeconds\":%.6f,\"files\":%llu,\"bytes\":%llu,\"failures\":%llu,\"cycles\":%d}\n", cpu_seconds() - started,
         read_files, bytes, failures, cycles);
  return 0;
}
