/* Receives what sd_notify(3) sends, a line each with its newlines as spaces: notify-socket PATH|@ABSTRACT */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) return fprintf(stderr, "notify-socket PATH\n"), 2;
  size_t length = strlen(argv[1]);
  memcpy(address.sun_path, argv[1], length);
  if (argv[1][0] == '@') address.sun_path[0] = '\0';
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + length;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0) return perror("notify-socket"), 1;
  fprintf(stderr, "ready\n");
  char message[4096];
  for (;;) {
    /* A file descriptor that comes along is closed by the kernel, since no room is made for it. */
    ssize_t got = recv(fd, message, sizeof message, 0);
    if (got < 0) return perror("notify-socket"), 1;
    for (ssize_t i = 0; i < got; i++)
      if (message[i] == '\n') message[i] = ' ';
    printf("%.*s\n", (int)got, message);
    fflush(stdout);
  }
}
