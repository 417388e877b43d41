#include "tests/index/live/feeding.h"

#include "index/base/assert.h"

namespace concord::test {

index::Incoming incoming(const index::IdentityNormaliser& normaliser, index::EventDraft draft,
                         index::Receipt receipt) {
  auto made = index::make_incoming(std::move(draft), normaliser, receipt);
  CONCORD_ASSERT(made.has_value());
  return std::move(*made);
}

Sent::Sent(index::Live& live, std::vector<index::EventDraft> drafts) {
  for (index::EventDraft& draft : drafts)
    submission_->events.push_back(incoming(live.engine().normaliser(), std::move(draft)));
  submission_->on_done = [state = state_, &live] {
    const std::scoped_lock lock(state->mutex);
    state->published = live.engine().snapshot().revision();
    state->done = true;
    state->changed.notify_all();
  };
  taken_ = live.submit(submission_);
}

const std::vector<index::EventOutcome>& Sent::wait() {
  CONCORD_ASSERT(taken_ == index::Taken::taken);
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->done; });
  CONCORD_ASSERT(submission_->finished.load());
  return submission_->outcomes;
}

index::EventOutcome send(index::Live& live, const Saying& saying) {
  std::vector<index::EventDraft> drafts;
  drafts.emplace_back(saying.draft);
  return Sent(live, std::move(drafts)).wait().front();
}

index::Result<index::AppendResult> MoodyLog::append(std::uint32_t partition,
                                                    const index::Position& last,
                                                    std::uint64_t epoch, Frame frame) {
  const auto mood = before_append ? before_append(appends_++, frame) : index::Result<void>{};
  if (!mood) {
    if (writes_though_failing) CONCORD_ASSERT(inner_->append(partition, last, epoch, frame));
    return index::fail(mood.error());
  }
  return inner_->append(partition, last, epoch, frame);
}
index::Result<std::vector<index::KnownId>> MoodyLog::known_ids(
    std::uint32_t partition, std::span<const index::Hash128> keys) {
  return inner_->known_ids(partition, keys);
}
index::Result<index::Position> MoodyLog::tail(std::uint32_t partition) {
  return inner_->tail(partition);
}
index::Result<std::vector<index::LoggedEvent>> MoodyLog::read(std::uint32_t partition,
                                                              index::EventSeq after,
                                                              std::size_t bytes_max) {
  return inner_->read(partition, after, bytes_max);
}
index::Result<index::Position> MoodyLog::wait(std::uint32_t partition, index::EventSeq after,
                                              std::int64_t timeout_ms) {
  return inner_->wait(partition, after, timeout_ms);
}
index::Result<std::optional<index::KeptEvent>> MoodyLog::kept(index::Hash128 keep_as) {
  return inner_->kept(keep_as);
}
index::Result<std::vector<index::KeptEvent>> MoodyLog::read_kept(index::EventSeq after,
                                                                 std::size_t bytes_max) {
  return inner_->read_kept(after, bytes_max);
}
index::Result<void> MoodyLog::trim(std::uint32_t partition, index::EventSeq up_to) {
  return inner_->trim(partition, up_to);
}
index::Result<void> MoodyLog::redact(std::uint32_t partition, index::EventSeq seq) {
  return inner_->redact(partition, seq);
}

void Barrier::pass() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return open_; });
}
void Barrier::open() {
  const std::scoped_lock lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

}  // namespace concord::test
