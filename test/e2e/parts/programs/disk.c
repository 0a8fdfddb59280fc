/*
 * Known traffic to files: disk [--direct FILE BYTES] [--synced FILE BYTES] [--buffered FILE BYTES] [--read FILE BYTES] ...
 *
 * direct and read go past the page cache (O_DIRECT, 64 KiB a call); synced goes through it and is then brought to the disk
 * by this process (fsync), buffered is left in it, for the kernel to bring it to the disk at some time.
 * BYTES is a multiple of 65536. Says when all is done and waits for SIGTERM.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

static void transfer(const char *path, long bytes, int flags, int sync) {
  int file = open(path, flags, 0600);
  void *block = aligned_alloc(4096, BLOCK);
  if (file < 0 || block == NULL) {
    perror(path);
    exit(1);
  }
  memset(block, 7, BLOCK);
  for (long done = 0; done < bytes; done += BLOCK) {
    ssize_t moved = (flags & O_ACCMODE) == O_RDONLY ? read(file, block, BLOCK) : write(file, block, BLOCK);
    if (moved != BLOCK) {
      perror(path);
      exit(1);
    }
  }
  if (sync) fsync(file);
  close(file);
}

int main(int argc, char **argv) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  for (int i = 1; i + 2 < argc; i += 3) {
    long bytes = atol(argv[i + 2]);
    if (!strcmp(argv[i], "--direct")) transfer(argv[i + 1], bytes, O_WRONLY | O_CREAT | O_DIRECT, 0);
    else if (!strcmp(argv[i], "--synced")) transfer(argv[i + 1], bytes, O_WRONLY | O_CREAT, 1);
    else if (!strcmp(argv[i], "--buffered")) transfer(argv[i + 1], bytes, O_WRONLY | O_CREAT, 0);
    else if (!strcmp(argv[i], "--read")) transfer(argv[i + 1], bytes, O_RDONLY | O_DIRECT, 0);
    else return fprintf(stderr, "unknown flag %s\n", argv[i]), 2;
  }
  printf("done\n");
  fflush(stdout);
  int got;
  sigwait(&term, &got);
  return 0;
}
