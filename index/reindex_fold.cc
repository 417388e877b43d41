#include "index/reindex_fold.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "index/base/assert.h"

namespace concord::index {

ReindexPlan::ReindexPlan(const ReindexIntake& intake, std::string_view spool,
                         const IdentityNormaliser& normaliser)
    : intake_(intake), spool_(spool), normaliser_(normaliser) {
  const std::size_t slots = intake.slot_ids.size();
  std::vector<std::uint32_t> roots(slots);
  for (std::uint32_t slot = 0; slot < slots; ++slot) roots[slot] = root(slot);
  first_.assign(slots + 1, 0);
  for (const SpooledEvent& event : intake.events)
    if (event.slot != kNoOwner) ++first_[roots[event.slot] + 1];
  for (std::size_t slot = 0; slot < slots; ++slot) first_[slot + 1] += first_[slot];
  order_.resize(first_[slots]);
  std::vector<std::uint64_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t i = 0; i < intake.events.size(); ++i)
    if (intake.events[i].slot != kNoOwner) order_[next[roots[intake.events[i].slot]]++] = i;
  for (std::size_t i = 0; i < intake.merges.size(); ++i)
    merges_.emplace_back(roots[intake.merges[i].survivor], i);
  for (std::size_t i = 0; i < intake.introductions.size(); ++i)
    introductions_.emplace_back(roots[intake.introductions[i].slot], i);
  std::sort(merges_.begin(), merges_.end());
  std::sort(introductions_.begin(), introductions_.end());
}

std::uint64_t ReindexPlan::event_bytes(std::uint32_t slot) const {
  std::uint64_t bytes = 0;
  for (std::uint64_t i = first_[slot]; i < first_[slot + 1]; ++i)
    bytes += intake_.events[order_[i]].bytes;
  return bytes;
}

std::uint32_t ReindexPlan::root(std::uint32_t slot) const {
  while (intake_.survivor_of[slot] != slot) slot = intake_.survivor_of[slot];
  return slot;
}

void ReindexPlan::fold_event(CustomerRecord& record, EventSeq seq) const {
  const SpooledEvent& spooled = intake_.events[seq - 1];
  const auto prepared = prepare(spool_.substr(spooled.offset, spooled.bytes), normaliser_);
  CONCORD_ASSERT(prepared.has_value());  // it was prepared once already
  CustomerId account;
  if (prepared->account) account = intake_.account_id(*prepared->account);
  fold(record, fold_input(*prepared, seq, account));
}

void ReindexPlan::introduce(CustomerRecord& record, EventSeq seq) const {
  const SpooledEvent& spooled = intake_.events[seq - 1];
  const auto prepared = prepare(spool_.substr(spooled.offset, spooled.bytes), normaliser_);
  CONCORD_ASSERT(prepared.has_value() && prepared->account.has_value());
  introduce_account(record, *prepared, seq);
}

CustomerRecord ReindexPlan::fold_slot(std::uint32_t slot) const {
  CONCORD_ASSERT(survives(slot));
  std::vector<Step> steps;
  for (std::uint64_t i = first_[slot]; i < first_[slot + 1]; ++i)
    steps.push_back({order_[i] + 1, 2, order_[i]});
  const auto add = [&](const auto& list, std::uint32_t kind, auto seq_of) {
    for (auto at = std::lower_bound(list.begin(), list.end(), std::pair(slot, std::size_t{0}));
         at != list.end() && at->first == slot; ++at)
      steps.push_back({seq_of(at->second), kind, at->second});
  };
  add(introductions_, 0, [&](std::size_t i) { return intake_.introductions[i].seq; });
  add(merges_, 1, [&](std::size_t i) { return intake_.merges[i].seq; });
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::tie(a.seq, a.kind, a.number) < std::tie(b.seq, b.kind, b.number);
  });
  std::map<std::uint32_t, CustomerRecord>
      parts;  // by the slot that owned the events when they came
  const auto part = [&](std::uint32_t owner) -> CustomerRecord& {
    auto [at, fresh] = parts.try_emplace(owner);
    if (fresh) at->second.id = CustomerId{intake_.slot_ids[owner]};
    return at->second;
  };
  for (const Step& step : steps) {
    if (step.kind == 0) {
      introduce(part(intake_.introductions[step.number].slot), step.seq);
    } else if (step.kind == 1) {
      const SlotMerge& merge = intake_.merges[step.number];
      CustomerRecord& survivor = part(merge.survivor);
      merge_records(survivor, std::move(part(merge.loser)), merge.seq);
      parts.erase(merge.loser);
    } else {
      fold_event(part(intake_.events[step.number].slot), step.seq);
    }
  }
  CONCORD_ASSERT(parts.size() == 1 && parts.begin()->first == slot);
  CustomerRecord record = std::move(parts.begin()->second);
  record.is_account = is_account(record);
  intake_.releases.apply_to(record);
  return record;
}

}  // namespace concord::index
