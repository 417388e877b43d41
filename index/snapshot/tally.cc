#include "index/snapshot/tally.h"

#include <algorithm>
#include <limits>

namespace concord::index {
namespace {

// The one of this name, in its place. Most words are asked for again and again out of one segment:
// the same bytes at the same place.
template <typename T>
T& one_of(std::vector<T>& all, std::string_view T::*name, std::string_view wanted) {
  for (T& one : all)
    if ((one.*name).data() == wanted.data() && (one.*name).size() == wanted.size()) return one;
  const auto at =
      std::lower_bound(all.begin(), all.end(), wanted,
                       [&](const T& one, std::string_view word) { return one.*name < word; });
  if (at != all.end() && (*at).*name == wanted) return *at;
  T fresh;
  fresh.*name = wanted;
  return *all.insert(at, fresh);
}

// Money that no int64 holds stays at the greatest or least there is.
std::int64_t saturated(Tally::Balance::Sum sum) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (sum > Limits::max()) return Limits::max();
  if (sum < Limits::min()) return Limits::min();
  return static_cast<std::int64_t>(sum);
}

}  // namespace

Tally::Department& Tally::department(std::string_view name) {
  return one_of(departments_, &Department::name, name);
}

Tally::Balance& Tally::balance(std::string_view currency) {
  return one_of(balances_, &Balance::currency, currency);
}

bool Tally::exchange(const Tally& gone, const Tally& fresh) {
  for (const Department& one : gone.departments_) {
    Department& its = department(one.name);
    const bool newest = one.last_at_ms == its.last_at_ms;
    its.entries -= one.entries;
    its.open -= one.open;
    if (its.entries == 0) its.last_at_ms = kNoTime;
    if (its.entries == 0 || !newest) continue;
    const auto again = std::find_if(fresh.departments_.begin(), fresh.departments_.end(),
                                    [&](const Department& two) { return two.name == one.name; });
    if (again == fresh.departments_.end() || again->last_at_ms < one.last_at_ms) return false;
  }
  for (const Balance& one : gone.balances_) {
    Balance& owed = balance(one.currency);
    owed.open_minor -= one.open_minor;
    owed.invoices -= one.invoices;
  }
  for (std::size_t kind = 0; kind < open_.size(); ++kind) open_[kind] -= gone.open_[kind];
  add(fresh);
  std::erase_if(departments_, [](const Department& one) { return one.entries == 0; });
  std::erase_if(balances_, [](const Balance& one) { return one.invoices == 0; });
  return true;
}

void Tally::add(const Tally& other) {
  for (const Department& one : other.departments_) {
    Department& its = department(one.name);
    its.entries += one.entries;
    its.open += one.open;
    its.last_at_ms = std::max(its.last_at_ms, one.last_at_ms);
  }
  for (const Balance& one : other.balances_) {
    Balance& owed = balance(one.currency);
    owed.open_minor += one.open_minor;
    owed.invoices += one.invoices;
  }
  for (std::size_t kind = 0; kind < open_.size(); ++kind) open_[kind] += other.open_[kind];
}

void Tally::add(EntryView entry, UnixMillis as_of) {
  if (!entry.exists_at(as_of)) return;
  Department& its = department(entry.department());
  ++its.entries;
  its.last_at_ms = std::max(its.last_at_ms, entry.at_ms());
  if (!entry.open_at(as_of)) return;
  ++its.open;
  ++open_[static_cast<std::size_t>(entry.kind())];
  if (entry.kind() != Kind::invoice || !entry.has(wire::RowFlag::has_amount)) return;
  Balance& owed = balance(entry.currency());
  owed.open_minor += entry.row().amount_minor();
  ++owed.invoices;
}

void Tally::add(const wire::Summary& summary) {
  for (const wire::DepartmentSum* one : *summary.departments()) {
    Department& its = department(view_of(one->name()));
    its.entries += one->entries();
    its.open += one->open();
    its.last_at_ms = std::max(its.last_at_ms, one->last_at());
  }
  for (const wire::BalanceSum* one : *summary.balances()) {
    Balance& owed = balance(view_of(one->currency()));
    owed.open_minor += (Balance::Sum{one->high()} << 64) + one->low();
    owed.invoices += one->invoices();
  }
  for (std::size_t kind = 0; kind < open_.size() && kind < summary.open()->size(); ++kind)
    open_[kind] += summary.open()->Get(static_cast<flatbuffers::uoffset_t>(kind));
}

void Tally::write_departments(JsonWriter& out) const {
  out.begin_array();
  for (const Department& one : departments_) {
    out.begin_object();
    out.key("department").string(one.name);
    out.key("entries").unsigned_integer(one.entries);
    out.key("open").unsigned_integer(one.open);
    out.key("last_at").time(UnixMillis{one.last_at_ms});
    out.end_object();
  }
  out.end_array();
}

void Tally::write_open_counts(JsonWriter& out) const {
  out.begin_object();
  for (std::size_t kind = 0; kind < open_.size(); ++kind)
    if (open_[kind] > 0) out.key(word(static_cast<Kind>(kind))).unsigned_integer(open_[kind]);
  out.end_object();
}

void Tally::write_balances(JsonWriter& out) const {
  out.begin_array();
  for (const Balance& one : balances_) {
    out.begin_object();
    out.key("currency").string(one.currency);
    out.key("open_minor").integer(saturated(one.open_minor));
    out.key("invoices").unsigned_integer(one.invoices);
    out.end_object();
  }
  out.end_array();
}

}  // namespace concord::index
