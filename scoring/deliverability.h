// On which channels an action may reach the customer now: address, special needs, consent, caps and
// quiet hours. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <vector>

#include "scoring/conditions.h"
#include "scoring/consent.h"
#include "scoring/decide.h"

namespace concord::scoring {

/// What the answer depends on besides the channel.
struct Sending {
  index::Purpose purpose = index::Purpose::none;  // of the action; service when it was asked for
  bool asked = false;
  std::uint32_t brand = 0;  // 0: none, else place in PolicyData::brands + 1
};
inline Sending sending_of(index::Purpose purpose, std::uint32_t brand_number, bool asked) {
  return {asked ? index::Purpose::service : purpose, asked, brand_number};
}
inline Sending sending_of(const Action& action, bool asked) {
  return sending_of(action.purpose, action.brand_number, asked);
}

class Deliverability {
 public:
  /// Forgets the last customer. Borrows.
  void reset(const ConditionState& state, const DecisionQuestion& question);
  /// Bits of the channels that pass, worked out once for each Sending.
  std::uint64_t channels(const Sending& sending) {
    Row& row = row_of(sending);
    if (!row.ready) find_channels(sending, row);
    return row.passing;
  }
  /// Why not on `channel`. Requires: its bit is not in channels(sending).
  const Reason& reason(const Sending& sending, std::uint32_t channel);
  /// The same, with the contact that filled a cap put into `evidence`.
  Reason reason(const Sending& sending, std::uint32_t channel,
                std::vector<index::EntryView>& evidence);

 private:
  struct Row {
    bool ready = false;
    bool has_reasons = false;
    std::uint64_t passing = 0;
    std::vector<Reason> reasons;                // by channel
    std::vector<const Contact*> last_contacts;  // likewise: by which a cap is full, or null
  };
  Row& row_of(const Sending& sending) {
    return rows_[sending.brand * 12 + static_cast<std::size_t>(sending.purpose) * 2 +
                 (sending.asked ? 1 : 0)];
  }
  void find_channels(const Sending& sending, Row& row);
  const Row& reasons_of(const Sending& sending);
  bool passes(const Sending& sending, std::uint32_t channel, Reason& reason,
              const Contact*& last_contact);
  bool passes_needs(const Sending& sending, std::uint32_t channel) const;
  bool passes_consent(const Sending& sending, std::uint32_t channel, Reason& reason);
  /// The contact by which a cap of this channel is full, until it leaves the window; null: none.
  const Contact* full_cap(const Sending& sending, const Channel& channel, Reason& reason) const;
  bool passes_quiet(const Sending& sending, const Channel& channel, Reason& reason) const;

  const ConditionState* state_ = nullptr;
  bool outbound_ = true;
  Consents consents_;
  std::vector<Row> rows_;
};

/// The entry that holds `count`-th newest place among contacts that `counts` accepts, when there
/// are so many within (as_of - window, as_of]. nullptr: fewer.
template <typename Counts>
const Contact* nth_newest(const std::vector<Contact>& contacts, std::uint32_t count,
                          std::int64_t after_ms, Counts&& counts) {
  std::uint32_t seen = 0;
  for (const Contact& contact : contacts) {  // newest first
    if (contact.at_ms <= after_ms) break;
    if (counts(contact) && ++seen == count) return &contact;
  }
  return nullptr;
}

}  // namespace concord::scoring
