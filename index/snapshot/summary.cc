#include "index/snapshot/summary.h"

#include <algorithm>
#include <limits>

#include "index/snapshot/pieces.h"

namespace concord::index {
namespace {

constexpr UnixMillis kEver{std::numeric_limits<std::int64_t>::max()};

void add_up_to(std::vector<std::uint32_t>& places, std::size_t max, std::uint32_t place) {
  if (places.size() < max) places.push_back(place);
}

}  // namespace

void Summing::add_promise(bool open, std::uint32_t place) {
  std::size_t& known = open ? promises_open_ : promises_done_;
  if (known == kPromisesMax) return;
  ++known;
  promises_.push_back(place);
}

void Summing::add_told_topic(std::string_view topic, std::uint32_t place) {
  if (topics_.size() == kToldThemMax ||
      std::find(topics_.begin(), topics_.end(), topic) != topics_.end())
    return;
  topics_.push_back(topic);
  told_them_.push_back(place);
}

void Summing::add(EntryView entry, std::uint32_t row) {
  newest_at_ms_ = std::max({newest_at_ms_, entry.at_ms(), entry.closed_at_ms()});
  has_decisions_ = has_decisions_ || entry.kind() == Kind::decision;
  release_at_ms_ = std::max(release_at_ms_, release_at_ms(entry));
  tally_.add(entry, kEver);
  const bool open = stays_open(entry);
  if (open) open_rows_.push_back(row);
  const PieceSet in = pieces_of(entry);
  const auto is_in = [&](Piece piece) { return in[static_cast<std::size_t>(piece)]; };
  if (is_in(Piece::contacts)) add_up_to(contacts_, kContactsMax, row);
  if (is_in(Piece::told_us)) add_up_to(told_us_, kToldUsMax, row);
  if (is_in(Piece::told_them)) add_told_topic(entry.topic(), row);
  if (is_in(Piece::promises)) add_promise(open, row);
  if (is_in(Piece::holdings) && open) add_up_to(holdings_, kHoldingsMax, row);
}

void Summing::add(const wire::Segment& tail, const wire::Summary& summary, std::uint32_t number) {
  newest_at_ms_ = std::max(newest_at_ms_, summary.newest_at());
  has_decisions_ = has_decisions_ || summary.has_decisions();
  release_at_ms_ = std::max(release_at_ms_, summary.release_at());
  tally_.add(summary);
  const auto entry_at = [&](std::uint32_t row) { return EntryView(&tail, tail.rows()->Get(row)); };
  const std::uint32_t first = number << 8U;
  for (const std::uint32_t row : *summary.open_rows()) open_rows_.push_back(first | row);
  for (const std::uint32_t row : *summary.contacts())
    add_up_to(contacts_, kContactsMax, first | row);
  for (const std::uint32_t row : *summary.told_us()) add_up_to(told_us_, kToldUsMax, first | row);
  for (const std::uint32_t row : *summary.holdings())
    add_up_to(holdings_, kHoldingsMax, first | row);
  if (topics_.size() < kToldThemMax)
    for (const std::uint32_t row : *summary.told_them())
      add_told_topic(entry_at(row).topic(), first | row);
  if (promises_open_ < kPromisesMax || promises_done_ < kPromisesMax)
    for (const std::uint32_t row : *summary.promises())
      add_promise(stays_open(entry_at(row)), first | row);
}

std::string_view Summing::finish(flatbuffers::FlatBufferBuilder& b) const {
  b.Clear();
  std::vector<flatbuffers::Offset<wire::DepartmentSum>> departments;
  for (const Tally::Department& one : tally_.departments())
    departments.push_back(
        wire::CreateDepartmentSum(b, b.CreateString(one.name.data(), one.name.size()), one.entries,
                                  one.open, one.last_at_ms));
  std::vector<flatbuffers::Offset<wire::BalanceSum>> balances;
  for (const Tally::Balance& one : tally_.balances())
    balances.push_back(
        wire::CreateBalanceSum(b, b.CreateString(one.currency.data(), one.currency.size()),
                               static_cast<std::uint64_t>(one.open_minor),
                               static_cast<std::int64_t>(one.open_minor >> 64), one.invoices));
  const auto departments_at = b.CreateVector(departments);
  const auto balances_at = b.CreateVector(balances);
  const auto open = b.CreateVector(tally_.open().data(), tally_.open().size());
  const auto contacts = b.CreateVector(contacts_);
  const auto told_us = b.CreateVector(told_us_);
  const auto told_them = b.CreateVector(told_them_);
  const auto promises = b.CreateVector(promises_);
  const auto holdings = b.CreateVector(holdings_);
  const auto open_rows = b.CreateVector(open_rows_);
  b.Finish(wire::CreateSummary(b, newest_at_ms_, has_decisions_, open, departments_at, balances_at,
                               contacts, told_us, told_them, promises, holdings, open_rows,
                               release_at_ms_));
  return {reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()};
}

}  // namespace concord::index
