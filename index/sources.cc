#include "index/sources.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/base/buffer.h"
#include "index/base/hash.h"
#include "index/base/json_writer.h"
#include "index/base/limits.h"
#include "index/base/time.h"
#include "index/snapshot/record_view.h"

namespace concord::index {
namespace {

constexpr std::int64_t kRefreshUnstatedMs = 3'600'000;
constexpr std::size_t kStateIdRest = 40;  // of a state's id, beside the source's name

bool is_due(const SourceInfo& source, UnixMillis now) {
  if (source.said_at_ms == kNoTime)
    return heard_at_ms(source) != kNoTime || source.expect_every_ms > 0;
  if (freshness(source.expect_every_ms, heard_at_ms(source), now) != source.state) return true;
  if (source.said_last_at_ms == source.last_at_ms) return false;
  const std::int64_t refresh_ms =
      source.expect_every_ms > 0 ? source.expect_every_ms / 2 : kRefreshUnstatedMs;
  return now.ms - source.said_at_ms >= refresh_ms;
}

EventDraft draft_of(const SourceInfo& source, UnixMillis now) {
  EventDraft draft;
  // The id has the same bound as the name alone has.
  const bool fits = source.name.size() + kStateIdRest <= kWordBytesMax;
  draft.id =
      "source_state/" + (fits ? source.name : to_hex(hash128(source.name))) + "/" + to_rfc3339(now);
  draft.source = kOwnSource;
  draft.at = now.ms;
  draft.type = static_cast<std::uint8_t>(EventType::source_state);
  draft.source_state = std::make_unique<wire::SourceStateT>();
  draft.source_state->source = source.name;
  draft.source_state->department = source.department;
  draft.source_state->state =
      static_cast<std::uint8_t>(freshness(source.expect_every_ms, heard_at_ms(source), now));
  if (source.last_at_ms != kNoTime) draft.source_state->last_at = source.last_at_ms;
  return draft;
}

}  // namespace

std::int64_t heard_at_ms(const SourceInfo& source) {
  return std::max(source.last_heard_ms, source.last_at_ms);
}

Freshness freshness(std::int64_t expect_every_ms, std::int64_t heard_ms, UnixMillis now) {
  if (expect_every_ms <= 0) return Freshness::unstated;
  if (heard_ms == kNoTime) return Freshness::silent;
  const std::int64_t silence_ms = now.ms - heard_ms;
  if (silence_ms <= expect_every_ms) return Freshness::ok;
  return silence_ms <= 2 * expect_every_ms ? Freshness::late : Freshness::silent;
}

void hear(SourceInfo& source, const wire::Event& event, EventSeq seq) {
  source.counted_to = seq;
  ++source.events;
  if (source.department.empty()) source.department = view_of(event.department());
  source.last_at_ms = std::max(source.last_at_ms, event.at());
  if (event.received_at().has_value())
    source.last_heard_ms = std::max(source.last_heard_ms, *event.received_at());
}

void say(SourceInfo& source, const wire::Event& event) {
  CONCORD_ASSERT(event.source_state() != nullptr);
  const wire::SourceState& state = *event.source_state();
  if (source.department.empty()) source.department = view_of(state.department());
  source.state = static_cast<Freshness>(state.state());
  source.said_last_at_ms = state.last_at().value_or(kNoTime);
  source.said_at_ms = event.at();
}

void say_first(std::span<SourceInfo> sources, UnixMillis newest_at) {
  for (SourceInfo& source : sources) {
    if (source.said_at_ms != kNoTime) continue;
    source.state = freshness(source.expect_every_ms, source.last_at_ms, newest_at);
    source.said_last_at_ms = source.last_at_ms;
    source.said_at_ms = newest_at.ms;
  }
}

std::string sources_json(std::span<const SourceInfo> sources) {
  Buffer buffer;
  JsonWriter out(buffer);
  out.begin_array();
  for (const SourceInfo& source : sources) {
    if (source.said_at_ms == kNoTime) continue;
    out.begin_object().key("source").string(source.name);
    if (!source.department.empty()) out.key("department").string(source.department);
    if (source.state != Freshness::unstated) out.key("state").string(word(source.state));
    if (source.said_last_at_ms != kNoTime)
      out.key("last_at").time(UnixMillis{source.said_last_at_ms});
    out.end_object();
  }
  out.end_array();
  return std::string(buffer.view());
}

void SourceBook::begin(std::vector<SourceInfo> sources) {
  std::sort(sources.begin(), sources.end(),
            [](const SourceInfo& a, const SourceInfo& b) { return a.name < b.name; });
  const std::scoped_lock lock(mutex_);
  rows_.clear();
  for (SourceInfo& source : sources) rows_.push_back({std::move(source), 0, 0});
}

namespace {

bool stands_before(const SourceRow& row, std::string_view name) { return row.info.name < name; }

template <typename Rows>
auto place_of(Rows& rows, std::string_view name) {
  return std::lower_bound(rows.begin(), rows.end(), name, stands_before);
}

}  // namespace

SourceInfo& SourceBook::find(std::string_view name) {
  auto at = place_of(rows_, name);
  if (at == rows_.end() || at->info.name != name) {
    at = rows_.insert(at, SourceRow{});
    at->info.name = name;
  }
  return at->info;
}

SourceRow* SourceBook::known(std::string_view name) {
  const auto at = place_of(rows_, name);
  return at == rows_.end() || at->info.name != name ? nullptr : &*at;
}

void SourceBook::configure(const SourceInfo& source) {
  const std::scoped_lock lock(mutex_);
  SourceInfo& mine = find(source.name);
  mine.department = source.department;
  mine.expect_every_ms = source.expect_every_ms;
  mine.may = source.may;
}

void SourceBook::heard(const wire::Event& event, EventSeq seq) {
  if (view_of(event.source()) == kOwnSource) return;
  const std::scoped_lock lock(mutex_);
  SourceInfo& source = find(view_of(event.source()));
  if (seq > source.counted_to) hear(source, event, seq);
}

void SourceBook::said(const wire::Event& event) {
  const std::scoped_lock lock(mutex_);
  say(find(view_of(event.source_state()->source())), event);
}

void SourceBook::repeated(std::string_view source) {
  const std::scoped_lock lock(mutex_);
  if (SourceRow* const row = known(source)) ++row->duplicates;
}

void SourceBook::refused(std::string_view source) {
  const std::scoped_lock lock(mutex_);
  if (SourceRow* const row = known(source)) ++row->rejected;
}

std::vector<SourceRow> SourceBook::rows() const {
  const std::scoped_lock lock(mutex_);
  return rows_;
}

std::vector<SourceInfo> SourceBook::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<SourceInfo> out;
  for (const SourceRow& row : rows_) out.push_back(row.info);
  return out;
}

std::vector<EventDraft> SourceBook::due(UnixMillis now) const {
  std::vector<EventDraft> out;
  const std::scoped_lock lock(mutex_);
  for (const SourceRow& row : rows_)
    if (is_due(row.info, now)) out.push_back(draft_of(row.info, now));
  return out;
}

}  // namespace concord::index
