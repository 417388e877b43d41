#include "index/snapshot/record_update.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/snapshot/awaits.h"
#include "index/snapshot/portrait.h"
#include "index/snapshot/sum_changed.h"

namespace concord::index {
namespace {

std::string_view bytes_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

bool is_about_the_portrait(EventType type) {
  return type == EventType::profile || type == EventType::membership || type == EventType::consent;
}

// Would folding this identity change what the record knows of it?
bool is_news(const wire::Portrait& portrait, const NormalisedIdentity& identity, Stamp stamp) {
  for (const wire::Identity* one : *portrait.identities())
    if (view_of(one->value()) == identity.value() && view_of(one->type()) == identity.type())
      return stamp < Stamp{one->at(), one->seq()};
  return true;
}

bool changes_portrait(const RecordView& before, const FoldInput& input) {
  if (is_about_the_portrait(type_of(*input.event))) return true;
  const Stamp stamp{input.event->at(), input.seq};
  return std::any_of(
      input.identities.begin(), input.identities.end(),
      [&](const NormalisedIdentity& one) { return is_news(before.portrait(), one, stamp); });
}

// The row of a withdrawn entry.
std::optional<std::uint32_t> find_hidden(const wire::Segment* hidden, const WantedEntry& wanted) {
  if (hidden == nullptr) return std::nullopt;
  const auto& rows = *hidden->rows();
  for (std::uint32_t row = 0; row < rows.size(); ++row)
    if (wanted.is({hidden, rows.Get(row)})) return row;
  return std::nullopt;
}

const wire::Segment* hidden_of(const RecordView& view) {
  return view.record().hidden() == nullptr ? nullptr : view.record().hidden_nested_root();
}

}  // namespace

// Where the event's entry stands now, and the defects it is or links to.
struct RecordUpdater::Touched {
  std::optional<EntryList::Place> visible;
  std::optional<std::uint32_t> hidden;
  std::vector<std::string> awaited;
};

void RecordUpdater::begin(const StoredRecord& before, bool with_portrait) {
  before_ = before.view;
  labels_ = before.labels;
  record_ = decode_without_entries(before_, with_portrait);
  list_.begin(before);
  hidden_changed_ = portrait_changed_ = awaits_changed_ = false;
}

Result<RecordUpdater::Touched> RecordUpdater::find_touched(std::string_view id) {
  Touched touched;
  const WantedEntry wanted(id);
  touched.visible = list_.find(wanted);
  std::optional<EntryView> known;
  if (touched.visible)
    known = list_.at(*touched.visible);
  else if ((touched.hidden = find_hidden(hidden_of(before_), wanted)))
    known = EntryView(hidden_of(before_), hidden_of(before_)->rows()->Get(*touched.hidden));
  // A release that came by a link gives way to one that says whose it is.
  if (!known || known->has(wire::RowFlag::spread)) return touched;
  auto entry = decode_entry(reader_, *known);
  if (!entry) return tl::unexpected<Error>(entry.error());
  touched.awaited = Releases::awaited(*entry);
  record_.entries.emplace(std::string(id), std::move(*entry));
  return touched;
}

// The folded entry takes its place, among the visible ones or the withdrawn.
void RecordUpdater::put_back(const Touched& touched, std::string_view id) {
  const EntryState& entry = record_.entries.find(id)->second;
  list_.change(touched.visible, entry.hidden() ? nullptr : &entry);
  if (!entry.hidden() && !touched.hidden) return;
  hidden_changed_ = true;
  build_changed(builder_, SegmentUse::withdrawn, hidden_of(before_), touched.hidden,
                entry.hidden() ? &entry : nullptr);
  hidden_.clear();
  if (builder_.rows() > 0) hidden_ = builder_.finish();
}

// The entry is or links to other defects than before: what the record waits for follows.
void RecordUpdater::follow_links(const Releases& releases, const std::vector<std::string>& was,
                                 const EntryState& entry) {
  const std::vector<std::string> is = Releases::awaited(entry);
  const bool is_release = static_cast<Kind>(entry.now.kind) == Kind::release;
  if (is == was && (!is_release || releases.all().empty())) return;
  const Awaits once = decode_awaits(before_);
  Awaits now = once;
  for (const std::string& defect : is) ++now[defect];
  for (const std::string& defect : was) {
    const auto at = now.find(defect);
    CONCORD_ASSERT(at != now.end());
    if (--at->second == 0) now.erase(at);
  }
  awaits_ = encode_awaits(scratch_, now);
  awaits_changed_ = true;
  if (!releases.all().empty()) spread(releases, releases.spread_to(once), now);
}

bool RecordUpdater::hides(std::string_view id) const {
  if (const auto own = record_.entries.find(id); own != record_.entries.end())
    return own->second.hidden();
  return find_hidden(hidden_of(before_), WantedEntry(id)).has_value();
}

// Makes the releases that came by links those that `awaits` asks for. `once`: those it may have.
void RecordUpdater::spread(const Releases& releases, const Releases::Spread& once,
                           const Awaits& awaits) {
  Releases::Spread now = releases.spread_to(awaits);
  for (const auto& [id, entry] : once) {
    if (now.find(id) != now.end()) continue;
    const auto place = list_.find(WantedEntry(id));
    if (place && list_.at(*place).has(wire::RowFlag::spread)) list_.change(place, nullptr);
  }
  for (const auto& [id, entry] : now) {
    const auto place = list_.find(WantedEntry(id));
    if (place ? !list_.at(*place).has(wire::RowFlag::spread) : hides(id)) continue;
    record_.seq = std::max(record_.seq, entry.last_seq);
    list_.change(place, &entry);
  }
}

Result<void> RecordUpdater::fold_into(const StoredRecord& before, const FoldInput& input,
                                      const Releases& releases, EncodedRecord& out) {
  const bool portrait = changes_portrait(before.view, input);
  begin(before, portrait);
  const std::string id = touched_entry(*input.event);
  Touched touched;
  if (!id.empty()) {
    auto found = find_touched(id);
    if (!found) return tl::unexpected<Error>(found.error());
    touched = std::move(*found);
  }
  FoldInput said = input;
  if (!portrait) said.identities = {};  // they are known as they are
  fold(record_, said);
  if (!id.empty()) {
    put_back(touched, id);
    follow_links(releases, touched.awaited, record_.entries.find(id)->second);
  }
  if (portrait) {
    record_.is_account = index::is_account(record_);
    portrait_ = encode_portrait(scratch_, json_, record_);
    portrait_changed_ = true;
  }
  finish(out);
  return {};
}

bool RecordUpdater::spread_into(const StoredRecord& before, const Releases& releases,
                                EncodedRecord& out) {
  begin(before, false);
  const EventSeq seq = record_.seq;
  const Awaits awaits = decode_awaits(before_);
  spread(releases, {}, awaits);
  if (record_.seq == seq) return false;
  finish(out);
  return true;
}

std::string_view RecordUpdater::sum_behind() {
  const auto changed = sum_changed({before_, labels_}, list_.tails(), scratch_);
  return changed.empty() ? sum_tails(list_.tails(), scratch_) : changed;
}

void RecordUpdater::finish(EncodedRecord& out) {
  const wire::Record& was = before_.record();
  RecordParts parts;
  parts.id = record_.id;
  parts.seq = record_.seq;
  parts.created_seq = record_.created_seq;
  parts.is_account = record_.is_account;
  parts.portrait = portrait_changed_ ? std::string_view(portrait_) : bytes_of(was.portrait());
  parts.awaits = awaits_changed_ ? std::string_view(awaits_) : bytes_of(was.awaits());
  parts.head = list_.head();
  parts.hidden = hidden_changed_ ? std::string_view(hidden_) : bytes_of(was.hidden());
  parts.behind = list_.tails_changed() ? sum_behind() : bytes_of(was.behind());
  parts.tails = list_.tails();
  parts.before = &was;
  parts.keep = ~list_.touched();
  assembler_.assemble(parts, out.record);
  list_.take_tails(out.tails);
}

}  // namespace concord::index
