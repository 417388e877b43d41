#include "server/intake_job.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "index/base/assert.h"
#include "index/sources.h"
#include "server/intake_cloud.h"
#include "server/intake_desk.h"
#include "server/intake_native.h"
#include "server/intake_segment.h"

namespace concord::server {
namespace {

// A piece ends after so much: readable soon, and one frame or a few.
constexpr std::size_t kPieceEventsMax = 512;
constexpr std::size_t kPieceBytesMax = 256UL * 1024;
constexpr std::size_t kQuickRowsMax = 64;  // settled by the event loop itself

RowStatus status_of(index::EventOutcome::Status status) {
  switch (status) {
    case index::EventOutcome::Status::accepted: return RowStatus::accepted;
    case index::EventOutcome::Status::duplicate: return RowStatus::duplicate;
    case index::EventOutcome::Status::rejected: return RowStatus::rejected;
    case index::EventOutcome::Status::stale:  // only concord itself sends events with a condition
    case index::EventOutcome::Status::unknown: break;
  }
  return RowStatus::unknown;
}

// Of an item that is several events the worst counts: unknown, refused, new, known.
int weight(RowStatus status) {
  switch (status) {
    case RowStatus::unknown: return 4;
    case RowStatus::rejected: return 3;
    case RowStatus::accepted: return 2;
    case RowStatus::duplicate: return 1;
    case RowStatus::skipped: break;
  }
  return 0;
}

std::string why_unknown(index::Taken taken) {
  constexpr const char* kRepeat = ": send it again with the same id";
  switch (taken) {
    case index::Taken::overloaded: return std::string("not taken, too much is waiting") + kRepeat;
    case index::Taken::read_only: return std::string("not taken, nothing is written now") + kRepeat;
    case index::Taken::disk_full: return std::string("not taken, the disk is full") + kRepeat;
    case index::Taken::taken: break;
  }
  return std::string("a write failed, it may be in or not") + kRepeat;
}

void write_row(index::Buffer& out, const IntakeRow& row) {
  index::JsonWriter json(out);
  json.begin_object();
  json.key("line").unsigned_integer(row.line);
  if (!row.id.empty()) json.key("id").string(row.id);
  json.key("status").string(word(row.status));
  if (row.revision != 0) json.key("revision").unsigned_integer(row.revision);
  if (row.fault) {
    json.key("error").begin_object();
    json.key("code").string(row.fault->code);
    json.key("detail").string(row.fault->detail);
    if (!row.fault->pointer.empty()) json.key("pointer").string(row.fault->pointer);
    json.end_object();
  }
  json.end_object();
  out.push('\n');
}

}  // namespace

std::string_view word(RowStatus status) {
  switch (status) {
    case RowStatus::accepted: return "accepted";
    case RowStatus::duplicate: return "duplicate";
    case RowStatus::rejected: return "rejected";
    case RowStatus::unknown: return "unknown";
    case RowStatus::skipped: break;
  }
  return "skipped";
}

IntakeJob::IntakeJob(IntakeDesk& desk, IntakeBody body, IntakeAsk ask, std::optional<Waker> waker)
    : desk_(desk), body_(std::move(body)), ask_(std::move(ask)), waker_(std::move(waker)) {
  desk_.jobs_.fetch_add(1, std::memory_order_relaxed);
}

// Everything the job did to the desk is done before the desk may go.
IntakeJob::~IntakeJob() { desk_.jobs_.fetch_sub(1, std::memory_order_release); }

index::Result<std::string_view> IntakeJob::text() {
  if (!body_.text.empty()) return body_.text;
  if (body_.coding == ContentCoding::identity) return body_.bytes.view();
  InflateLimits limits;
  limits.bytes_max = desk_.options().body_bytes_max;
  if (auto done = append_inflated(body_.bytes.view(), body_.coding, limits, inflated_); !done)
    return index::fail(done.error());
  return inflated_.view();
}

void IntakeJob::run(bool may_wait) {
  may_wait_ = may_wait;
  if (body_.form == IntakeForm::retry) {
    read_again();
  } else if (const auto whole = text(); !whole) {
    result_.unreadable = whole.error();
  } else {
    text_ = *whole;
    if (auto done = read(text_); !done) result_.unreadable = done.error();
  }
  hand_on(true);
  one_done();
}

index::Result<void> IntakeJob::read(std::string_view text) {
  thread_local index::JsonReader strict;
  thread_local index::JsonReader loose{kSegmentRules};
  const ItemSink sink = [this](IntakeItem&& item) { take(std::move(item)); };
  switch (body_.form) {
    case IntakeForm::lines:
      if (std::count(text.begin(), text.end(), '\n') > std::ptrdiff_t{kItemsMax})
        return index::fail(too_many_items());
      read_lines(text, ask_, strict, sink);
      return {};
    case IntakeForm::document: return read_document(text, ask_, strict, sink);
    case IntakeForm::cloud_event: return read_cloud_event(text, ask_, strict, sink);
    case IntakeForm::cloud_batch: return read_cloud_batch(text, ask_, strict, sink);
    case IntakeForm::segment: return read_segment(body_.verb, text, ask_, loose, sink);
    case IntakeForm::retry: break;
  }
  return {};
}

void IntakeJob::take(IntakeItem&& item) {
  IntakeRow& row = rows_.emplace_back();
  row.line = item.line;
  row.id = std::move(item.id);
  Place& place = places_.emplace_back();
  Kept& kept = kept_.emplace_back();
  kept.source = std::move(item.source);
  kept.format = std::move(item.format);
  const bool in_body = item.raw.data() >= text_.data() &&
                       item.raw.data() + item.raw.size() <= text_.data() + text_.size();
  if (!in_body) {
    kept.own = std::make_unique<std::string>(item.raw);
    item.raw = *kept.own;
  }
  kept.raw = item.raw;
  std::vector<index::Incoming> events;
  if (item.fault) {
    row.status = RowStatus::rejected;
    row.fault = std::move(item.fault);
  } else if (item.drafts.empty()) {
    row.status = RowStatus::skipped;
  } else if (closed_ == index::Taken::taken && prepare(item, events)) {
    if (!open_) open_ = std::make_shared<index::Submission>();
    place = {static_cast<std::uint32_t>(pieces_.size()),
             static_cast<std::uint32_t>(open_->events.size()),
             static_cast<std::uint32_t>(events.size())};
    for (index::Incoming& event : events) {
      open_bytes_ += event.bytes.size();
      open_->events.push_back(std::move(event));
    }
    hand_on(false);
  }
}

// All events of an item, or none.
bool IntakeJob::prepare(IntakeItem& item, std::vector<index::Incoming>& ready) {
  const index::Receipt receipt{ask_.received_at, desk_.options().skew_ms_max};
  for (std::size_t i = 0; i < item.drafts.size(); ++i) {
    auto incoming = index::make_incoming(std::move(item.drafts[i]),
                                         desk_.live().engine().normaliser(), receipt);
    if (!incoming) {
      rows_.back().status = RowStatus::rejected;
      rows_.back().fault = fault_of(incoming.error());
      return false;
    }
    if (item.content) incoming->content = {item.content->low + i, item.content->high};
    ready.push_back(std::move(*incoming));
  }
  return true;
}

void IntakeJob::hand_on(bool last) {
  if (!open_) return;
  if (!last && open_->events.size() < kPieceEventsMax && open_bytes_ < kPieceBytesMax) return;
  const std::shared_ptr<index::Submission> piece = std::move(open_);
  open_.reset();
  open_bytes_ = 0;
  pieces_.push_back(piece);
  if (closed_ == index::Taken::taken) closed_ = submit(piece);
  if (closed_ != index::Taken::taken) piece->on_done = nullptr;
}

// On a worker it waits a while for room: who was taken at the door is not sent away after a wait.
index::Taken IntakeJob::submit(const std::shared_ptr<index::Submission>& piece) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kStep = std::chrono::milliseconds(2);
  // Lets go of the job when it is called, which holds the piece.
  piece->on_done = [self = shared_from_this()]() mutable { std::exchange(self, {})->one_done(); };
  pending_.fetch_add(1, std::memory_order_relaxed);
  const auto end =
      Clock::now() + std::chrono::milliseconds(may_wait_ ? desk_.options().patience_ms : 0);
  index::Taken taken = desk_.live().submit(piece);
  while (taken == index::Taken::overloaded && Clock::now() < end) {
    if (!desk_.settle_one()) std::this_thread::sleep_for(kStep);
    taken = desk_.live().submit(piece);
  }
  if (taken != index::Taken::taken) pending_.fetch_sub(1, std::memory_order_relaxed);
  return taken;
}

void IntakeJob::one_done() {
  if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) complete();
}

// Nothing to keep on disk and little to write: whoever reads the answer settles it.
bool IntakeJob::is_quick() const {
  if (rows_.size() > kQuickRowsMax || result_.unreadable || body_.form == IntakeForm::retry)
    return false;
  for (const IntakeRow& row : rows_)
    if (row.fault) return false;
  for (const auto& piece : pieces_)
    for (const index::EventOutcome& outcome : piece->outcomes)
      if (outcome.status == index::EventOutcome::Status::rejected) return false;
  return true;
}

void IntakeJob::complete() {
  if (!is_quick()) {
    desk_.post_outcome([self = shared_from_this()] {
      self->settle();
      self->ready_.store(true, std::memory_order_release);
      if (self->waker_) self->waker_->wake();
    });
    return;
  }
  ready_.store(true, std::memory_order_release);
  if (waker_) waker_->wake();
}

void IntakeJob::settle() {
  if (std::exchange(settled_, true)) return;
  result_.taken = closed_;
  for (std::size_t i = 0; i < rows_.size(); ++i) settle_row(i);
  list_unreadable();
  list_rejections();
  if (body_.form == IntakeForm::retry) take_off_the_list();
  for (const IntakeRow& row : rows_) write_row(lines_, row);
  pieces_.clear();
}

void IntakeJob::settle_row(std::size_t number) {
  IntakeRow& row = rows_[number];
  const Place& place = places_[number];
  for (std::uint32_t i = 0; i < place.count; ++i) {
    const index::Submission& piece = *pieces_[place.piece];
    const std::size_t at = place.first + i;
    index::EventOutcome outcome;
    if (at < piece.outcomes.size()) outcome = piece.outcomes[at];
    const RowStatus status = status_of(outcome.status);
    row.revision = std::max(row.revision, outcome.revision);
    if (i > 0 && weight(status) <= weight(row.status)) continue;
    row.status = status;
    if (status != RowStatus::rejected) continue;
    row.fault = fault_of(outcome.error);
  }
  if (row.status == RowStatus::unknown || row.status == RowStatus::rejected) row.revision = 0;
  if (row.status == RowStatus::unknown) {
    row.fault = {"not_written", why_unknown(closed_), ""};
    ++result_.unknown;
  } else {
    ++result_.done;
  }
  index::SourceBook& book = desk_.live().engine().sources();
  const std::string& source = kept_[number].source;
  if (row.status == RowStatus::rejected && place.count == 0) book.refused(source);
  desk_.count(source, row.status);
  if (row.status == RowStatus::rejected) desk_.count_refused(source, row.fault->code);
}

index::Rejection IntakeJob::rejection_of(std::size_t number) const {
  const IntakeRow& row = rows_[number];
  index::Rejection out;
  out.at_ms = ask_.received_at.ms;
  out.source = kept_[number].source;
  out.format = kept_[number].format;
  out.code = row.fault->code;
  out.place = row.fault->pointer;
  out.reason = row.fault->detail;
  out.raw = kept_[number].raw;
  return out;
}

void IntakeJob::list_rejections() {
  if (body_.form == IntakeForm::retry) return;  // they are on the list
  std::vector<index::Rejection> all;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].status == RowStatus::rejected) all.push_back(rejection_of(i));
  index::RejectionStore* const store = desk_.live().rejections();
  if (all.empty() || store == nullptr) return;
  if (!store->keep(all)) result_.unlisted = true;
}

void IntakeJob::list_unreadable() {
  index::RejectionStore* const store = desk_.live().rejections();
  if (!result_.unreadable || store == nullptr) return;
  index::Rejection one;
  one.at_ms = ask_.received_at.ms;
  one.source = ask_.source;
  one.format = "unreadable";
  one.code = "bad_body";
  one.place = result_.unreadable->place;
  one.reason = result_.unreadable->detail;
  one.raw = text_.empty() ? body_.bytes.view() : text_;
  if (!store->keep(std::span(&one, 1))) result_.unlisted = true;
}

const IntakeResult& IntakeJob::result() {
  CONCORD_ASSERT(ready());
  settle();
  return result_;
}
std::string_view IntakeJob::lines() {
  CONCORD_ASSERT(ready());
  settle();
  return lines_.view();
}
const std::vector<IntakeRow>& IntakeJob::rows() {
  CONCORD_ASSERT(ready());
  settle();
  return rows_;
}

}  // namespace concord::server
