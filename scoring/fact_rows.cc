#include "scoring/fact_rows.h"

#include <algorithm>
#include <limits>

#include "scoring/fact_bytes.h"

namespace concord::scoring {
namespace {

using index::EntryView;
using index::kNoTime;

constexpr std::size_t kRowOverhead = 128;  // of one row in its table, about

/// Keeps the earliest moment after `as_of`.
class NextMoment {
 public:
  explicit NextMoment(index::UnixMillis as_of) : as_of_(as_of.ms) {}
  void add(std::int64_t ms) {
    if (ms > as_of_) next_ = std::min(next_, ms);
  }
  void add_all(std::int64_t ms, const std::vector<std::int64_t>& shifts) {
    for (const std::int64_t shift : shifts) add(ms + shift);
  }
  [[nodiscard]] std::int64_t ms() const { return next_; }

 private:
  std::int64_t as_of_;
  std::int64_t next_ = std::numeric_limits<std::int64_t>::max();
};

/// Everything that filters, windows and states ask of an entry's times.
void add_entry(const ChangeShifts& shifts, const EntryView& entry, index::UnixMillis as_of,
               NextMoment& next) {
  next.add(entry.at_ms());
  if (!entry.exists_at(as_of)) return;
  next.add_all(entry.at_ms(), shifts.after_at);
  if (entry.closed_at_ms() != kNoTime) {
    next.add(entry.closed_at_ms());
    next.add_all(entry.closed_at_ms(), shifts.after_closed);
  }
  if (entry.due_at_ms() != kNoTime) {
    next.add(entry.due_at_ms());
    next.add(entry.due_at_ms() + 1);  // overdue
    next.add_all(entry.due_at_ms(), shifts.before_due);
  }
}

}  // namespace

std::int64_t facts_change_at(const PolicyData& policy, const index::Customer& customer,
                             index::UnixMillis as_of, const Facts& facts) {
  NextMoment next(as_of);
  const auto visit = [&](const EntryView& entry) {
    add_entry(policy.shifts, entry, as_of, next);
    return true;
  };
  customer.record.each_entry(visit);
  for (const index::RecordView& account : customer.account_records()) account.each_entry(visit);
  for (std::size_t i = 0; i < policy.features.size(); ++i) {
    const Aggregation aggregation = policy.features[i].aggregation;
    const bool days =
        aggregation == Aggregation::days_since || aggregation == Aggregation::days_since_first;
    if (!days || !facts.features[i].known) continue;
    const Facts::Sum& sum = facts.sums[i];
    const std::int64_t from =
        aggregation == Aggregation::days_since ? sum.newest_ms : sum.oldest_ms;
    next.add(from + (facts.features[i].value + 1) * index::kDayMs);
  }
  if (const std::int64_t since = customer.record.portrait().since(); since != kNoTime)
    next.add(since);
  return next.ms();
}

FactRows::Shard& FactRows::shard_of(index::CustomerId id) {
  return shards_[(id.value * 0x9E37'79B9'7F4A'7C15ULL) >> 58U];
}

bool FactRows::find(const PolicyData& policy, const index::Customer& customer,
                    index::UnixMillis as_of, Facts& facts) {
  const index::Hash128 version = index::hash128(policy.version);
  Shard& shard = shard_of(customer.record.id());
  bool right = false;
  {
    const std::lock_guard lock(shard.mutex);
    const auto at = shard.rows.find(customer.record.id().value);
    right = at != shard.rows.end() && at->second.policy == version &&
            at->second.revision == customer.revision && at->second.from_ms <= as_of.ms &&
            as_of.ms < at->second.until_ms &&
            read_facts(policy, customer, as_of, at->second.bytes, facts);
  }
  (right ? found_ : missed_).fetch_add(1, std::memory_order_relaxed);
  return right;
}

void FactRows::keep(const PolicyData& policy, const index::Customer& customer,
                    index::UnixMillis as_of, const Facts& facts) {
  Row row;
  row.policy = index::hash128(policy.version);
  row.revision = customer.revision;
  row.from_ms = as_of.ms;
  row.until_ms = facts_change_at(policy, customer, as_of, facts);
  row.bytes = write_facts(policy, customer, facts);
  const std::size_t size = row.bytes.size() + kRowOverhead;
  Shard& shard = shard_of(customer.record.id());
  const std::lock_guard lock(shard.mutex);
  if (shard.bytes + size > shard_bytes_max_) {
    shard.rows.clear();
    shard.bytes = 0;
  }
  if (size > shard_bytes_max_) return;
  Row& place = shard.rows[customer.record.id().value];
  if (!place.bytes.empty()) shard.bytes -= place.bytes.size() + kRowOverhead;
  place = std::move(row);
  shard.bytes += size;
}

FactRows::Counts FactRows::counts() const {
  Counts out;
  out.found = found_.load(std::memory_order_relaxed);
  out.missed = missed_.load(std::memory_order_relaxed);
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    out.rows += shard.rows.size();
    out.bytes += shard.bytes;
  }
  return out;
}

}  // namespace concord::scoring
