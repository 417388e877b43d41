// A decision as it is kept in the log: what was asked, what was answered, what it was made of.
// Thread class: any-thread (functions over plain values).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/base/json_writer.h"
#include "index/base/result.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "scoring/decide.h"

namespace concord::server {

/// A topic that was reserved together with a decision.
struct ClaimTerms {
  std::string topic;
  std::string holder;  // who
  std::int64_t until_ms = 0;
};

struct KeptDecision {
  std::string id;  // "d_" and 32 hex digits
  index::CustomerId customer;
  index::UnixMillis at;    // when it was stored
  std::string client;      // whose token
  std::string by;          // who says to have asked; may be empty
  std::string department;  // likewise
  std::string policy_version;
  index::UnixMillis as_of;
  index::Direction direction = index::Direction::outbound;
  std::string intent;
  std::string channel;
  std::uint32_t limit = 0;
  std::uint32_t explain = 0;  // scoring::Explain
  std::optional<ClaimTerms> claim;
  index::Hash128 request;  // of what was asked, for repeats
  std::string answer;      // the next-best-action answer, nothing hidden
  index::Hash128 whole;    // scoring::decision_hash
  std::string inputs;      // scoring::Capture

  /// Borrows from here.
  [[nodiscard]] scoring::DecisionQuestion question() const;
  /// BLAKE2b-128 of the answer: what `b2sum -l 128` prints.
  [[nodiscard]] std::string answer_hash() const;
};

inline constexpr std::size_t kDecisionIdChars = 34;
/// The id of the decision that `client` asked for under `key`, the same each time.
std::string decision_id(std::string_view client, index::CustomerId customer, std::string_view key);
std::string random_decision_id();
bool is_decision_id(std::string_view text);

/// One JSON object; answer and inputs packed (deflate, Base64).
std::string encode_decision(const KeptDecision& decision);
/// Errors: damaged (the place is a member), unsupported (another format).
index::Result<KeptDecision> decode_decision(std::string_view payload);
/// The same without answer and inputs, for lists.
index::Result<KeptDecision> decode_decision_head(std::string_view payload);

/// A member that is left out when there is nothing to say.
void optional_member(index::JsonWriter& out, std::string_view name, std::string_view text);

/// The words of `explain`, comma separated; empty: nothing.
std::string explain_words(std::uint32_t explain);

}  // namespace concord::server
