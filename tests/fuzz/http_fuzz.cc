// Any bytes, cut anywhere: the conversation neither crashes nor depends on the cuts, answers
// nothing after a closing refusal, and never reads behind what it was given. Requests are parked,
// turned away before their body, or answered by a stream, as their target says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "index/base/assert.h"
#include "server/exchange.h"

namespace {

using namespace concord::server;

// Ready when asked for the third time.
class Countdown final : public Later {
 public:
  [[nodiscard]] bool ready() const override { return --left_ <= 0; }

 private:
  mutable int left_ = 3;
};

class OnePiece final : public Stream {
 public:
  bool pull(concord::index::Buffer& out) override {
    out.append("piece");
    return false;
  }
};

// Sees what a handler sees, as text.
class Recorder final : public Handler {
 public:
  Admission admit(const Request& head) override {
    Admission admission;
    if (head.target.find("no") != std::string_view::npos)
      admission.refusal = {503, "overloaded", "no"};
    if (head.target.find("big") != std::string_view::npos) admission.body_bytes_max = 100'000;
    return admission;
  }
  void handle(const Request& request, Response& response) override {
    if (request.later == nullptr && request.target.find("wait") != std::string_view::npos) {
      response.later = std::make_shared<Countdown>();
      if (request.stored_body != nullptr && request.target.find("take") != std::string_view::npos)
        seen += std::string(take_body(request).view()) + "taken";
      return;
    }
    if (request.target.find("flow") != std::string_view::npos)
      response.stream = std::make_shared<OnePiece>();
    seen += std::string(request.method_text) + std::string(request.target) + "\n";
    for (const std::string_view segment : request.segments) seen += std::string(segment) + "/";
    for (const Parameter& p : request.parameters)
      seen += std::string(p.name) + "=" + std::string(p.value);
    seen += std::string(request.host) + std::string(request.authorization);
    seen += std::string(request.user_agent) + std::string(request.request_id);
    for (const Field& field : request.ce_fields) seen += std::string(field.name);
    seen += std::string(request.body) + "\n";
  }
  void refused(const Refusal& refusal) override { seen += std::to_string(refusal.status); }
  std::string seen;
};

// Feeds the bytes in pieces of `piece` (0: at once), each time in memory of exactly their size.
std::string converse(std::string_view bytes, std::size_t piece) {
  Recorder recorder;
  HttpLimits limits;
  limits.body_bytes_max = 2048;
  Exchange exchange(recorder, limits, 50);
  ExchangeState state;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (end < bytes.size()) {
    end = piece == 0 ? bytes.size() : std::min(end + piece, bytes.size());
    for (;;) {
      const std::size_t size = end - begin;
      const std::unique_ptr<char[]> exact(new char[size]);
      std::memcpy(exact.get(), bytes.data() + begin, size);
      const Exchange::Step step = exchange.step({exact.get(), size}, state);
      CONCORD_ASSERT(step.consumed <= size);
      begin += step.consumed;
      if (step.kind == Exchange::Kind::need_more) break;
      if (step.kind == Exchange::Kind::stream) {
        CONCORD_ASSERT(exchange.pull(state, Exchange::Pull::ask).close);
        return recorder.seen + "<stream";
      }
      if (step.close) return recorder.seen + "<closed";
    }
  }
  return recorder.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string at_once = converse(bytes, 0);
  CONCORD_ASSERT(converse(bytes, 1 + data[0] % 64) == at_once);
  return 0;
}
