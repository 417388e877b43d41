#include "index/snapshot/entry_merge.h"

#include <algorithm>
#include <bitset>
#include <cstring>
#include <vector>

#include "index/base/assert.h"
#include "index/snapshot/entry_json.h"

namespace concord::index {
namespace {

using F = wire::EntryField;
using Fields = std::bitset<kEntryFieldCount>;

// The fields whose values come back from the stored JSON.
Fields shown(const EntryState& entry) {
  Fields set;
  const wire::EntryT& now = entry.now;
  const auto mark = [&](F field, bool present) { set[static_cast<std::size_t>(field)] = present; };
  mark(F::department, !entry.department.empty());
  mark(F::at, now.at.has_value());
  mark(F::due_at, now.due_at.has_value());
  mark(F::closed_at, effective_closed_at(entry) != kNoTime);
  mark(F::status, !now.status.empty());
  mark(F::state_type, now.state_type.has_value());
  mark(F::priority, now.priority.has_value());
  mark(F::trouble, now.trouble.value_or(0) != 0);
  mark(F::channel, !now.channel.empty());
  mark(F::direction, now.direction.value_or(0) != 0);
  mark(F::purpose, now.purpose.value_or(0) != 0);
  mark(F::topic, !now.topic.empty());
  mark(F::reason, !now.reason.empty());
  mark(F::requested, now.requested.has_value());
  mark(F::subject, !now.subject.empty());
  mark(F::text, !now.text.empty());
  mark(F::language, !now.language.empty());
  mark(F::amount, now.amount_minor.has_value());
  mark(F::actor, !now.actor.empty());
  mark(F::assignee, !now.assignee.empty());
  mark(F::queue, !now.queue.empty());
  mark(F::participants, !now.participants.empty());
  mark(F::brand, !now.brand.empty());
  mark(F::account, !now.account.empty());
  mark(F::url, !now.url.empty());
  mark(F::is_public, now.is_public.has_value());
  mark(F::visibility, now.visibility.value_or(0) != 0);
  mark(F::links, !now.links.empty());
  mark(F::attachments, !now.attachments.empty());
  return set;
}

bool has_attribute(const EntryState& entry, std::string_view name) {
  return std::any_of(entry.now.attributes.begin(), entry.now.attributes.end(),
                     [&](const auto& one) { return one->name == name; });
}

bool plain(const EntryState& entry) {
  if (entry.retracted.seq != 0 || entry.newest.seq != entry.last_seq ||
      entry.first_at_ms != entry.newest.at_ms)
    return false;
  const Fields visible = shown(entry);
  for (std::size_t i = 0; i < kEntryFieldCount; ++i)
    if (entry.stamps[i] != (visible[i] ? entry.newest : Stamp{})) return false;
  for (const auto& [name, stamp] : entry.attribute_stamps)
    if (stamp != entry.newest || !has_attribute(entry, name)) return false;
  return true;
}

class Writer {
 public:
  void i64(std::int64_t value) { raw(&value, sizeof value); }
  void u64(std::uint64_t value) { raw(&value, sizeof value); }
  void u8(std::size_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u16(std::size_t value) {
    CONCORD_ASSERT(value <= 0xFFFF);
    u8(value & 255);
    u8(value >> 8);
  }
  void stamp(Stamp value) {
    i64(value.at_ms);
    u64(value.seq);
  }
  void text(std::string_view value) {
    u16(value.size());
    bytes_.append(value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  void raw(const void* from, std::size_t size) {
    bytes_.append(static_cast<const char*>(from), size);
  }
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::int64_t i64() { return raw<std::int64_t>(); }
  std::uint64_t u64() { return raw<std::uint64_t>(); }
  std::size_t u8() { return raw<std::uint8_t>(); }
  std::size_t u16() {
    const std::size_t low = u8();
    return low | (u8() << 8);
  }
  Stamp stamp() {
    const std::int64_t at_ms = i64();
    return {at_ms, u64()};
  }
  std::string text() {
    const std::size_t size = u16();
    if (rest_.size() < size) {
      ok_ = false;
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  template <typename T>
  T raw() {
    T value{};
    if (rest_.size() < sizeof value) {
      ok_ = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view rest_;
  bool ok_ = true;
};

constexpr std::size_t kNever = 0xFFFF;

// The distinct stamps of an entry; fields name them by number.
std::vector<Stamp> distinct_stamps(const EntryState& entry) {
  std::vector<Stamp> all;
  for (const Stamp& one : entry.stamps)
    if (one.seq != 0) all.push_back(one);
  for (const auto& [name, one] : entry.attribute_stamps) all.push_back(one);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::size_t number_of(const std::vector<Stamp>& stamps, Stamp one) {
  return static_cast<std::size_t>(std::lower_bound(stamps.begin(), stamps.end(), one) -
                                  stamps.begin());
}

}  // namespace

std::string write_entry_merge(const EntryState& entry) {
  if (plain(entry)) return {};
  const std::vector<Stamp> stamps = distinct_stamps(entry);
  Writer out;
  out.stamp(entry.newest);
  out.i64(entry.first_at_ms);
  out.stamp(entry.retracted);
  out.text(entry.now.retract_reason);
  out.i64(entry.now.closed_at.value_or(kNoTime));
  out.u16(stamps.size());
  for (const Stamp& one : stamps) out.stamp(one);
  for (const Stamp& one : entry.stamps) out.u16(one.seq == 0 ? kNever : number_of(stamps, one));
  out.u16(entry.attribute_stamps.size());
  for (const auto& [name, one] : entry.attribute_stamps) {
    out.text(name);
    out.u16(number_of(stamps, one));
  }
  return out.take();
}

Result<void> read_entry_merge(std::string_view bytes, Stamp set, bool at_given, EntryState& out) {
  if (!at_given) out.now.at = flatbuffers::nullopt;
  if (bytes.empty()) {
    out.newest = set;
    out.first_at_ms = set.at_ms;
    const Fields visible = shown(out);
    for (std::size_t i = 0; i < kEntryFieldCount; ++i)
      if (visible[i]) out.stamps[i] = set;
    for (const auto& one : out.now.attributes) out.attribute_stamps[one->name] = set;
    return {};
  }
  Reader in(bytes);
  out.newest = in.stamp();
  out.first_at_ms = in.i64();
  out.retracted = in.stamp();
  out.now.retract_reason = in.text();
  const std::int64_t closed_at = in.i64();
  if (closed_at != kNoTime) out.now.closed_at = closed_at;
  std::vector<Stamp> stamps(in.u16());
  for (Stamp& one : stamps) one = in.stamp();
  const auto stamp_at = [&](std::size_t number) {
    return number < stamps.size() ? stamps[number] : Stamp{};
  };
  for (Stamp& one : out.stamps) one = stamp_at(in.u16());
  const std::size_t attributes = in.u16();
  for (std::size_t i = 0; i < attributes && in.ok(); ++i) {
    const std::string name = in.text();
    out.attribute_stamps[name] = stamp_at(in.u16());
  }
  if (!in.done()) return fail(Code::damaged, "stored entry: bad merge bytes", out.id);
  return {};
}

}  // namespace concord::index
