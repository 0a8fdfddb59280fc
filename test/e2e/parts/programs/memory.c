/*
 * Memory of every kind, BYTES each, touched where nothing else is said:
 *
 *   memory [--anon BYTES] [--shmem BYTES] [--file BYTES] [--reserve BYTES] [--wait SECONDS] [--overrun self|child]
 *
 * anon is private, shmem shared between this process and a child that touches it, too; file is a file in /tmp that is
 * written, mapped and read; reserve is address space that nobody touches. Overrun takes memory until the kernel kills
 * this process, or a child of it. Says when all is done and waits for SIGTERM.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *map(size_t bytes, int protection, int flags, int file) {
  char *memory = mmap(NULL, bytes, protection, flags, file, 0);
  if (memory == MAP_FAILED) {
    perror("cannot map memory");
    exit(1);
  }
  return memory;
}

static void touch(volatile char *memory, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 4096) memory[i] = 1;
}

static void share(size_t bytes) {
  char *memory = map(bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
  touch(memory, bytes);
  int ready[2];
  if (pipe(ready) < 0) exit(1);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    touch(memory, bytes);
    if (write(ready[1], "", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char got;
  if (read(ready[0], &got, 1) != 1) exit(1);
}

static void map_file(size_t bytes) {
  int file = open("/tmp/mapped", O_RDWR | O_CREAT, 0600);
  static char block[65536];
  for (size_t written = 0; written < bytes; written += sizeof block)
    if (write(file, block, sizeof block) != sizeof block) {
      perror("cannot write");
      exit(1);
    }
  /* Clean pages stay as they are; dirty ones would be written out at some time during the measuring. */
  fsync(file);
  volatile char *memory = map(bytes, PROT_READ, MAP_SHARED, file), sum = 0;
  for (size_t i = 0; i < bytes; i += 4096) sum += memory[i];
}

static void overrun(const char *who) {
  if (!strcmp(who, "child") && fork() != 0) {
    wait(NULL);
    return;
  }
  for (size_t piece = 1 << 20;;) touch(map(piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), piece);
}

int main(int argc, char **argv) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  for (int i = 1; i + 1 < argc; i += 2) {
    size_t bytes = strtoul(argv[i + 1], NULL, 10);
    if (!strcmp(argv[i], "--anon")) touch(map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), bytes);
    else if (!strcmp(argv[i], "--shmem")) share(bytes);
    else if (!strcmp(argv[i], "--file")) map_file(bytes);
    else if (!strcmp(argv[i], "--reserve")) map(bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    else if (!strcmp(argv[i], "--wait")) sleep(bytes);
    else if (!strcmp(argv[i], "--overrun")) overrun(argv[i + 1]);
    else return fprintf(stderr, "unknown flag %s\n", argv[i]), 2;
  }
  printf("done\n");
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
