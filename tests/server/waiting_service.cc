#include "tests/server/waiting_service.h"

#include <gtest/gtest.h>

#include <chrono>

namespace concord::server {
namespace {

using namespace std::chrono_literals;

class GateLater final : public Later {
 public:
  explicit GateLater(WaitingService& service) : service_(service) { ++service_.parked; }
  ~GateLater() override { --service_.parked; }
  [[nodiscard]] bool ready() const override {
    ++service_.looks;
    return service_.gate.is_open();
  }

 private:
  WaitingService& service_;
};

class FeedStream final : public Stream {
 public:
  explicit FeedStream(WaitingService& service) : service_(service) { ++service_.streams; }
  ~FeedStream() override { --service_.streams; }
  bool pull(index::Buffer& out) override {
    if (from_ == 0 && !greeted_) out.append("hello;");
    greeted_ = true;
    return service_.feed.read(from_, out);
  }
  void quiet(index::Buffer& out) override { out.append(":quiet;"); }

 private:
  WaitingService& service_;
  std::size_t from_ = 0;
  bool greeted_ = false;
};

class WaitingHandler final : public Handler {
 public:
  explicit WaitingHandler(WaitingService& service) : service_(service) {}
  Admission admit(const Request& head) override {
    Admission admission;
    if (head.segments[0] == "full") {
      admission.refusal = {429, "overloaded", "too much at once: come again"};
      admission.retry_after_s = 3;
    }
    if (head.segments[0] == "large") admission.body_bytes_max = 16 * 1024 * 1024;
    return admission;
  }
  void handle(const Request& request, Response& response) override {
    ++service_.handled;
    const std::string_view what = request.segments[0];
    const int number =
        request.segments.size() > 1 ? std::stoi(std::string(request.segments[1])) : 60'000;
    if (what == "wait" && request.later == nullptr) {
      response.later = std::make_shared<GateLater>(service_);
      response.later_ms_max = number;
      return;
    }
    if (what == "stream") {
      response.content_type = kEventStream;
      response.stream = std::make_shared<FeedStream>(service_);
      return;
    }
    if (what == "work") std::this_thread::sleep_for(std::chrono::milliseconds(number));
    if (request.later_expired)
      return fill_problem(response, {503, "late", "The gate did not open in time."});
    response.body.append(request.path);
    response.body.append(request.body);
  }
  void refused(const Refusal&) override { ++service_.refused; }

 private:
  WaitingService& service_;
};

}  // namespace

void TestFeed::add(std::string_view text) {
  const std::lock_guard lock(mutex_);
  text_ += text;
}

void TestFeed::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

bool TestFeed::read(std::size_t& from, index::Buffer& out) {
  const std::lock_guard lock(mutex_);
  const std::string_view rest = std::string_view(text_).substr(from, 64 * 1024);
  out.append(rest);
  from += rest.size();
  return !ended_ || from < text_.size();
}

WaitingService::WaitingService(const ListenerSettings& settings) {
  auto opened = Listener::open(settings, [this](unsigned, const Waker& waker) {
    wakers_.push_back(waker);
    return std::make_unique<WaitingHandler>(*this);
  });
  EXPECT_TRUE(opened.has_value());
  listener = std::move(*opened);
  thread_ = std::thread([this] { EXPECT_TRUE(listener->run().has_value()); });
}

void WaitingService::stop() {
  listener->stop();
  if (thread_.joinable()) thread_.join();
}

void WaitingService::ring() const {
  for (const Waker& waker : wakers_) waker.wake();
}

std::size_t WaitingService::connections_become(std::size_t count) const {
  soon([&] { return listener->connections() == count; });
  return listener->connections();
}

int WaitingService::parked_become(int count) const {
  soon([&] { return parked == count && listener->parked() == static_cast<std::size_t>(count); });
  return parked;
}

bool soon(const std::function<bool()>& holds) {
  for (int i = 0; i < 2000 && !holds(); ++i) std::this_thread::sleep_for(5ms);
  return holds();
}

std::string get_request(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string post_head(std::string_view path, std::size_t length) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "<none>" : answer.substr(end + 4);
}

}  // namespace concord::server
