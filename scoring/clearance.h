// The check before a sender sends: may this customer be written to about this topic, for this
// purpose, on this channel, now? The same contact policies, block rules and deliverability as in a
// decision, asked for what comes from outside the catalogue's ranking.
// Thread class: immutable (ClearanceAsk), one-owner (Clearing).
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "scoring/decide.h"

namespace concord::scoring {

struct ClearanceAsk {
  index::Purpose purpose = index::Purpose::marketing;  // never `none`
  std::string_view topic;                              // one of the policy's: see has_topic
  std::string_view channel;                            // one of the policy's
  std::string_view brand;                              // empty, or one of the policy's
  std::string_view product;                            // empty: none
  std::string_view claim;  // entry of the sender's own claim on the topic; empty: he has none
};

/// Is it a topic of some action? An action's id is one of its topics.
bool has_topic(const Policy& policy, std::string_view topic);
/// What may be taken up with a customer: topics, and what actions answer. Sorted, each once.
std::vector<std::string_view> subjects_of(const Policy& policy);
/// What an action is about: its first topic.
std::string_view topic_of(const Policy& policy, std::uint32_t action);
bool has_brand(const Policy& policy, std::string_view brand);

struct Clearance {
  bool may = false;
  Reason reason;  // when he may not: the first that holds, in the order of the funnel
};

/// Asks any number of questions about one customer after another.
class Clearing {
 public:
  Clearing();
  ~Clearing();
  /// From now on questions are about this customer at `as_of`, outbound. Borrows.
  void begin(const Policy& policy, const index::Customer& customer, index::UnixMillis as_of);
  /// Requires: begin(), and words of the policy.
  Clearance ask(const ClearanceAsk& ask);
  /// What the reasons since begin() rest on; see Reason::evidence_begin.
  [[nodiscard]] const std::vector<index::EntryView>& evidence() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// {"may":…,"stage",…}: members of an object that the caller has begun.
void write_clearance(index::JsonWriter& out, const Clearance& clearance,
                     const std::vector<index::EntryView>& evidence);

}  // namespace concord::scoring
