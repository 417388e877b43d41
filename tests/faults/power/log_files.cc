// Writers of the durable log alone: frames of a few events, appended one after the other.
#include <array>

#include "index/log/durable_log.h"
#include "tests/faults/power/child_events.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr std::uint64_t kBallastBytes = 1U << 20U;
constexpr std::uint64_t kFrameEventsMax = 7;
constexpr std::size_t kReadBytes = 1U << 20U;

index::DurableLogOptions options_of(const std::string& folder) {
  index::DurableLogOptions options;
  options.folder = folder + "/log";
  options.ballast_bytes = kBallastBytes;
  return options;
}

index::FramedEvent framed(EventName event) {
  const index::EventDraft draft = draft_of(event);
  return {index::encode_event(draft), index::event_id_key(draft.source, draft.id),
          index::content_hash(draft)};
}

std::string text_of(const std::vector<index::FindingRow>& findings) {
  std::string text;
  for (const index::FindingRow& row : findings)
    text += std::string(index::name_of(row.what)) + " at " + std::to_string(row.seq) + ": " +
            row.text + "; ";
  return text;
}

// Open for writing, and nothing was found but what a power cut may leave behind.
Result<std::unique_ptr<index::DurableLog>> open(const std::string& folder, bool has_events) {
  Result<index::OpenedLog> opened = index::open_durable_log(options_of(folder));
  if (!opened) return fail(opened.error());
  for (const index::FindingRow& row : opened->findings) {
    const bool harmless = row.what == index::Finding::torn_tail ||
                          row.what == index::Finding::mark_damaged ||
                          (!has_events && row.what == index::Finding::new_log) ||
                          (!has_events && row.what == index::Finding::mark_missing);
    if (!harmless) return fail(Code::damaged, text_of(opened->findings), "opening");
  }
  if (!opened->writable || opened->log == nullptr)
    return fail(Code::damaged, "cannot be written: " + text_of(opened->findings), "opening");
  return std::move(opened->log);
}

Result<void> prepare_nothing(const std::string& /*folder*/) { return {}; }

template <bool kEarly>
Result<void> feed(const Feed& feed) {
  const auto log = open(feed.folder, false);
  if (!log) return fail(log.error());
  Result<index::Position> end = (*log)->tail(0);
  if (!end) return fail(end.error());
  EventName event{feed.round, 1};
  for (std::uint64_t frames = 1;; ++frames) {
    std::vector<index::FramedEvent> frame;
    const EventName first = event;
    for (; frame.size() < 1 + frames % kFrameEventsMax; ++event.number)
      frame.push_back(framed(event));
    const auto acknowledge_all = [&](index::EventSeq before) {
      for (std::uint64_t i = 0; i < frame.size(); ++i)
        acknowledge({first.round, first.number + i}, before + 1 + i);
    };
    const index::EventSeq before = end->seq;
    if (kEarly) acknowledge_all(before);
    const Result<index::AppendResult> done = (*log)->append(0, *end, 1, frame);
    if (!done) return fail(done.error());
    if (done->outcome != index::Append::done)
      return fail(Code::conflict, "the log has moved on", "append");
    end = done->position;
    if (!kEarly) acknowledge_all(before);
  }
}

// Every event of the log in order: no gap, and the chain leads to the end.
Result<void> verify_chain(index::DurableLog& log) {
  const Result<index::Position> end = log.tail(0);
  if (!end) return fail(end.error());
  index::Hash128 chain;
  for (index::EventSeq seq = 0; seq < end->seq;) {
    const auto events = log.read(0, seq, kReadBytes);
    if (!events) return fail(events.error());
    for (const index::LoggedEvent& event : *events) {
      if (event.seq != ++seq) return fail(Code::damaged, "a gap before", std::to_string(event.seq));
      if (!index::decode_event(event.bytes))
        return fail(Code::damaged, "no event", std::to_string(seq));
      chain = index::chain_next(chain, seq, index::payload_hash_of(event.salt, event.bytes));
    }
    if (events->empty()) return fail(Code::damaged, "the log ends early", std::to_string(seq));
  }
  if (chain == end->chain) return {};
  return fail(Code::damaged, "the chain does not lead to its end", std::to_string(end->seq));
}

Result<void> verify_known(index::DurableLog& log, const Acknowledgement& one) {
  const index::FramedEvent wanted = framed(one.event);
  const auto known = log.known_ids(0, std::span(&wanted.id_key, 1));
  if (!known) return fail(known.error());
  if (known->front().seq == 0) return lost(one.event, "acknowledged, but not in the log");
  if (known->front().seq != one.revision) return lost(one.event, "it has another seq now");
  if (!(known->front().content == wanted.content)) return lost(one.event, "it says something else");
  return {};
}

Result<void> verify(const std::string& folder, std::span<const Acknowledgement> acknowledged) {
  auto log = open(folder, !acknowledged.empty());
  if (!log) return fail(log.error());
  for (const Acknowledgement& one : acknowledged)
    if (const Result<void> known = verify_known(**log, one); !known) return known;
  if (const Result<void> chain = verify_chain(**log); !chain) return chain;
  if (const auto found = (*log)->deep_verify({}); !found.empty())
    return fail(Code::damaged, text_of(found), "deep_verify");
  // It goes on as if nothing had been.
  const Result<index::Position> end = (*log)->tail(0);
  if (!end) return fail(end.error());
  const auto next = (*log)->append(0, *end, 1, std::array{framed({0, 1})});
  if (!next) return fail(next.error());
  if (next->position.seq == end->seq + 1) return {};
  return fail(Code::damaged, "the next event does not follow", std::to_string(end->seq));
}

constexpr std::array<Kind, 2> kKinds{{
    {"log", "the durable log: frames appended, then acknowledged", prepare_nothing, feed<false>,
     verify},
    {"log-early", "planted: frames acknowledged, then appended", prepare_nothing, feed<true>,
     verify},
}};

}  // namespace

std::span<const Kind> log_kinds() { return kKinds; }

}  // namespace concord::power
