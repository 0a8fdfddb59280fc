/*
 * Loaded into a User Mode Linux (LD_PRELOAD). It keeps the processor's registers of each of its threads through ptrace, and
 * knows an extended state of 832 bytes. Processors with AVX-512 have more, newer kernels refuse to set a part of it, and
 * User Mode Linux ends with "ptrace set fp regs failed". So the whole state is kept here, under the address at which
 * User Mode Linux keeps its part of it. A thread that begins may find what one before it left there beyond that part: no program
 * relies on those registers after a system call, and every thread begins with the end of one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define EXTENDED_STATE 0x202
#define MAX_BYTES 16384
/* One for each thread that ever lived in the kernel's memory; it uses addresses again. */
#define MAX_STATES 65536

static struct {
  const void *address;
  char *whole;
} states[MAX_STATES];

static char **whole_of(const void *address) {
  unsigned long at = ((unsigned long)address >> 4) * 2654435761UL % MAX_STATES;
  for (int tried = 0; tried < MAX_STATES; tried++, at = (at + 1) % MAX_STATES) {
    if (states[at].address == NULL) states[at].address = address;
    if (states[at].address == address) return &states[at].whole;
  }
  abort();
}

static long next_ptrace(int request, int pid, void *address, void *data) {
  static long (*next)(int, ...);
  if (next == NULL) next = (long (*)(int, ...))dlsym(RTLD_NEXT, "ptrace");
  return next(request, pid, address, data);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  int pid = va_arg(arguments, int);
  void *address = va_arg(arguments, void *), *data = va_arg(arguments, void *);
  va_end(arguments);
  int gets = request == PTRACE_GETREGSET, sets = request == PTRACE_SETREGSET;
  if ((!gets && !sets) || (long)address != EXTENDED_STATE) return next_ptrace(request, pid, address, data);

  static char now[MAX_BYTES];
  struct iovec *part = data, whole = {now, sizeof now};
  long failed = next_ptrace(PTRACE_GETREGSET, pid, address, &whole);
  if (failed) return failed;
  size_t bytes = part->iov_len < whole.iov_len ? part->iov_len : whole.iov_len;
  char **kept = whole_of(part->iov_base);
  if (gets) {
    if (*kept == NULL && (*kept = malloc(whole.iov_len)) == NULL) abort();
    memcpy(*kept, now, whole.iov_len);
    memcpy(part->iov_base, now, bytes);
    part->iov_len = bytes;
    return 0;
  }
  if (*kept != NULL) memcpy(now, *kept, whole.iov_len);
  memcpy(now, part->iov_base, bytes);
  return next_ptrace(PTRACE_SETREGSET, pid, address, &whole);
}
