#include "index/live.h"

#include <thread>
#include <utility>

#include "index/base/assert.h"
#include "index/base/scheduling.h"
#include "index/live_impl.h"
#include "index/log/durable_log.h"

namespace concord::index {

Live::Impl::Impl(LiveParts given, LiveOptions wanted)
    : options(std::move(wanted)),
      parts(std::move(given)),
      queue(options.queue_events_max, options.queue_bytes_max,
            options.queue_wait_ms_max * 1'000'000),
      applier(*parts.engine, options, queue, frames, gate) {}

void Live::Impl::start(Position tail) {
  writer = std::make_unique<LiveWriter>(*parts.log, tail, options, queue, frames, gate);
  applier.begin(tail);
  threads[0] = std::thread([this] {
    name_thread("log-writer");
    writer->run();
  });
  threads[1] = std::thread([this] {
    name_thread("applier");
    applier.run();
  });
}

Live::Impl::~Impl() {
  queue.stop();
  for (std::thread& thread : threads)
    if (thread.joinable()) thread.join();
}

std::string_view word(WriteState::Mode mode) {
  switch (mode) {
    case WriteState::Mode::writable: return "writable";
    case WriteState::Mode::disk_full: return "disk_full";
    case WriteState::Mode::read_only: return "read_only";
  }
  return "read_only";
}

Live::Live(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Live::~Live() = default;

std::unique_ptr<Live> Live::over(std::unique_ptr<Engine> engine, std::unique_ptr<EventLog> log,
                                 LiveOptions options) {
  const auto tail = log->tail(0);
  CONCORD_ASSERT(tail.has_value() && tail->seq == engine->snapshot().revision());
  LiveParts parts;
  parts.engine = std::move(engine);
  parts.log = std::move(log);
  auto impl = std::make_unique<Impl>(std::move(parts), std::move(options));
  impl->report.verified_to = tail->seq;
  impl->start(*tail);
  return std::unique_ptr<Live>(new Live(std::move(impl)));
}

Engine& Live::engine() { return *impl_->parts.engine; }
const Engine& Live::engine() const { return *impl_->parts.engine; }

namespace {

Taken refusal(WriteState::Mode mode) {
  return mode == WriteState::Mode::disk_full ? Taken::disk_full : Taken::read_only;
}

}  // namespace

Result<std::vector<EventOutcome>> Live::known(std::span<const Hash128> id_keys) {
  std::vector<EventOutcome> out(id_keys.size());
  std::vector<KnownId> logged(id_keys.size());
  if (log() != nullptr) {
    auto read = log()->known_ids(0, id_keys);
    if (!read) return tl::unexpected<Error>(read.error());
    logged = std::move(*read);
  }
  const EventSeq readable = engine().snapshot().revision();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (logged[i].seq == 0 && impl_->options.known_before)
      logged[i] = impl_->options.known_before(id_keys[i]).value_or(KnownId{});
    if (logged[i].seq != 0 && logged[i].seq <= readable)
      out[i] = outcome_of_repeat(engine(), logged[i].seq);
  }
  return out;
}

Taken Live::submit(std::shared_ptr<Submission> submission) {
  const WriteState::Mode mode = impl_->gate.mode();
  if (mode != WriteState::Mode::writable) return refusal(mode);
  submission->outcomes.assign(submission->events.size(), {});
  if (submission->events.empty()) {
    submission->finished.store(true, std::memory_order_release);
    if (submission->on_done) submission->on_done();
    return Taken::taken;
  }
  return impl_->queue.push(std::move(submission)) ? Taken::taken : Taken::overloaded;
}

Taken Live::would_take(std::size_t bytes) const {
  const WriteState::Mode mode = impl_->gate.mode();
  if (mode != WriteState::Mode::writable) return refusal(mode);
  return impl_->queue.has_room(bytes) ? Taken::taken : Taken::overloaded;
}

void Live::on_publish(std::function<void(EventSeq)> listener) {
  impl_->applier.on_publish(std::move(listener));
}

bool Live::between_frames(std::function<void(const Position&)> call) {
  if (!impl_->writer) return false;
  auto frame = std::make_unique<LiveFrame>();
  frame->between = std::move(call);
  impl_->frames.push(std::move(frame));
  return true;
}

EventLog* Live::log() { return impl_->parts.log.get(); }
DurableLog* Live::durable_log() { return dynamic_cast<DurableLog*>(impl_->parts.log.get()); }

const OpenReport& Live::report() const { return impl_->report; }
WriteState Live::write_state() const { return impl_->gate.state(); }
RejectionStore* Live::rejections() { return impl_->parts.rejections; }

LiveCounts Live::counts() const {
  LiveCounts counts = impl_->applier.counts();
  counts.queue_events = impl_->queue.events();
  counts.queue_bytes = impl_->queue.bytes();
  counts.published = engine().snapshot().revision();
  counts.log_seq = impl_->writer ? impl_->writer->durable() : counts.published;
  counts.retired_versions = engine().retired_versions();
  return counts;
}

std::vector<SourceCounts> Live::source_counts() const { return impl_->applier.source_counts(); }

}  // namespace concord::index
