#include "index/log/event_log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>

#include "index/base/hash.h"
#include "index/base/limits.h"

namespace concord::index {

Hash128 chain_next(Hash128 chain, EventSeq seq, Hash128 payload_hash) {
  char bytes[40];
  std::memcpy(bytes, &chain.high, 8);
  std::memcpy(bytes + 8, &chain.low, 8);
  std::memcpy(bytes + 16, &seq, 8);
  std::memcpy(bytes + 24, &payload_hash.high, 8);
  std::memcpy(bytes + 32, &payload_hash.low, 8);
  return blake2b_128({bytes, sizeof bytes});
}

Hash128 payload_hash_of(Hash128 salt, std::string_view bytes) {
  std::string salted(16, '\0');
  std::memcpy(salted.data(), &salt, 16);
  salted.append(bytes);
  return blake2b_128(salted);
}

Hash128 event_id_key(std::string_view source, std::string_view id) {
  std::string name(source);
  name.push_back('\0');  // stands in no source
  name.append(id);
  return blake2b_128(name);
}

namespace {

class MemoryLog final : public EventLog {
 public:
  Result<AppendResult> append(std::uint32_t partition, const Position& expected_last,
                              std::uint64_t epoch, std::span<const FramedEvent> frame) override {
    const std::scoped_lock lock(mutex_);
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    std::size_t bytes = 0;
    for (const FramedEvent& event : frame) bytes += event.bytes.size();
    if (frame.size() > 1 && bytes > kFrameBytesMax)
      return fail(Code::over_limit, "frame: over " + std::to_string(kFrameBytesMax) + " bytes");
    if (epoch < epoch_ || expected_last != tail_) return AppendResult{Append::behind, tail_};
    epoch_ = epoch;
    for (const FramedEvent& event : frame) {
      ++tail_.seq;
      const Hash128 salt = random_128();
      const Hash128 hash = payload_hash_of(salt, event.bytes);
      tail_.chain = chain_next(tail_.chain, tail_.seq, hash);
      events_.push_back({tail_.seq, event.bytes, event.id_key, event.content, salt, hash});
      ids_[event.id_key] = {tail_.seq, event.content};
      if (event.keep_as) keep(event);
    }
    longer_.notify_all();
    return AppendResult{Append::done, tail_};
  }

  Result<std::vector<KnownId>> known_ids(std::uint32_t partition,
                                         std::span<const Hash128> id_keys) override {
    const std::scoped_lock lock(mutex_);
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    std::vector<KnownId> out(id_keys.size());
    for (std::size_t i = 0; i < id_keys.size(); ++i)
      if (const auto it = ids_.find(id_keys[i]); it != ids_.end()) out[i] = it->second;
    return out;
  }

  Result<Position> tail(std::uint32_t partition) override {
    const std::scoped_lock lock(mutex_);
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    return tail_;
  }

  Result<std::vector<LoggedEvent>> read(std::uint32_t partition, EventSeq after,
                                        std::size_t bytes_max) override {
    const std::scoped_lock lock(mutex_);
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    if (after < trimmed_)
      return fail(Code::cursor_stale, "events up to " + std::to_string(trimmed_) + " are trimmed");
    std::vector<LoggedEvent> out;
    std::size_t bytes = 0;
    for (std::size_t i = after - trimmed_; i < events_.size() && bytes < bytes_max; ++i) {
      out.push_back(events_[i]);
      bytes += events_[i].bytes.size();
    }
    return out;
  }

  Result<Position> wait(std::uint32_t partition, EventSeq after, std::int64_t timeout_ms) override {
    std::unique_lock lock(mutex_);
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    longer_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                     [&] { return tail_.seq > after; });
    return tail_;
  }

  Result<std::optional<KeptEvent>> kept(Hash128 keep_as) override {
    const std::scoped_lock lock(mutex_);
    const auto at = kept_at_.find(keep_as);
    if (at == kept_at_.end()) return std::optional<KeptEvent>{};
    return std::optional<KeptEvent>(kept_.at(at->second));
  }

  Result<std::vector<KeptEvent>> read_kept(EventSeq after, std::size_t bytes_max) override {
    const std::scoped_lock lock(mutex_);
    std::vector<KeptEvent> out;
    std::size_t bytes = 0;
    for (auto at = kept_.upper_bound(after); at != kept_.end() && bytes < bytes_max; ++at) {
      out.push_back(at->second);
      bytes += at->second.bytes.size();
    }
    return out;
  }

  Result<void> trim(std::uint32_t partition, EventSeq up_to) override {
    const std::scoped_lock lock(mutex_);
    if (auto known = check(partition); !known) return known;
    if (up_to > tail_.seq) return fail(Code::bad_input, "trim: beyond the tail");
    if (up_to <= trimmed_) return {};
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(up_to - trimmed_));
    trimmed_ = up_to;
    return {};
  }

  Result<void> redact(std::uint32_t partition, EventSeq seq) override {
    const std::scoped_lock lock(mutex_);
    if (auto known = check(partition); !known) return known;
    const bool was_kept = forget(seq);
    if (seq <= trimmed_ && was_kept) return {};
    if (seq <= trimmed_ || seq > tail_.seq)
      return fail(Code::not_found, "redact: no event " + std::to_string(seq));
    LoggedEvent& event = events_[seq - trimmed_ - 1];
    event.bytes.clear();
    event.salt = event.content = {};
    ids_[event.id_key].content = {};
    return {};
  }

 private:
  static Result<void> check(std::uint32_t partition) {
    if (partition != 0) return fail(Code::not_found, "this log has partition 0 only");
    return {};
  }

  void keep(const FramedEvent& event) {
    kept_at_[*event.keep_as] = tail_.seq;
    kept_[tail_.seq] = {tail_.seq, event.bytes, *event.keep_as};
  }
  bool forget(EventSeq seq) {
    const auto at = kept_.find(seq);
    if (at == kept_.end()) return false;
    kept_at_.erase(at->second.keep_as);
    kept_.erase(at);
    return true;
  }

  std::mutex mutex_;
  std::condition_variable longer_;
  std::map<EventSeq, KeptEvent> kept_;
  std::map<Hash128, EventSeq> kept_at_;
  std::vector<LoggedEvent> events_;  // seq trimmed_+1 ..
  std::map<Hash128, KnownId> ids_;
  EventSeq trimmed_ = 0;
  std::uint64_t epoch_ = 0;
  Position tail_;
};

}  // namespace

std::unique_ptr<EventLog> make_memory_log() { return std::make_unique<MemoryLog>(); }

}  // namespace concord::index
