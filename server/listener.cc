#include "server/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <thread>
#include <vector>

#include "index/base/assert.h"
#include "index/base/scheduling.h"
#include "server/listener_loop.h"

namespace concord::server {
namespace {

// Room for `connections_max` and what else the process opens; best effort, as accepting copes with
// running out.
void raise_open_files_limit(std::size_t connections_max) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min<rlim_t>(connections_max + 1024, limit.rlim_max);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

index::Result<Descriptor> listen_on(ListenAddress& address) {
  const std::string place = address.host + ":" + std::to_string(address.port);
  Descriptor fd(
      ::socket(address.ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return index::fail(os_error("cannot make a socket", place));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ipv6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  const bool known = address.ipv6 ? ::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1
                                  : ::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1;
  if (!known) return index::fail(index::Code::bad_input, "not an IP address", place);
  auto* const raw =
      address.ipv6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = address.ipv6 ? sizeof v6 : sizeof v4;
  if (::bind(fd.get(), raw, size) != 0) return index::fail(os_error("cannot bind", place));
  if (::listen(fd.get(), SOMAXCONN) != 0) return index::fail(os_error("cannot listen", place));
  if (::getsockname(fd.get(), raw, &size) != 0)
    return index::fail(os_error("cannot read the port", place));
  address.port = ntohs(address.ipv6 ? v6.sin6_port : v4.sin_port);
  return fd;
}

}  // namespace

index::Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto wrong = [text](const char* why) {
    return index::fail(index::Code::bad_input,
                       std::string(why) + " (write 127.0.0.1:8080 or [::1]:8080)",
                       "listen address " + std::string(text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("no port");
  const std::string_view port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  ListenAddress address;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return wrong("bad port");
  address.ipv6 = host.starts_with('[') && host.ends_with(']');
  if (address.ipv6) host = host.substr(1, host.size() - 2);
  address.host = host;
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(address.ipv6 ? AF_INET6 : AF_INET, address.host.c_str(), bytes.data()) != 1)
    return wrong("not an IP address");
  constexpr std::array<unsigned char, 16> kLoopback6{0, 0, 0, 0, 0, 0, 0, 0,
                                                     0, 0, 0, 0, 0, 0, 0, 1};
  address.loopback = address.ipv6 ? bytes == kLoopback6 : bytes[0] == 127;
  return address;
}

struct Listener::State {
  Shared shared;
  std::vector<std::unique_ptr<EventLoop>> loops;
};

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

index::Result<std::unique_ptr<Listener>> Listener::open(const ListenerSettings& settings,
                                                        const HandlerFactory& make_handler) {
  CONCORD_ASSERT(settings.threads > 0 && settings.stream_quiet_ms > 0);
  raise_open_files_limit(settings.connections_max);
  auto state = std::make_unique<State>();
  Shared& shared = state->shared;
  shared.settings = settings;
  shared.budgets = {std::make_shared<Budget>(settings.bodies_bytes_max),
                    std::make_shared<Budget>(settings.streams_max)};
  auto listening = listen_on(shared.settings.address);
  if (!listening) return index::fail(listening.error());
  shared.listening = std::move(*listening);
  shared.stop = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (shared.stop.get() < 0) return index::fail(os_error("cannot make a descriptor", ""));
  std::vector<EventLoop*> peers;
  for (unsigned i = 0; i < settings.threads; ++i) {
    const Waker waker;
    if (!waker.valid()) return index::fail(os_error("cannot make a descriptor", ""));
    state->loops.push_back(std::make_unique<EventLoop>(shared, waker, make_handler(i, waker)));
    if (auto opened = state->loops.back()->open(); !opened) return index::fail(opened.error());
    peers.push_back(state->loops.back().get());
  }
  for (EventLoop* const loop : peers) loop->set_peers(peers);
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

std::uint16_t Listener::port() const { return state_->shared.settings.address.port; }

std::string Listener::url() const {
  const ListenAddress& address = state_->shared.settings.address;
  const std::string host = address.ipv6 ? "[" + address.host + "]" : address.host;
  return "http://" + host + ":" + std::to_string(address.port);
}

std::size_t Listener::connections() const { return state_->shared.connections.load(); }
std::size_t Listener::parked() const { return state_->shared.parked.load(); }
std::size_t Listener::streams() const { return state_->shared.budgets.streams->used(); }
std::size_t Listener::body_bytes() const { return state_->shared.budgets.body_bytes->used(); }

index::Result<void> Listener::run() {
  std::vector<std::thread> threads;
  index::Result<void> result;
  try {
    for (std::size_t i = 1; i < state_->loops.size(); ++i)
      threads.emplace_back([loop = state_->loops[i].get()] {
        index::name_thread("http");
        loop->run();
      });
  } catch (const std::system_error& error) {
    result =
        index::fail(index::Code::io_error, std::string("cannot start a thread: ") + error.what());
    stop();
  }
  state_->loops[0]->run();
  for (std::thread& thread : threads) thread.join();
  return result;
}

void Listener::stop() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written =
      ::write(state_->shared.stop.get(), &one, sizeof one);  // full: it is stopping already
}

}  // namespace concord::server
