/*
 * Processes that do as they are told, one line a command, and say when they have:
 *
 *   puppet DIRECTORY NAME      reads its commands from the FIFO DIRECTORY/NAME
 *
 *   fork NAME [ignore] [adopt]   a child that ignores SIGCHLD, or to which orphans below it come
 *   run FILE                     uses processor time, touches memory, writes to the file
 *   thread FILE                  lets a thread do the same, and end
 *   ignore / heed                SIGCHLD
 *   wait PID
 *   exec / thread exec           becomes this program anew, from the first thread or from another one
 *   exit
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BURN_MS = 15, PAGES = 40, PAGE = 4096 };

static const char *directory, *program;
static char name[32];
static FILE *commands;

static void open_commands(void) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  mkfifo(path, 0600);
  /* Open for writing, too, so that it never reads an end. Unbuffered, so that an exec loses nothing. */
  commands = fdopen(open(path, O_RDWR), "r");
  setvbuf(commands, NULL, _IONBF, 0);
}

static void say(const char *what) {
  char line[128];
  int length = snprintf(line, sizeof line, "%s %s %d\n", name, what, getpid());
  if (write(STDOUT_FILENO, line, length) != length) _exit(1);
}

static void *work(void *file) {
  struct timespec used;
  do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  while (used.tv_sec * 1000 + used.tv_nsec / 1000000 % 1000 < BURN_MS);
  char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int page = 0; page < PAGES; page++) memory[page * PAGE] = 1;
  int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (write(out, memory, PAGES * PAGE) < 0) _exit(1);
  close(out);
  munmap(memory, PAGES * PAGE);
  return NULL;
}

static void *become_anew(void *unused) {
  execl(program, program, directory, name, "again", NULL);
  return unused;
}

static void in_thread(void *(*body)(void *), void *argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, argument);
  pthread_join(thread, NULL);
}

static void set_ignored(int ignored) { signal(SIGCHLD, ignored ? SIG_IGN : SIG_DFL); }

static void do_fork(char *arguments) {
  char *child = strtok(arguments, " ");
  char *flags = strtok(NULL, "");
  if (fork() != 0) return;
  fclose(commands);
  snprintf(name, sizeof name, "%s", child);
  set_ignored(flags && strstr(flags, "ignore"));
  if (flags && strstr(flags, "adopt")) prctl(PR_SET_CHILD_SUBREAPER, 1);
  open_commands();
  say("ready");
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  program = argv[0];
  directory = argv[1];
  snprintf(name, sizeof name, "%s", argv[2]);
  if (argc == 3) prctl(PR_SET_CHILD_SUBREAPER, 1);
  open_commands();
  say("ready");
  char line[512];
  while (fgets(line, sizeof line, commands)) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "fork ", 5) == 0) do_fork(line + 5);
    else if (strncmp(line, "run ", 4) == 0) work(line + 4), say("done");
    else if (strncmp(line, "thread exec", 11) == 0) in_thread(become_anew, NULL);
    else if (strncmp(line, "thread ", 7) == 0) in_thread(work, line + 7), say("done");
    else if (strcmp(line, "ignore") == 0) set_ignored(1), say("done");
    else if (strcmp(line, "heed") == 0) set_ignored(0), say("done");
    else if (strncmp(line, "wait ", 5) == 0) waitpid(atoi(line + 5), NULL, 0), say("done");
    else if (strcmp(line, "exec") == 0) become_anew(NULL);
    else if (strcmp(line, "exit") == 0) _exit(0);
  }
  return 0;
}
