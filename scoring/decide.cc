#include "scoring/decide.h"

#include <algorithm>

#include "index/base/hash.h"
#include "scoring/fact_rows.h"
#include "scoring/funnel.h"
#include "scoring/treatment.h"

namespace concord::scoring {

using index::EntryView;
using index::UnixMillis;

struct DecideScratch::State : FunnelState {};
DecideScratch::DecideScratch() : state_(std::make_unique<State>()) {}
DecideScratch::~DecideScratch() = default;

namespace {

constexpr std::string_view kStages[kStageCount] = {
    "available",     "eligibility",    "applicability", "suitability", "contact_policy",
    "service_first", "deliverability", "propensity",    "treatment",   "limits"};

/// The question as bytes of a fixed size.
class QuestionBytes {
 public:
  void add(std::uint64_t value) {
    CONCORD_ASSERT(size_ + 8 <= bytes_.size());
    for (int shift = 0; shift < 64; shift += 8)
      bytes_[size_++] = static_cast<char>(value >> shift & 0xffU);
  }
  void add_hash(std::string_view text) {
    const index::Hash128 hash = index::hash128(text);
    add(hash.low);
    add(hash.high);
  }
  [[nodiscard]] index::Hash128 hash() const { return index::hash128({bytes_.data(), size_}); }

 private:
  std::array<char, 64> bytes_{};
  std::size_t size_ = 0;
};

void clear(Decision& out) {
  out.ranked.clear();
  out.limited.clear();
  out.dropped.clear();
  out.blocks.clear();
  out.authority.clear();
  out.whys.clear();
  out.blocked_here.clear();
  out.decided.clear();
  out.evidence.clear();
  out.sensitivity.ranks.clear();
  out.dropped_at.fill(0);
  out.no_action.clear();
}

void tell_blocks(FunnelState& state, std::uint32_t explain, Decision& out) {
  const PolicyData& policy = *state.conditions.policy;
  for (const LiveRule& live : state.blocks.rules) {
    const BlockRule& rule = policy.rules[live.rule];
    Block block;
    block.rule = live.rule;
    Reason& reason = block.reason;
    reason = reason_of(policy, state.blocks, live, out.evidence);
    if (rule.when != kNone && (explain & kExplainDropped) != 0) {
      reason.decided_begin = static_cast<std::uint32_t>(out.decided.size());
      tell_decided(state.conditions, rule.when, out);
      reason.decided_count = static_cast<std::uint32_t>(out.decided.size()) - reason.decided_begin;
    }
    out.blocks.push_back(block);
  }
}

/// What every grade may still grant. An amount that cannot be counted uses up the grade.
void tell_authority(const FunnelState& state, Decision& out) {
  const PolicyData& policy = *state.conditions.policy;
  for (const Grade& grade : policy.grades) {
    std::int64_t left = grade.limit_minor;
    for (const EntryView& credit : state.facts.credits) {
      if (credit.at_ms() <= out.as_of.ms - grade.period_ms) break;  // newest first
      const std::optional<std::int64_t> amount = company_amount(policy, credit);
      const std::int64_t spent = amount.value_or(left);
      left = spent >= left || spent <= -left ? 0 : left - (spent < 0 ? -spent : spent);
    }
    out.authority.push_back({grade.name, grade.limit_minor, left, grade.currency, grade.period});
  }
}

void find_facts(const PolicyData& policy, const index::Customer& customer, UnixMillis as_of,
                FactRows* rows, Facts& facts) {
  if (rows != nullptr && rows->find(policy, customer, as_of, facts)) return;
  gather(policy, customer, as_of, facts);
  if (rows != nullptr) rows->keep(policy, customer, as_of, facts);
}

}  // namespace

std::string_view word(Stage stage) { return kStages[static_cast<std::size_t>(stage)]; }

index::Hash128 answer_id(const Policy& policy, const index::Customer& customer,
                         const DecisionQuestion& question) {
  QuestionBytes bytes;
  bytes.add(customer.record.id().value);
  bytes.add(customer.revision);
  bytes.add(static_cast<std::uint64_t>(question.as_of.ms));
  bytes.add(static_cast<std::uint64_t>(question.direction));
  bytes.add_hash(policy.version());
  bytes.add_hash(question.intent);
  return bytes.hash();
}

void decide(const Policy& policy, const index::Customer& customer, const DecisionQuestion& question,
            DecideScratch& scratch, Decision& out) {
  CONCORD_ASSERT(customer.record && question.direction != index::Direction::none);
  CONCORD_ASSERT(question.channel.empty() || policy.has_channel(question.channel));
  const PolicyData& data = policy.data();
  FunnelState& state = scratch.state();
  clear(out);
  out.customer = customer.record.id();
  out.revision = customer.revision;
  out.as_of = question.as_of;
  out.answer_id = answer_id(policy, customer, question);
  out.language = customer.record.language().empty() ? std::string_view(data.language)
                                                    : customer.record.language().substr(0, 2);
  find_facts(data, customer, question.as_of, scratch.rows(), state.facts);
  out.features = state.facts.features;
  prepare(state.conditions, data, customer, question, state.facts);
  state.scores.begin(data.heads, data.models, state.facts.features);
  find_blocks(state.conditions, state.blocks);
  out.forgotten = static_cast<std::uint32_t>(state.blocks.stale.size());
  state.deliverability.reset(state.conditions, question);
  tell_blocks(state, question.explain, out);
  tell_authority(state, out);
  Funnel funnel(state, question, out);
  funnel.run();
  funnel.score();
  arbitrate(data, state.arbitration, out);
  const std::size_t shown =
      std::min<std::size_t>(std::max(question.limit, kNextInContext), out.ranked.size());
  for (std::size_t i = 0; i < shown; ++i) funnel.tell_why(out.ranked[i]);
  if ((question.explain & kExplainSensitivity) != 0) find_sensitivity(data, state.arbitration, out);
  if (!question.channel.empty()) treat(state, question, out);
}

}  // namespace concord::scoring
