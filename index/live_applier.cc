#include "index/live_applier.h"

#include <chrono>
#include <utility>

namespace concord::index {
namespace {

using Status = EventOutcome::Status;
constexpr std::size_t kSourcesCounted = 1000;  // more are counted together
constexpr std::string_view kOtherSources = "other";

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

EventOutcome outcome_of_repeat(const Engine& engine, EventSeq seq) {
  EventOutcome outcome;
  outcome.revision = seq;
  const auto stood_at = engine.void_at(seq);
  outcome.status = stood_at ? Status::stale : Status::duplicate;
  outcome.stood_at = stood_at.value_or(0);
  return outcome;
}

LiveApplier::LiveApplier(Engine& engine, const LiveOptions& options, LiveQueue& queue,
                         FrameQueue& frames, WriteGate& gate)
    : engine_(engine), options_(options), queue_(queue), frames_(frames), gate_(gate) {}

void LiveApplier::run() {
  while (const auto frame = frames_.pop()) {
    if (frame->between) {
      frame->between(position_);
      continue;
    }
    const std::int64_t begun_ns = steady_ns();
    apply(*frame);
    if (!broken_ && !frame->events.empty()) position_ = frame->end;
    const std::int64_t done_ns = steady_ns();
    count(*frame);
    if (options_.on_frame)
      options_.on_frame({frame->events.size(), frame->bytes, frame->commit_ns, done_ns - begun_ns});
    tell(*frame);
  }
}

void LiveApplier::apply(LiveFrame& frame) {
  std::size_t written = 0;
  EventSeq staged = 0;
  for (FrameItem& item : frame.items) {
    // What it repeats stands before it, in this frame or an earlier one, and is judged.
    if (item.outcome.status == Status::duplicate && !broken_)
      item.outcome = outcome_of_repeat(engine_, item.outcome.revision);
    if (item.outcome.status != Status::accepted) continue;
    const Incoming& event = item.of->events[item.index];
    const std::string& bytes = frame.events[written++].bytes;
    if (broken_) continue;
    const auto done = engine_.stage(event.prepared, bytes);
    if (done) {
      staged = item.outcome.revision;
      if (done->is_void()) {
        item.outcome.status = Status::stale;
        item.outcome.stood_at = done->stood_at;
      }
      continue;
    }
    gate_.close(WriteState::Mode::read_only,
                "event " + std::to_string(item.outcome.revision) +
                    " is in the log but could not be applied: " + done.error().text());
    broken_ = true;
  }
  if (staged != 0) {
    engine_.publish();
    for (const auto& listener : listeners_) listener(staged);
  }
  if (!broken_) return;
  const EventSeq readable = engine_.snapshot().revision();
  for (FrameItem& item : frame.items)
    if (item.outcome.revision > readable) item.outcome = {};
}

void LiveApplier::count(const LiveFrame& frame) {
  const std::scoped_lock lock(mutex_);
  ++counts_.frames;
  counts_.events += frame.events.size();
  for (const FrameItem& item : frame.items) {
    if (item.outcome.status == Status::unknown) {
      ++counts_.unknown;
      continue;
    }
    const Incoming& event = item.of->events[item.index];
    std::string_view name = view_of(event.prepared.event->source());
    auto at = sources_.find(name);
    if (at == sources_.end()) {
      if (sources_.size() >= kSourcesCounted) name = kOtherSources;
      at = sources_.try_emplace(std::string(name)).first;
      at->second.source = name;
    }
    SourceCounts& source = at->second;
    if (item.outcome.status == Status::accepted) ++source.accepted;
    if (item.outcome.status == Status::duplicate) ++source.duplicate;
    if (item.outcome.status == Status::rejected) ++source.rejected;
    if (item.outcome.status == Status::stale) ++source.stale;
    if (item.outcome.status == Status::accepted && event.at_clamped) ++source.clamped;
  }
}

// Room in the queue is free before anybody hears of it, so that who hears may send at once.
void LiveApplier::tell(LiveFrame& frame) {
  std::size_t bytes = 0;
  for (const FrameItem& item : frame.items) bytes += item.bytes;
  queue_.release(frame.items.size(), bytes);
  for (FrameItem& item : frame.items) {
    Submission& of = *item.of;
    of.outcomes[item.index] = std::move(item.outcome);
    if (item.index + 1 != of.events.size()) continue;
    of.finished.store(true, std::memory_order_release);
    if (of.on_done) of.on_done();
  }
}

LiveCounts LiveApplier::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

std::vector<SourceCounts> LiveApplier::source_counts() const {
  const std::scoped_lock lock(mutex_);
  std::vector<SourceCounts> all;
  all.reserve(sources_.size());
  for (const auto& [name, counts] : sources_) all.push_back(counts);
  return all;
}

}  // namespace concord::index
