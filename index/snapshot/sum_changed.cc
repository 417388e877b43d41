#include "index/snapshot/sum_changed.h"

#include <algorithm>

#include "index/snapshot/pieces.h"
#include "index/snapshot/summary.h"

namespace concord::index {
namespace {

using Places = std::vector<std::uint32_t>;
using List = const flatbuffers::Vector<std::uint32_t>* (wire::Summary::*)() const;
constexpr std::uint32_t kGone = ~0U;

std::uint32_t tail_of(std::uint32_t place) { return place >> 8U; }

EntryView entry_at(const wire::Segment& tail, std::uint32_t place) {
  return {&tail, tail.rows()->Get(place & 255U)};
}

// A greatest of all, once its part `gone` has become `fresh`: false when it may be lost.
template <typename T>
bool exchange_greatest(T& greatest, T gone, T fresh) {
  if (fresh < greatest) return gone < greatest;
  greatest = fresh;
  return true;
}

// The newest times and marks that a summary has one of.
struct Greatest {
  std::int64_t newest_at_ms = kNoTime;
  bool has_decisions = false;
  std::int64_t release_at_ms = kNoTime;

  void add(const wire::Summary& one) {
    newest_at_ms = std::max(newest_at_ms, one.newest_at());
    has_decisions = has_decisions || one.has_decisions();
    release_at_ms = std::max(release_at_ms, one.release_at());
  }
};

}  // namespace

// The tails before and after, and which of them are in both.
class SumChange {
 public:
  SumChange(const StoredRecord& before, std::span<const EncodedTail> now)
      : was_(*before.view.behind()), before_(before), now_(now) {
    numbers_.reserve(before.labels.size());
    for (std::uint32_t number = 0; number < now.size(); ++number) {
      if (now[number].is_new()) {
        fresh_.push_back(number);
        continue;
      }
      while (before.labels[numbers_.size()] != now[number].label) numbers_.push_back(kGone);
      numbers_.push_back(number);
    }
    numbers_.resize(before.labels.size(), kGone);
  }

  /// False: it cannot be told. Requires: `to` is empty.
  bool sum_up(Summing& to) const {
    return exchange_sums(to) && take(&wire::Summary::contacts, kContactsMax, to.contacts_) &&
           take(&wire::Summary::told_us, kToldUsMax, to.told_us_) &&
           take(&wire::Summary::holdings, kHoldingsMax, to.holdings_) && take_told_them(to) &&
           take_promises(to) && take(&wire::Summary::open_rows, ~std::size_t{0}, to.open_rows_);
  }

 private:
  bool exchange_sums(Summing& to) const;
  [[nodiscard]] Places merged(List list) const;
  bool take(List list, std::size_t max, Places& out) const;
  bool take_told_them(Summing& to) const;
  bool take_promises(Summing& to) const;
  [[nodiscard]] EntryView now_at(std::uint32_t place) const {
    return entry_at(*now_[tail_of(place)].segment, place);
  }
  [[nodiscard]] EntryView before_at(std::uint32_t place) const {
    return entry_at(*before_.view.entries().tails()[tail_of(place)], place);
  }
  // A list that is full says nothing of what stands behind its last place `last` (before): is
  // `place` (now) in front of all that?
  [[nodiscard]] bool known_up_to(std::uint32_t last, std::uint32_t place) const {
    for (std::size_t tail = tail_of(last); tail < numbers_.size(); ++tail)
      if (numbers_[tail] != kGone) return tail_of(place) <= numbers_[tail];
    return true;
  }

  const wire::Summary& was_;
  const StoredRecord& before_;
  std::span<const EncodedTail> now_;
  Places numbers_;  // of the tails before, now
  Places fresh_;
};

bool SumChange::exchange_sums(Summing& to) const {
  Tally gone_tally;
  Tally fresh_tally;
  Greatest gone;
  Greatest fresh;
  for (std::size_t tail = 0; tail < numbers_.size(); ++tail) {
    if (numbers_[tail] != kGone) continue;
    gone_tally.add(summary_of(*before_.labels[tail]));
    gone.add(summary_of(*before_.labels[tail]));
  }
  for (const std::uint32_t tail : fresh_) {
    fresh_tally.add(summary_of(*now_[tail].label));
    fresh.add(summary_of(*now_[tail].label));
  }
  to.newest_at_ms_ = was_.newest_at();
  to.has_decisions_ = was_.has_decisions();
  to.release_at_ms_ = was_.release_at();
  to.tally_.add(was_);
  return exchange_greatest(to.newest_at_ms_, gone.newest_at_ms, fresh.newest_at_ms) &&
         exchange_greatest(to.has_decisions_, gone.has_decisions, fresh.has_decisions) &&
         exchange_greatest(to.release_at_ms_, gone.release_at_ms, fresh.release_at_ms) &&
         to.tally_.exchange(gone_tally, fresh_tally);
}

// What the list named before and is there still, and what the new tails name.
Places SumChange::merged(List list) const {
  Places all;
  for (const std::uint32_t place : *(was_.*list)())
    if (const std::uint32_t number = numbers_[tail_of(place)]; number != kGone)
      all.push_back(number << 8U | (place & 255U));
  const auto kept = static_cast<std::ptrdiff_t>(all.size());
  for (const std::uint32_t tail : fresh_)
    for (const std::uint32_t row : *(summary_of(*now_[tail].label).*list)())
      all.push_back(tail << 8U | row);
  std::inplace_merge(all.begin(), all.begin() + kept, all.end());
  return all;
}

bool SumChange::take(List list, std::size_t max, Places& out) const {
  out = merged(list);
  if (out.size() > max) out.resize(max);
  const auto& was = *(was_.*list)();
  if (was.size() < max) return true;
  return out.size() == max && known_up_to(was.Get(was.size() - 1), out.back());
}

bool SumChange::take_told_them(Summing& to) const {
  for (const std::uint32_t place : merged(&wire::Summary::told_them))
    to.add_told_topic(now_at(place).topic(), place);
  // Where a topic's newest message is gone, the next one was not named. With all of them in their
  // places no topic behind the list comes in.
  for (const std::uint32_t place : *was_.told_them()) {
    if (numbers_[tail_of(place)] != kGone) continue;
    const auto at = std::find(to.topics_.begin(), to.topics_.end(), before_at(place).topic());
    if (at == to.topics_.end()) return false;
    const auto which = static_cast<std::size_t>(at - to.topics_.begin());
    if (!known_up_to(place, to.told_them_[which])) return false;
  }
  return true;
}

bool SumChange::take_promises(Summing& to) const {
  for (const std::uint32_t place : merged(&wire::Summary::promises))
    to.add_promise(stays_open(now_at(place)), place);
  for (const bool open : {true, false}) {
    Places was;
    for (const std::uint32_t place : *was_.promises())
      if (stays_open(before_at(place)) == open) was.push_back(place);
    if (was.size() < kPromisesMax) continue;
    Places now;
    for (const std::uint32_t place : to.promises_)
      if (stays_open(now_at(place)) == open) now.push_back(place);
    if (now.size() < kPromisesMax || !known_up_to(was.back(), now.back())) return false;
  }
  return true;
}

std::string_view sum_tails(std::span<const EncodedTail> tails,
                           flatbuffers::FlatBufferBuilder& builder) {
  if (tails.empty()) return {};
  Summing sum;
  std::uint32_t number = 0;
  for (const EncodedTail& tail : tails) sum.add(*tail.segment, summary_of(*tail.label), number++);
  return sum.finish(builder);
}

std::string_view sum_changed(const StoredRecord& before, std::span<const EncodedTail> now,
                             flatbuffers::FlatBufferBuilder& builder) {
  if (before.labels.empty() || now.empty()) return {};
  Summing sum;
  return SumChange(before, now).sum_up(sum) ? sum.finish(builder) : std::string_view{};
}

}  // namespace concord::index
