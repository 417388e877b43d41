#include "server/client.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>

namespace concord::server {
namespace {

using index::Code;
using index::fail;

struct Url {
  std::string host;
  std::string port = "80";
  std::string authority;
};

index::Result<Url> parse_url(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme))
    return fail(Code::bad_input, "only http:// is spoken here; put a proxy in front for TLS", text);
  Url url;
  url.authority = text.substr(kScheme.size());
  while (url.authority.ends_with('/')) url.authority.pop_back();
  const std::size_t bracket = url.authority.find(']');
  const std::size_t colon = url.authority.find(':', bracket == std::string::npos ? 0 : bracket);
  url.host = url.authority.substr(0, colon);
  if (colon != std::string::npos) url.port = url.authority.substr(colon + 1);
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  if (url.host.empty() || url.authority.find('/') != std::string::npos)
    return fail(Code::bad_input, "not an address such as http://127.0.0.1:8080", text);
  return url;
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// Waits for `events` until the deadline; false: too late.
bool wait_for(int fd, short events, std::int64_t deadline_ms) {
  while (true) {
    const std::int64_t left = deadline_ms - steady_ms();
    if (left <= 0) return false;
    pollfd one{fd, events, 0};
    const int ready = poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// 0, or the system's error.
int connect_to(const addrinfo& address, int fd, std::int64_t deadline_ms) {
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(fd, POLLOUT, deadline_ms)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

index::Result<std::unique_ptr<Socket>> open_socket(const Url& url, std::int64_t deadline_ms) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &list); error != 0)
    return fail(Code::io_error, gai_strerror(error), url.authority);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  int error = ECONNREFUSED;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    auto made = std::make_unique<Socket>(
        socket(one->ai_family, one->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, one->ai_protocol));
    if (made->fd() < 0) continue;
    error = connect_to(*one, made->fd(), deadline_ms);
    if (error == 0) return made;
  }
  return fail(Code::io_error,
              std::string("cannot connect: ") + std::strerror(error) +
                  "; is `concord serve` running? (or ask a folder with --data)",
              url.authority);
}

index::Result<void> send_all(const Socket& socket, std::string_view bytes,
                             std::int64_t deadline_ms) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(Code::io_error, std::string("send: ") + std::strerror(errno));
    } else if (!wait_for(socket.fd(), POLLOUT, deadline_ms)) {
      return fail(Code::io_error, "no answer in time");
    }
  }
  return {};
}

/// Everything until the peer closes: we ask with Connection: close.
index::Result<std::string> receive_all(const Socket& socket, std::int64_t deadline_ms) {
  std::string all;
  char piece[64 * 1024];
  while (true) {
    const ssize_t got = recv(socket.fd(), piece, sizeof piece, 0);
    if (got == 0) return all;
    if (got > 0) {
      all.append(piece, static_cast<std::size_t>(got));
      if (all.size() > kClientAnswerBytesMax)
        return fail(Code::over_limit, "the answer is too long");
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(Code::io_error, std::string("receive: ") + std::strerror(errno));
    } else if (!wait_for(socket.fd(), POLLIN, deadline_ms)) {
      return fail(Code::io_error, "no answer in time");
    }
  }
}

index::Result<ClientAnswer> parse_answer(std::string bytes) {
  ClientAnswer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (end == std::string::npos || !bytes.starts_with(kVersion))
    return fail(Code::io_error, "the answer is not HTTP/1.1, or was cut off");
  const char* const from = bytes.data() + kVersion.size();
  std::from_chars(from, from + 3, answer.status);
  constexpr std::string_view kLength = "\r\nContent-Length: ";  // as our server writes it
  const std::size_t at = bytes.find(kLength);
  std::size_t length = 0;
  if (at != std::string::npos && at < end)
    std::from_chars(bytes.data() + at + kLength.size(), bytes.data() + end, length);
  answer.body = bytes.substr(end + 4);
  if (at == std::string::npos || answer.body.size() != length)
    return fail(Code::io_error, "the answer was cut off");
  return answer;
}

}  // namespace

index::Result<ClientAnswer> http_ask(const std::string& url, const ClientRequest& ask,
                                     std::int64_t timeout_ms) {
  const auto parts = parse_url(url);
  if (!parts) return fail(parts.error());
  const std::int64_t deadline_ms = steady_ms() + timeout_ms;
  const auto socket = open_socket(*parts, deadline_ms);
  if (!socket) return fail(socket.error());
  std::string request = std::string(ask.method) + " " + std::string(ask.target) +
                        " HTTP/1.1\r\nHost: " + parts->authority +
                        "\r\nAccept: application/json\r\nConnection: close\r\n";
  if (!ask.token.empty()) request += "Authorization: Bearer " + std::string(ask.token) + "\r\n";
  if (!ask.body.empty())
    request += "Content-Type: " + std::string(ask.content_type) +
               "\r\nContent-Length: " + std::to_string(ask.body.size()) + "\r\n";
  request += "\r\n";
  request += ask.body;
  auto answer = send_all(**socket, request, deadline_ms)
                    .and_then([&] { return receive_all(**socket, deadline_ms); })
                    .and_then(parse_answer);
  if (!answer) return fail(answer.error().code, answer.error().detail, url);
  return answer;
}

index::Result<ClientAnswer> http_get(const std::string& url, std::string_view target,
                                     std::string_view token, std::int64_t timeout_ms) {
  return http_ask(url, {.target = target, .token = token}, timeout_ms);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "-._~:@";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

}  // namespace concord::server
