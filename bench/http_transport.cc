// Question: what does the strict HTTP front cost over bare epoll, when the answer itself is free?
// Load: one connection (closed loop, p50), then 32 (closed loop, requests a second); one server
// thread; body sizes 4096 and 200 bytes. Floor and ours interleaved, median of the rounds.
//   http_transport [ROUNDS]
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/http_client.h"
#include "server/listener.h"

namespace {

using namespace concord;

class FixedHandler final : public server::Handler {
 public:
  explicit FixedHandler(std::size_t bytes) : body_(bytes, 'x') {}
  void handle(const server::Request&, server::Response& response) override {
    response.body.append(body_);
  }

 private:
  std::string body_;
};

// A server in a process of its own; it writes its port, as text, to its standard output.
class ServerProcess {
 public:
  explicit ServerProcess(const std::function<void()>& serve) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      serve();
      ::_exit(127);
    }
    ::close(ends[1]);
    char text[16]{};
    if (::read(ends[0], text, sizeof text - 1) > 0)
      port = static_cast<std::uint16_t>(std::strtoul(text, nullptr, 10));
    ::close(ends[0]);
  }
  ~ServerProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  std::uint16_t port = 0;

 private:
  pid_t pid_ = -1;
};

void serve_ours(std::size_t bytes) {
  auto listener = server::Listener::open({}, [bytes](unsigned, const server::Waker&) {
    return std::make_unique<FixedHandler>(bytes);
  });
  if (!listener) return;
  const std::string port = std::to_string((*listener)->port());
  if (::write(STDOUT_FILENO, port.data(), port.size()) > 0) (void)(*listener)->run();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Measured {
  double p50_us = 0;
  double p99_us = 0;
  double per_second = 0;
};

bool measure(std::uint16_t port, std::size_t bytes, Measured& out) {
  bench::Load load;
  load.port = port;
  load.requests = {
      "GET /v1/customers/c_0123456789abc HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "User-Agent: bench\r\nAccept: */*\r\n\r\n"};
  load.count = 20'000;
  const auto one = bench::run_load(load);
  load.connections = 32;
  load.count = 60'000;
  const auto many = bench::run_load(load);
  for (const auto* report : {&one, &many}) {
    if (!*report) {
      std::fprintf(stderr, "%s\n", report->error().text().c_str());
      return false;
    }
    // Right first, fast second.
    if ((*report)->not_ok > 0 || (*report)->body_bytes != bytes * (*report)->latencies_ns.size()) {
      std::fprintf(stderr, "wrong answers\n");
      return false;
    }
  }
  out = {static_cast<double>(one->percentile_ns(0.5)) / 1e3,
         static_cast<double>(one->percentile_ns(0.99)) / 1e3, many->per_second()};
  return true;
}

bool compare(const std::string& floor_program, std::size_t bytes, int rounds) {
  const ServerProcess floor([&] {
    ::execl(floor_program.c_str(), "epoll_floor", "0", std::to_string(bytes).c_str(), nullptr);
  });
  const ServerProcess ours([bytes] { serve_ours(bytes); });
  if (floor.port == 0 || ours.port == 0) {
    std::fprintf(stderr, "a server did not start (%s)\n", floor_program.c_str());
    return false;
  }
  std::vector<double> p50[2], p99[2], rate[2];
  bool right = true;
  for (int round = 0; right && round < rounds; ++round)
    for (const int which : {0, 1}) {
      Measured m;
      right = right && measure(which == 0 ? floor.port : ours.port, bytes, m);
      p50[which].push_back(m.p50_us);
      p99[which].push_back(m.p99_us);
      rate[which].push_back(m.per_second);
    }
  if (!right) return false;
  std::printf("%zu bytes: floor p50 %.1f us p99 %.1f us, ours p50 %.1f us (+%.1f) p99 %.1f us\n",
              bytes, median(p50[0]), median(p99[0]), median(p50[1]),
              median(p50[1]) - median(p50[0]), median(p99[1]));
  std::printf("           32 connections: floor %.0f/s, ours %.0f/s (%.2f of it)\n",
              median(rate[0]), median(rate[1]), median(rate[1]) / median(rate[0]));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const std::string floor_program =
      (std::filesystem::path(argv[0]).parent_path() / "epoll_floor").string();
  for (const std::size_t bytes : {std::size_t{4096}, std::size_t{200}})
    if (!compare(floor_program, bytes, rounds)) return 1;
  return 0;
}
