#include "index/snapshot/tally.h"

#include <algorithm>
#include <limits>

namespace concord::index {
namespace {

template <typename T>
std::vector<const T*> sorted(const std::vector<T>& all, std::string_view T::*name) {
  std::vector<const T*> order;
  for (const T& one : all) order.push_back(&one);
  std::sort(order.begin(), order.end(),
            [&](const T* a, const T* b) { return a->*name < b->*name; });
  return order;
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
  for (Department& one : departments_)
    if (one.name == name) return one;
  return departments_.emplace_back(Department{name});
}

Tally::Balance& Tally::balance(std::string_view currency) {
  for (Balance& one : balances_)
    if (one.currency == currency) return one;
  return balances_.emplace_back(Balance{currency});
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
  for (const Department* one : sorted(departments_, &Department::name)) {
    out.begin_object();
    out.key("department").string(one->name);
    out.key("entries").unsigned_integer(one->entries);
    out.key("open").unsigned_integer(one->open);
    out.key("last_at").time(UnixMillis{one->last_at_ms});
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
  for (const Balance* one : sorted(balances_, &Balance::currency)) {
    out.begin_object();
    out.key("currency").string(one->currency);
    out.key("open_minor").integer(saturated(one->open_minor));
    out.key("invoices").unsigned_integer(one->invoices);
    out.end_object();
  }
  out.end_array();
}

}  // namespace concord::index
