#include "scoring/decide.h"

#include <algorithm>

#include "index/base/hash.h"
#include "scoring/funnel.h"

namespace concord::scoring {

using index::EntryView;
using index::UnixMillis;

struct DecideScratch::State : FunnelState {};
DecideScratch::DecideScratch() : state_(std::make_unique<State>()) {}
DecideScratch::~DecideScratch() = default;

namespace {

constexpr std::string_view kStages[kStageCount] = {
    "available",      "eligibility",   "applicability",  "suitability",
    "contact_policy", "service_first", "deliverability", "propensity"};

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
  out.dropped.clear();
  out.blocks.clear();
  out.authority.clear();
  out.whys.clear();
  out.evidence.clear();
  out.dropped_at.fill(0);
  out.no_action = {};
}

void tell_blocks(const FunnelState& state, Decision& out) {
  const PolicyData& policy = *state.conditions.policy;
  for (const LiveRule& live : state.blocks.rules) {
    const BlockRule& rule = policy.rules[live.rule];
    Block block;
    block.rule = live.rule;
    Reason& reason = block.reason;
    reason.stage = Stage::service_first;
    reason.component = rule.name;
    reason.because = rule.because;
    reason.unknown_field = live.unknown_field;
    reason.until_ms = live.until_ms;
    reason.ends_when = rule.ends_when;
    reason.evidence_begin = static_cast<std::uint32_t>(out.evidence.size());
    reason.evidence_count = std::min(live.cause_count, kEvidenceMax);
    for (std::uint32_t i = 0; i < reason.evidence_count; ++i)
      out.evidence.push_back(state.blocks.causes[live.cause_begin + i].entry);
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

void rank(Decision& out) {
  std::sort(out.ranked.begin(), out.ranked.end(), [](const RankedAction& a, const RankedAction& b) {
    if (a.tier != b.tier) return a.tier < b.tier;
    if (a.priority_micro != b.priority_micro) return a.priority_micro > b.priority_micro;
    return a.action < b.action;  // the catalogue is ordered by id
  });
  if (!out.ranked.empty()) return;
  const auto most = std::max_element(out.dropped_at.begin(), out.dropped_at.end());
  out.no_action = kStages[most - out.dropped_at.begin()];
}

/// How well a treatment fits: smaller is better; kNone: not at all.
std::uint32_t misfit(const Treatment& treatment, const Action& action, std::string_view language,
                     const PolicyData& policy) {
  if (!treatment.brand.empty() && treatment.brand != action.brand) return kNone;
  std::uint32_t out = treatment.brand.empty() ? 1 : 0;
  if (treatment.language != language) out += treatment.language == policy.language ? 2 : 4;
  return out;
}

/// The wording on `channel`: of the channel itself, else of those it may borrow from, in order;
/// there the best brand and language, then the first. -1: none.
std::int32_t find_treatment(const PolicyData& policy, const Action& action, std::uint32_t channel,
                            std::string_view language) {
  const std::vector<std::uint32_t>& borrowed = policy.channels[channel].wording_of;
  for (std::size_t from = 0; from <= borrowed.size(); ++from) {
    const std::uint32_t source = from == 0 ? channel : borrowed[from - 1];
    std::uint32_t best = kNone;
    std::int32_t found = -1;
    for (std::size_t i = 0; i < action.treatments.size(); ++i) {
      if (action.treatments[i].channel != source) continue;
      const std::uint32_t fit = misfit(action.treatments[i], action, language, policy);
      if (fit >= best) continue;
      best = fit;
      found = static_cast<std::int32_t>(i);
    }
    if (found >= 0) return found;
  }
  return -1;
}

/// Wording, or why there is none, on the channel that was asked for. Changes no rank.
void treat(FunnelState& state, const DecisionQuestion& question, Decision& out) {
  const PolicyData& policy = *state.conditions.policy;
  std::uint32_t channel = 0;
  while (policy.channels[channel].id != question.channel) ++channel;  // the caller's duty
  const std::size_t shown = std::max(question.limit, kNextInContext);
  for (std::size_t i = 0; i < out.ranked.size() && i < shown; ++i) {
    RankedAction& ranked = out.ranked[i];
    const Action& action = policy.actions[ranked.action];
    if ((ranked.deliverable_by >> channel & 1U) != 0)
      ranked.treatment = find_treatment(policy, action, channel, out.language);
    if (ranked.treatment >= 0) continue;
    ranked.has_blocked_here = true;
    Reason& reason = ranked.blocked_here;
    const Sending sending = sending_of(policy, action, ranked.asked);
    if ((state.deliverability.channels(sending) >> channel & 1U) == 0) {
      reason = state.deliverability.reason(sending, channel);
    } else {
      reason.stage = Stage::deliverability;
      reason.component = "treatment";
      reason.because = "there is no wording for this channel";
      reason.ends_when = "a treatment for this channel is written";
    }
  }
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
  gather(data, customer, question.as_of, state.facts);
  out.features = state.facts.features;
  prepare(state.conditions, data, customer, question, state.facts);
  find_blocks(state.conditions, state.blocks);
  state.deliverability.reset(state.conditions, question);
  tell_blocks(state, out);
  tell_authority(state, out);
  Funnel funnel(state, question, out);
  for (std::uint32_t action = 0; action < data.actions.size(); ++action) funnel.run(action);
  rank(out);
  if (!question.channel.empty()) treat(state, question, out);
}

}  // namespace concord::scoring
