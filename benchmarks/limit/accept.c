/*
 * What the kernel's side of the benchmark needs of a program: it listens on PORT of every address, accepts, and closes each
 * connection when the other side has. Edge-triggered epoll(7), one thread. Ends with its standard input.
 *
 * accept PORT [6]: with 6 over IPv6
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 512, BACKLOG = 65535 };

static void watch(int poll, int fd) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  int family = argc > 2 ? AF_INET6 : AF_INET;
  int on = 1, listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
  struct sockaddr_in of_ipv4 = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  struct sockaddr_in6 of_ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(argv[1]))};
  struct sockaddr *address = family == AF_INET6 ? (void *)&of_ipv6 : (void *)&of_ipv4;
  socklen_t length = family == AF_INET6 ? sizeof of_ipv6 : sizeof of_ipv4;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, address, length) < 0 || listen(listener, BACKLOG) < 0) {
    perror("listen");
    return 1;
  }
  watch(poll, listener), watch(poll, 0);
  puts("ready"), fflush(stdout);
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd, connection;
      char scratch[4096];
      if (fd == listener)
        while ((connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) watch(poll, connection);
      else if (read(fd, scratch, sizeof scratch) <= 0) {
        if (fd == 0) return 0;
        close(fd);
      }
    }
  }
}
