/*
 * Sends UDP packets at a steady pace whether the network is there or not: talk HOST:PORT BYTES_PER_SECOND [PACKETS]
 * It ends after so many PACKETS; without a number it ends the sending at SIGUSR1, and itself at SIGTERM.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

int main(int argc, char **argv) {
  char *colon = argc >= 3 ? strrchr(argv[1], ':') : NULL;
  if (colon == NULL) return fprintf(stderr, "talk HOST:PORT BYTES_PER_SECOND [PACKETS]\n"), 2;
  *colon = 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) return fprintf(stderr, "not an IPv4 address\n"), 2;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGUSR1);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  char payload[1000] = {0};
  struct timespec pause = {.tv_nsec = (long)(1e9 * sizeof payload / atof(argv[2]))};
  printf("ready\n");
  fflush(stdout);
  long packets = argc > 3 ? atol(argv[3]) : -1;
  int got = -1;
  while (got < 0 && packets-- != 0) {
    /* What cannot be sent just now is lost, as it is with UDP anyway. */
    (void)sendto(s, payload, sizeof payload, 0, (struct sockaddr *)&address, sizeof address);
    got = sigtimedwait(&signals, NULL, &pause);
  }
  printf("done\n");
  fflush(stdout);
  while (argc == 3 && got != SIGTERM) sigwait(&signals, &got);
  return 0;
}
