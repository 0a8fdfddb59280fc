/* Receives what load sends, so that it goes from one namespace of the tests to another: sink PORT. Prints its total at SIGUSR1. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t asked = 0;
static void on_usr1(int signal) { asked = signal; }
static void on_term(int signal) { _exit(signal == SIGTERM ? 0 : 1); }

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "sink PORT\n"), 2;
  /* sigaction without SA_RESTART: a signal has to end recv. */
  struct sigaction usr1 = {.sa_handler = on_usr1}, term = {.sa_handler = on_term};
  sigaction(SIGUSR1, &usr1, NULL);
  sigaction(SIGTERM, &term, NULL);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = INADDR_ANY};
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(s, (struct sockaddr *)&address, sizeof address) < 0) return perror("cannot bind"), 1;
  printf("ready\n");
  fflush(stdout);
  char buffer[65536];
  long total = 0;
  for (;;) {
    ssize_t got = recv(s, buffer, sizeof buffer, 0);
    if (got > 0) total += got;
    if (asked) {
      asked = 0;
      printf("received bytes=%ld\n", total);
      fflush(stdout);
    }
  }
}
