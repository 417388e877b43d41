#include "index/live_writer.h"

#include <chrono>
#include <unordered_map>
#include <utility>

#include "index/base/assert.h"

namespace concord::index {
namespace {

constexpr std::size_t kItemsMax = 4096;  // of one frame; repeats weigh nothing in it

struct HashOfKey {
  std::size_t operator()(const Hash128& key) const { return key.low; }
};

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

EventOutcome repeated(const KnownId& known, Hash128 content) {
  EventOutcome outcome;
  outcome.revision = known.seq;
  if (known.content == content) {
    outcome.status = EventOutcome::Status::duplicate;
    return outcome;
  }
  outcome.status = EventOutcome::Status::rejected;
  outcome.error = {Code::id_reused,
                   "this id has another content as revision " + std::to_string(known.seq) +
                       ": give each event an id of its own, or repeat it unchanged",
                   "/id"};
  return outcome;
}

}  // namespace

LiveWriter::LiveWriter(EventLog& log, Position tail, const LiveOptions& options, LiveQueue& queue,
                       FrameQueue& frames, WriteGate& gate)
    : log_(log),
      tail_(tail),
      options_(options),
      queue_(queue),
      frames_(frames),
      gate_(gate),
      durable_(tail.seq) {}

void LiveWriter::run() {
  for (;;) {
    auto frame = std::make_unique<LiveFrame>();
    frame->items = gather();
    if (frame->items.empty()) break;
    if (gate_.mode() == WriteState::Mode::writable) decide(*frame);
    if (!frame->events.empty()) append(*frame);
    frames_.push(std::move(frame));
  }
  frames_.stop();
}

std::vector<FrameItem> LiveWriter::gather() {
  std::vector<FrameItem> items;
  std::size_t bytes = 0;
  while (items.size() < kItemsMax) {
    if (!front_) {
      front_ = items.empty() ? queue_.pop() : queue_.try_pop();
      next_ = 0;
      if (!front_) break;
    }
    const Incoming& event = front_->events[next_];
    bytes += event.bytes.size();
    if (!items.empty() && bytes > kFrameBytesMax) break;
    items.push_back({front_, next_, queued_bytes(event), {}});
    if (++next_ == front_->events.size()) front_.reset();
  }
  return items;
}

void LiveWriter::decide(LiveFrame& frame) {
  std::vector<Hash128> keys;
  keys.reserve(frame.items.size());
  for (const FrameItem& item : frame.items) keys.push_back(item.of->events[item.index].id_key);
  const auto logged = log_.known_ids(0, keys);
  if (!logged) return give_up(frame, "reading the log failed: " + logged.error().text());
  CONCORD_ASSERT(logged->size() == keys.size());
  std::unordered_map<Hash128, KnownId, HashOfKey> in_frame;
  for (std::size_t i = 0; i < frame.items.size(); ++i) {
    FrameItem& item = frame.items[i];
    Incoming& event = item.of->events[item.index];
    KnownId known = (*logged)[i];
    if (known.seq == 0 && options_.known_before)
      if (const auto before = options_.known_before(event.id_key)) known = *before;
    const KnownId fresh{tail_.seq + frame.events.size() + 1, event.content};
    if (known.seq == 0) {
      const auto [at, is_new] = in_frame.emplace(event.id_key, fresh);
      if (!is_new) known = at->second;
    }
    if (known.seq != 0) {
      item.outcome = repeated(known, event.content);
      continue;
    }
    item.outcome.status = EventOutcome::Status::accepted;
    item.outcome.revision = fresh.seq;
    frame.bytes += event.bytes.size();
    frame.events.push_back({std::move(event.bytes), event.id_key, event.content, event.keep_as});
  }
}

void LiveWriter::append(LiveFrame& frame) {
  const std::int64_t begun_ns = steady_ns();
  const auto appended = log_.append(0, tail_, 0, frame.events);
  frame.commit_ns = steady_ns() - begun_ns;
  if (appended && appended->outcome == Append::done) {
    CONCORD_ASSERT(appended->position.seq == tail_.seq + frame.events.size());
    tail_ = frame.end = appended->position;
    durable_.store(tail_.seq, std::memory_order_relaxed);
    return;
  }
  give_up(frame, !appended ? appended.error().text()
                 : appended->outcome == Append::behind
                     ? "somebody else has written to the log; restart the service"
                     : "the log cannot say whether the last events are in it; restart the service");
}

// What needed this frame is neither in nor out until the log is opened and verified again.
void LiveWriter::give_up(LiveFrame& frame, const std::string& because) {
  const bool full = options_.disk_full && options_.disk_full();
  gate_.close(full ? WriteState::Mode::disk_full : WriteState::Mode::read_only, because);
  for (FrameItem& item : frame.items)
    if (item.outcome.status == EventOutcome::Status::accepted || item.outcome.revision > tail_.seq)
      item.outcome = {};
  frame.events.clear();
}

}  // namespace concord::index
