// The processes of a synthetic herd, without an engine's cost. Standard input, one container a line:
//   idle|busy PERIOD_MS net|host CGROUP.PROCS...
// Answers each line with the process id of its container once that is in its
// cgroups, and ends everything at the end of standard input: whoever started it may be killed, and nothing stays.
//   idle  does nothing, for ever
//   busy  uses the processor, memory and the network and forks a child that it waits for, each period
//   net   has a network namespace of its own with an interface eth0
// As the program of one container of a real engine, which makes cgroups and namespaces itself:
//   herd idle|busy PERIOD_MS ADDRESS
// where what a busy one sends goes to that IPv4 address.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEMORY (256 * 1024)
#define FRAME 512

static void fail(const char *what) {
  fprintf(stderr, "herd: cannot %s: %s\n", what, strerror(errno));
  _exit(1);
}

static void join(char *paths) {
  for (char *path = strtok(paths, " "); path; path = strtok(NULL, " ")) {
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, "0", 1) != 1) fail(path);
    close(fd);
  }
}

// A tap device: what is written to it was received by the namespace.
static int make_interface(void) {
  if (unshare(CLONE_NEWNET)) fail("make a network namespace");
  int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strcpy(request.ifr_name, "eth0");
  if (tap < 0 || ioctl(tap, TUNSETIFF, &request)) fail("make an interface");
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(any, SIOCSIFFLAGS, &request)) fail("start the interface");
  close(any);
  return tap;
}

static void work(int network, volatile char *memory, unsigned turn) {
  static char frame[FRAME] = {[0] = (char)0xff, [12] = 8};
  for (volatile int spin = 0; spin < 20000; spin++) continue;
  for (int page = 0; page < 4; page++) memory[(turn * 4 + page) * 4096 % MEMORY] = (char)turn;
  if (turn % 64 == 0) madvise((void *)memory, MEMORY, MADV_DONTNEED);
  // Nobody listens where an engine's containers send to.
  if (network >= 0 && write(network, frame, sizeof frame) < 0 && errno != EAGAIN && errno != ECONNREFUSED)
    fail("use the network");
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) waitpid(child, NULL, 0);
}

static void live(int busy, long period_ms, int network, unsigned first_turn) {
  if (!busy)
    for (;;) pause();
  char *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  // Not all of them at once.
  usleep(first_turn % 16 * period_ms * 1000 / 16);
  for (unsigned turn = first_turn;; turn++) {
    work(network, memory, turn);
    struct timespec period = {period_ms / 1000, period_ms % 1000 * 1000000};
    nanosleep(&period, NULL);
  }
}

static pid_t start(char *line, unsigned number) {
  char *kind = strtok(line, " "), *period = strtok(NULL, " "), *network = strtok(NULL, " "), *paths = strtok(NULL, "");
  if (!paths) fail("read the line");
  int ready[2];
  if (pipe2(ready, O_CLOEXEC)) fail("make a pipe");
  pid_t parent = getpid(), pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    // Of its own group: an interrupt from the terminal is for who started the herd.
    setpgid(0, 0);
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    join(paths);
    int tap = strcmp(network, "net") ? -1 : make_interface();
    if (write(ready[1], "", 1) != 1) fail("say that it is ready");
    close(ready[0]);
    close(ready[1]);
    live(!strcmp(kind, "busy"), atol(period), tap, number);
  }
  close(ready[1]);
  char byte;
  if (read(ready[0], &byte, 1) != 1) exit(1);
  close(ready[0]);
  return pid;
}

static int socket_to(const char *address) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || connect(any, (struct sockaddr *)&to, sizeof to))
    fail("make a socket");
  return any;
}

int main(int argc, char **argv) {
  static char line[8192];
  if (argc == 4) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    live(!strcmp(argv[1], "busy"), atol(argv[2]), socket_to(argv[3]), now.tv_nsec / 1000);
  }
  unsigned number = 0;
  signal(SIGINT, SIG_IGN);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    printf("%d\n", start(line, number++));
    fflush(stdout);
  }
  // They would die with this process; only when they were waited for are their cgroups empty, and can be removed.
  FILE *children = fopen("/proc/thread-self/children", "r");
  int pid;
  while (children && fscanf(children, "%d", &pid) == 1) kill(pid, SIGKILL);
  while (wait(NULL) > 0) continue;
  return 0;
}
