// The floor of HTTP benchmarks: a bare epoll loop on one thread that answers each request it sees
// the end of with the same fixed bytes. It parses nothing and checks nothing: no server can be
// faster without another transport.
//   epoll_floor PORT BODY_BYTES      (port 0: any free one; the port is printed)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

int listen_on(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const raw = reinterpret_cast<sockaddr*>(&at);
  if (fd < 0 || ::bind(fd, raw, size) != 0 || ::listen(fd, SOMAXCONN) != 0 ||
      ::getsockname(fd, raw, &size) != 0)
    return -1;
  port = ntohs(at.sin_port);
  return fd;
}

bool watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

void accept_one(int epoll, int listening) {
  const int fd = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!watch(epoll, fd)) ::close(fd);
}

// A request that comes in pieces is answered when its last piece ends in an empty line.
void answer(int fd, std::string_view fixed) {
  char bytes[16384];
  const ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
  if (n <= 0) {
    ::close(fd);
    return;
  }
  const std::string_view got(bytes, static_cast<std::size_t>(n));
  for (std::size_t at = got.find("\r\n\r\n"); at != std::string_view::npos;
       at = got.find("\r\n\r\n", at + 4))
    if (::send(fd, fixed.data(), fixed.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(fixed.size())) {
      ::close(fd);
      return;
    }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: epoll_floor PORT BODY_BYTES\n");
    return 2;
  }
  auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
  const std::size_t body_bytes = std::strtoul(argv[2], nullptr, 10);
  const std::string fixed =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body_bytes) + "\r\n\r\n" + std::string(body_bytes, 'x');
  const int listening = listen_on(port);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (listening < 0 || epoll < 0 || !watch(epoll, listening)) {
    std::perror("epoll_floor");
    return 1;
  }
  std::printf("%u\n", port);
  std::fflush(stdout);
  std::array<epoll_event, 64> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listening)
        accept_one(epoll, listening);
      else
        answer(fd, fixed);
    }
  }
}
