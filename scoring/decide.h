// What to do now for one customer, why, and why not the rest: the funnel from the whole catalogue
// to a ranked list. A pure function of (policy, customer at a revision, question): no clock, no
// state. Thread class: any-thread (functions); DecideScratch and Decision are one-owner.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_writer.h"
#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/snapshot/snapshot.h"
#include "scoring/model.h"
#include "scoring/policy.h"

namespace concord::scoring {

/// Bits of what is told beside the answer. Presentation: never part of answer_id.
/// `dropped`: the rest of the catalogue and why; `scores`: what each predictor of a model added;
/// `sensitivity`: the order with one factor left out.
enum Explain : std::uint32_t {
  kExplainNothing = 0,
  kExplainDropped = 1,
  kExplainScores = 2,
  kExplainSensitivity = 4,
};

struct DecisionQuestion {
  index::UnixMillis as_of;
  index::Direction direction = index::Direction::outbound;  // never `none`
  std::string_view intent;   // what the customer asks for, in the words of `answers`; inbound only
  std::string_view channel;  // picks `treatment` or `blocked_here`, never a rank; empty: none
  std::uint32_t limit = 5;   // actions shown; the counts are of all
  std::uint32_t explain = kExplainNothing;  // what decide() works out beside the answer
};

/// Where an action left the funnel, in the order they are asked.
enum class Stage : std::uint8_t {
  available,
  eligibility,
  applicability,
  suitability,
  contact_policy,
  service_first,
  deliverability,
  propensity,
  treatment,
  limits,
};
inline constexpr std::size_t kStageCount = 10;
std::string_view word(Stage stage);

/// A piece of a condition that settled its answer, and what it was: true, false, unknown, error.
struct Decided {
  std::string_view text;
  std::string_view was;
  std::uint32_t evidence_begin = 0;  // the entry by which an `exists` held or an `all` failed
  std::uint32_t evidence_count = 0;
};

/// Why something is not done. Texts borrow from the policy (or are constants).
struct Reason {
  Stage stage = Stage::available;
  std::string_view component;        // the rule, cap, condition or channel, in the policy's name
  std::string_view because;          // a sentence from the policy, or a constant
  std::string_view unknown_field;    // not empty: the reason is `unknown:<field>`
  std::uint32_t evidence_begin = 0;  // into Decision::evidence
  std::uint32_t evidence_count = 0;
  std::int64_t until_ms = index::kNoTime;
  std::string_view ends_when;       // shown when there is no `until_ms`
  std::uint32_t decided_begin = 0;  // into Decision::decided; only with kExplainDropped
  std::uint32_t decided_count = 0;
};

struct Factors {
  std::int64_t propensity_micro = 1'000'000;
  std::int64_t context_weight_micro = 1'000'000;
  std::int64_t value_minor = 1;
  std::int64_t lever_micro = 1'000'000;
};

/// What goes before what: the order of the answer is (tier, priority_micro descending, action id).
enum class Tier : std::uint8_t { mandatory, acknowledges, asked, other };

/// What speaks for an action.
struct Why {
  std::string_view because;
  std::uint32_t evidence_begin = 0;  // into Decision::evidence
  std::uint32_t evidence_count = 0;
};

struct RankedAction {
  std::uint32_t action = 0;  // place in the catalogue, which is ordered by id
  Tier tier = Tier::other;
  Factors factors;
  std::int64_t priority_micro = 0;
  bool asked = false;                // the customer asked for it
  std::int32_t asked_by = -1;        // which of his requests; -1: the intent, or not asked
  std::uint64_t deliverable_by = 0;  // bit per channel of company.toml
  std::uint32_t why_begin = 0;       // into Decision::whys; told of the actions shown
  std::uint32_t why_count = 0;
  std::int32_t treatment = -1;     // of the question's channel; -1: none
  std::int32_t blocked_here = -1;  // into Decision::blocked_here: why not on that channel
};

struct Dropped {
  std::uint32_t action = 0;
  Reason reason;
};

/// A block rule that holds now. Its evidence: the causes, oldest first, at most kEvidenceMax (none:
/// it follows from a condition over the whole customer).
struct Block {
  std::uint32_t rule = 0;  // place in company.toml
  Reason reason;
};

inline constexpr std::uint32_t kEvidenceMax = 10;

/// The order with one factor taken as 1 for every action: P, C, V, L.
inline constexpr std::size_t kFactorCount = 4;
struct Sensitivity {
  /// Of each action in `ranked`: its rank without the factor; 0: a limit would hold it back.
  std::vector<std::array<std::uint32_t, kFactorCount>> ranks;
  std::array<std::uint32_t, kFactorCount> first{};  // action that would be first
  std::array<std::uint32_t, kFactorCount> moved{};  // how many of `ranked` change their rank
};

/// What one grade may still grant to this customer.
struct Authority {
  std::string_view grade;
  std::int64_t limit_minor = 0;
  std::int64_t left_minor = 0;
  std::string_view currency;
  std::string_view period;  // as the policy writes it: "30d"
};

/// The answer as data. Borrows from the policy, the snapshot's pin and the scratch.
struct Decision {
  index::CustomerId customer;
  index::EventSeq revision = 0;
  index::UnixMillis as_of;
  index::Hash128 answer_id;
  std::string_view language;          // the customer's, else the company's
  std::vector<RankedAction> ranked;   // all that may be done, best first
  std::vector<RankedAction> limited;  // may be done, but a limit holds them back; among `dropped`
  std::vector<Dropped> dropped;       // the rest of the catalogue, by action
  std::vector<Block> blocks;          // worst first: strength, severity, order of company.toml
  std::vector<Authority> authority;   // by the order of company.toml
  std::vector<Why> whys;
  std::vector<Reason> blocked_here;
  std::vector<Decided> decided;
  std::vector<index::EntryView> evidence;
  Sensitivity sensitivity;      // only with kExplainSensitivity
  std::uint32_t forgotten = 0;  // records that nobody has touched for their rule's stale_after
  std::span<const FeatureValue> features;               // by the order of features.toml
  std::array<std::uint32_t, kStageCount> dropped_at{};  // counts by stage
  /// Empty unless `ranked` is empty: "stage/component", the commonest cause among the actions that
  /// came furthest.
  std::string no_action;
};

class FactRows;

/// Working memory, reused between questions. Nothing is allocated once it is warm (but for rows
/// that are new).
class DecideScratch {
 public:
  DecideScratch();
  ~DecideScratch();
  DecideScratch(const DecideScratch&) = delete;
  DecideScratch& operator=(const DecideScratch&) = delete;
  struct State;
  State& state() { return *state_; }
  /// Decides from rows where they are right, and keeps what is gathered. Borrows; nullptr: none.
  void use(FactRows* rows) { rows_ = rows; }
  [[nodiscard]] FactRows* rows() const { return rows_; }

 private:
  std::unique_ptr<State> state_;
  FactRows* rows_ = nullptr;
};

/// Fills `out` (whatever it held). Requires: customer.record is not empty, direction is inbound or
/// outbound, the channel is empty or one of the policy's.
void decide(const Policy& policy, const index::Customer& customer, const DecisionQuestion& question,
            DecideScratch& scratch, Decision& out);

/// The id of an answer: equal for the context answer and the next-best-action answer to the same
/// question. A context answer asks outbound, without intent. The channel, the limit and `explain`
/// are not part of it.
index::Hash128 answer_id(const Policy& policy, const index::Customer& customer,
                         const DecisionQuestion& question);

/// The next-best-action answer: one JSON object. What question.explain did not ask for when it was
/// decided is not there to be shown, whatever `explain` says; scores are always there.
void write_decision(index::JsonWriter& out, const Policy& policy, const Decision& decision,
                    const DecisionQuestion& question, std::uint32_t explain);

// The context answer's members that scoring knows: each writes the value (an array), not the name.
void write_do_not(index::JsonWriter& out, const Policy& policy, const Decision& decision);
/// The first three actions, shaped as in the next-best-action answer.
void write_next(index::JsonWriter& out, const Policy& policy, const Decision& decision,
                const DecisionQuestion& question);
void write_authority(index::JsonWriter& out, const Decision& decision);
inline constexpr std::uint32_t kNextInContext = 3;

}  // namespace concord::scoring
