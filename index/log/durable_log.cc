#include "index/log/durable_log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "index/base/failpoint.h"
#include "index/base/hash.h"
#include "index/base/limits.h"
#include "index/log/durable_parts.h"
#include "index/log/rejections_store.h"

namespace concord::index {
namespace {

class RocksLog final : public DurableLog, private WriteGate {
 public:
  explicit RocksLog(DurableParts parts)
      : options_(std::move(parts.options)),
        store_(std::move(parts.store)),
        marks_(std::move(parts.marks)),
        head_(parts.ends.head),
        base_(parts.ends.base),
        health_(parts.health),
        why_(std::move(parts.why)) {}

  Result<void> load_rejections() {
    auto opened = open_rejections(*store_, *this, options_.rejections);
    if (!opened) return fail(opened.error());
    rejections_ = std::move(*opened);
    return {};
  }

  Result<AppendResult> append(std::uint32_t partition, const Position& expected_last,
                              std::uint64_t epoch, std::span<const FramedEvent> frame) override {
    if (auto may = check_frame(partition, frame); !may) return tl::unexpected<Error>(may.error());
    const std::scoped_lock one_at_a_time(committing_);
    const Head before = head();
    if (epoch < before.epoch || expected_last != before.position)
      return AppendResult{Append::behind, before.position};
    Head after = before;
    after.epoch = epoch;
    StoreBatch batch = batch_of(frame, after);
    if (failpoint("log.before_write")) return refuse_write("log.before_write");
    if (!commit_as(std::move(batch), after)) return AppendResult{Append::unknown, before.position};
    longer_.notify_all();
    return AppendResult{Append::done, after.position};
  }

  Result<std::vector<KnownId>> known_ids(std::uint32_t partition,
                                         std::span<const Hash128> id_keys) override {
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    std::vector<std::string> keys;
    keys.reserve(id_keys.size());
    for (const Hash128& one : id_keys) keys.push_back(id_key_bytes(one));
    const auto values = store_->get_many(Family::ids, keys);
    if (!values) return tl::unexpected<Error>(values.error());
    std::vector<KnownId> out(id_keys.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!(*values)[i]) continue;
      const auto known = decode_known_id(*(*values)[i]);
      if (!known) return tl::unexpected<Error>(known.error());
      out[i] = *known;
    }
    return out;
  }

  Result<Position> tail(std::uint32_t partition) override {
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    return head().position;
  }

  Result<std::vector<LoggedEvent>> read(std::uint32_t partition, EventSeq after,
                                        std::size_t bytes_max) override {
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    const auto [base, last] = ends();
    if (after < base.seq)
      return fail(Code::cursor_stale, "events up to " + std::to_string(base.seq) + " are trimmed");
    std::vector<LoggedEvent> out;
    if (after >= last) return out;
    const auto at = store_->cursor(Family::events);
    at->seek(seq_key(after > base.seq ? after : after + 1));
    Hash128 chain = base.chain;
    std::size_t bytes = 0;
    for (EventSeq seq = after > base.seq ? after : after + 1; seq <= last; ++seq, at->next()) {
      auto record = record_at(*at, seq);
      if (!record) return tl::unexpected<Error>(record.error());
      const bool follows =
          chain_next(chain, seq, record->event.payload_hash) == record->chain || seq == after;
      if (!follows)
        return fail(Code::damaged, "does not follow from the one before it",
                    "event " + std::to_string(seq));
      chain = record->chain;
      if (seq == after) continue;
      bytes += record->event.bytes.size();
      out.push_back(std::move(record->event));
      if (bytes >= bytes_max) break;
    }
    return out;
  }

  Result<Position> wait(std::uint32_t partition, EventSeq after, std::int64_t timeout_ms) override {
    if (auto known = check(partition); !known) return tl::unexpected<Error>(known.error());
    std::unique_lock lock(mutex_);
    longer_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                     [&] { return head_.position.seq > after; });
    return head_.position;
  }

  Result<std::optional<KeptEvent>> kept(Hash128 keep_as) override {
    const EventSeq last = ends().last;
    const auto bytes = store_->get(Family::kept, kept_key(keep_as));
    if (!bytes) return fail(bytes.error());
    if (!*bytes) return std::optional<KeptEvent>{};
    auto record = decode_kept(**bytes, keep_as);
    if (!record) return fail(record.error());
    if (record->event.seq > last) return std::optional<KeptEvent>{};
    return std::optional<KeptEvent>(std::move(record->event));
  }

  Result<std::vector<KeptEvent>> read_kept(EventSeq after, std::size_t bytes_max) override {
    const EventSeq last = ends().last;
    std::vector<KeptEvent> out;
    std::size_t bytes = 0;
    const auto at = store_->cursor(Family::kept);
    at->seek(kept_seq_key(after + 1));
    for (; at->valid() && is_kept_seq_key(at->key()) && bytes < bytes_max; at->next()) {
      const EventSeq seq = seq_of_kept_key(at->key());
      if (seq > last) break;
      auto one = read_kept_event(*store_, seq, at->value());
      if (!one) return fail(one.error());
      bytes += one->event.bytes.size();
      out.push_back(std::move(one->event));
    }
    if (auto state = at->state(); !state) return fail(state.error());
    return out;
  }

  Result<void> trim(std::uint32_t partition, EventSeq up_to) override {
    if (auto known = check(partition); !known) return known;
    const std::scoped_lock one_at_a_time(changing_);
    if (auto may = may_write(); !may) return may;
    const auto [base, last] = ends();
    if (up_to > last) return fail(Code::bad_input, "trim: beyond the tail");
    if (up_to <= base.seq) return {};
    const auto record = record_of(up_to);
    if (!record) return tl::unexpected<Error>(record.error());
    const Position new_base{base.partition, up_to, record->chain};
    StoreBatch batch;
    batch.remove_range(Family::events, seq_key(0), seq_key(up_to + 1));
    put_base(batch, new_base);
    if (auto written = commit(std::move(batch)); !written) return written;
    const std::scoped_lock lock(mutex_);
    base_ = new_base;
    return {};
  }

  Result<void> redact(std::uint32_t partition, EventSeq seq) override {
    if (auto known = check(partition); !known) return known;
    const std::scoped_lock one_at_a_time(changing_);
    if (auto may = may_write(); !may) return may;
    const auto [base, last] = ends();
    StoreBatch batch;
    const auto was_kept = forget_kept(batch, seq);
    if (!was_kept) return fail(was_kept.error());
    if (seq > last || (seq <= base.seq && !*was_kept))
      return fail(Code::not_found, "redact: no event " + std::to_string(seq));
    if (seq > base.seq) {
      auto record = record_of(seq);
      if (!record) return tl::unexpected<Error>(record.error());
      record->redacted = true;
      record->event.bytes.clear();
      record->event.salt = record->event.content = {};
      batch.put(Family::events, seq_key(seq), encode_event_record(*record));
      batch.put(Family::ids, id_key_bytes(record->event.id_key), encode_known_id({seq, {}}));
    }
    return commit(std::move(batch));
  }

  Result<void> purge() override {
    const std::scoped_lock one_at_a_time(changing_);
    if (auto may = may_write(); !may) return may;
    if (auto compacted = store_->compact(); !compacted) {
      note_failure();
      return compacted;
    }
    const auto names = names_in(*options_.files, options_.folder);
    if (!names) return tl::unexpected<Error>(names.error());
    for (const std::string& name : *names)
      if (name.ends_with(kBrokenSuffix))
        if (auto gone = remove_if_there(*options_.files, options_.folder + "/" + name); !gone)
          return gone;
    return sync_folder_of(*options_.files, options_.folder);
  }

  Health health() override {
    note_failure();
    const std::scoped_lock lock(mutex_);
    return health_;
  }

  std::string why() override {
    note_failure();
    const std::scoped_lock lock(mutex_);
    return why_;
  }

  RejectionStore& rejections() override { return *rejections_; }

  Result<Position> checkpoint(const std::string& to_folder) override {
    const Position at_least = head().position;
    if (failpoint("log.checkpoint")) return failpoint_error("log.checkpoint");
    if (auto made = store_->checkpoint(to_folder); !made)
      return tl::unexpected<Error>(made.error());
    return at_least;
  }

  std::vector<FindingRow> deep_verify(const LogProgress& progress) override {
    const std::scoped_lock one_at_a_time(changing_);  // no trimming, no redacting meanwhile
    const auto marks = read_marks(*options_.files, {options_.mark_file, options_.mark_file_2});
    VerifyInput input;
    {
      const std::scoped_lock lock(mutex_);
      input.ends = {head_, base_};
    }
    input.from = input.ends.base;
    std::vector<FindingRow> found;
    if (!marks) {
      found.push_back(finding(Finding::mark_damaged, 0, marks.error().place, marks.error().detail));
    } else {
      for (const std::string& path : marks->damaged)
        found.push_back(finding(Finding::mark_damaged, 0, path, ""));
      for (const std::string& path : marks->missing)
        found.push_back(finding(Finding::mark_missing, 0, path, ""));
    }
    for (FindingRow& row : verify_still(input, progress)) found.push_back(std::move(row));
    for (FindingRow& row : verify_kept(*store_, input.ends, progress))
      found.push_back(std::move(row));
    if (auto tables = store_->verify_tables(); !tables)
      found.push_back(
          finding(Finding::damaged_event, 0, tables.error().place, tables.error().detail));
    return found;
  }

  LogFigures figures() override {
    LogFigures out;
    if (const auto names = names_in(*options_.files, options_.folder))
      for (const std::string& name : *names)
        out.disk_bytes += size_of(*options_.files, options_.folder + "/" + name);
    if (marks_) out.mark = marks_->synced_seq();
    const std::scoped_lock lock(mutex_);
    out.last = head_.position.seq;
    out.first = out.last > base_.seq ? base_.seq + 1 : 0;
    out.commits = commits_;
    return out;
  }

 private:
  struct Ends {
    Position base;
    EventSeq last;
  };

  static Result<void> check(std::uint32_t partition) {
    if (partition != 0) return fail(Code::not_found, "this log has partition 0 only");
    return {};
  }

  Result<void> check_frame(std::uint32_t partition, std::span<const FramedEvent> frame) {
    if (auto known = check(partition); !known) return known;
    std::size_t bytes = 0;
    for (const FramedEvent& event : frame) bytes += event.bytes.size();
    if (frame.size() > 1 && bytes > kFrameBytesMax)
      return fail(Code::over_limit, "frame: over " + std::to_string(kFrameBytesMax) + " bytes");
    return may_write();
  }

  // `end` is where the log ends now; afterwards, where it will end.
  static StoreBatch batch_of(std::span<const FramedEvent> frame, Head& end) {
    StoreBatch batch;
    Position& at = end.position;
    for (const FramedEvent& event : frame) {
      EventRecord record;
      record.event = {++at.seq, event.bytes, event.id_key, event.content, random_128(), {}};
      record.event.payload_hash = payload_hash_of(record.event.salt, event.bytes);
      record.kept = event.keep_as.has_value();
      record.chain = at.chain = chain_next(at.chain, at.seq, record.event.payload_hash);
      batch.put(Family::events, seq_key(at.seq), encode_event_record(record));
      batch.put(Family::ids, id_key_bytes(event.id_key), encode_known_id({at.seq, event.content}));
      if (!event.keep_as) continue;
      const KeptRecord kept{
          {at.seq, event.bytes, *event.keep_as}, record.event.salt, record.event.payload_hash};
      batch.put(Family::kept, kept_key(*event.keep_as), encode_kept(kept));
      batch.put(Family::kept, kept_seq_key(at.seq), encode_keep_as(*event.keep_as));
    }
    return batch;
  }

  // Was anything kept of the event?
  Result<bool> forget_kept(StoreBatch& batch, EventSeq seq) {
    const auto key = store_->get(Family::kept, kept_seq_key(seq));
    if (!key) return fail(key.error());
    if (!*key) return false;
    const auto keep_as = decode_keep_as(**key);
    if (!keep_as) return fail(keep_as.error());
    batch.remove(Family::kept, kept_key(*keep_as));
    batch.remove(Family::kept, kept_seq_key(seq));
    return true;
  }

  tl::unexpected<Error> refuse_write(const char* place) {
    latch(Health::write_failed, std::string(place) + ": failed on purpose");
    return failpoint_error(place);
  }

  Head head() {
    const std::scoped_lock lock(mutex_);
    return head_;
  }
  Ends ends() {
    const std::scoped_lock lock(mutex_);
    return {base_, head_.position.seq};
  }

  static Result<EventRecord> record_at(StoreCursor& at, EventSeq seq) {
    if (!at.valid()) {
      if (auto state = at.state(); !state) return tl::unexpected<Error>(state.error());
    }
    if (!at.valid() || at.key().size() != 8 || seq_of_key(at.key()) != seq)
      return fail(Code::damaged, "is not there", "event " + std::to_string(seq));
    return decode_event_record(at.value(), seq);
  }

  Result<EventRecord> record_of(EventSeq seq) {
    const auto at = store_->cursor(Family::events);
    at->seek(seq_key(seq));
    return record_at(*at, seq);
  }

  // The log grows while it is walked: what lies behind the head taken at the beginning is no fault.
  std::vector<FindingRow> verify_still(VerifyInput input, const LogProgress& progress) {
    input.growing = true;
    return verify_log(*store_, input, progress).findings;
  }

  // WriteGate
  Result<void> may_write() override {
    note_failure();
    const std::scoped_lock lock(mutex_);
    if (health_ == Health::writable) return {};
    return fail(Code::io_error, "the log takes no writes: " + why_, options_.folder);
  }
  Result<void> commit(StoreBatch batch) override {
    const std::scoped_lock one_at_a_time(committing_);
    if (failpoint("log.before_change")) return refuse_write("log.before_change");
    return commit_as(std::move(batch), head());
  }

  // One synced write, with the head, and then the mark. Requires: committing_ is held.
  Result<void> commit_as(StoreBatch batch, Head after) {
    ++after.changes;
    put_head(batch, after);
    if (auto written = store_->write(std::move(batch)); !written) {
      note_failure();
      return written;
    }
    if (failpoint("log.after_write")) return refuse_write("log.after_write");
    // It is durable: a mark that fails only ends what would come after.
    if (auto marked = marks_->write(after); !marked) note_failure();
    const std::scoped_lock lock(mutex_);
    head_ = after;
    ++commits_;
    return {};
  }

  // RocksDB tells of what failed behind a write, and of work of its own, only when asked.
  void note_failure() {
    if (const std::string words = store_->failure(); !words.empty())
      latch(store_->no_space() ? Health::disk_full : Health::write_failed, words);
    if (!marks_) return;
    if (auto state = marks_->state(); !state)
      latch(is_no_space(state.error()) ? Health::disk_full : Health::write_failed,
            state.error().text());
  }

  // The first failure stays until the log is opened again, which verifies.
  void latch(Health health, const std::string& why) {
    {
      const std::scoped_lock lock(mutex_);
      if (health_ != Health::writable) return;
      health_ = health;
      why_ = why;
    }
    // Room for the operator, and for opening the log again.
    if (health == Health::disk_full) (void)remove_if_there(*options_.files, ballast_path(options_));
  }

  const DurableLogOptions options_;
  const std::unique_ptr<RocksStore> store_;
  const std::unique_ptr<MarkWriter> marks_;
  std::unique_ptr<RejectionStore> rejections_;
  std::mutex changing_;    // trim, redact, purge, deep_verify: one at a time
  std::mutex committing_;  // after `changing_`: one commit at a time, head, store and mark alike
  std::mutex mutex_;       // last; guards what follows
  std::condition_variable longer_;
  Head head_;
  Position base_;
  std::uint64_t commits_ = 0;
  Health health_;
  std::string why_;
};

}  // namespace

Result<std::unique_ptr<DurableLog>> make_durable_log(DurableParts parts) {
  auto log = std::make_unique<RocksLog>(std::move(parts));
  if (auto loaded = log->load_rejections(); !loaded) return tl::unexpected<Error>(loaded.error());
  return std::unique_ptr<DurableLog>(std::move(log));
}

}  // namespace concord::index
