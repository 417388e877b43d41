#include "scoring/clearance.h"

#include <algorithm>

#include "index/base/assert.h"
#include "scoring/contact_policy.h"
#include "scoring/funnel.h"

namespace concord::scoring {
namespace {

using index::EntryView;

std::uint32_t topic_number(const PolicyData& policy, std::string_view topic) {
  const auto found = policy.topic_numbers.find(topic);
  return found == policy.topic_numbers.end() ? kNone : found->second;
}

/// What is sent, as an action: of the catalogue's actions on this topic the first with its purpose
/// says what else it is.
Action action_of(const PolicyData& policy, const ClearanceAsk& ask) {
  const std::uint32_t topic = topic_number(policy, ask.topic);
  const Action* like = nullptr;
  for (const Action& action : policy.actions) {
    if (std::find(action.topics.begin(), action.topics.end(), topic) == action.topics.end())
      continue;
    if (like == nullptr || (like->purpose != ask.purpose && action.purpose == ask.purpose))
      like = &action;
  }
  CONCORD_ASSERT(like != nullptr);
  Action out;
  out.id = like->id;
  out.purpose = ask.purpose;
  out.issue = like->issue;
  out.group = like->group;
  out.answers = like->answers;
  if (like->purpose == ask.purpose) out.acknowledges = like->acknowledges;
  out.brand = ask.brand;
  out.brand_number = brand_number(policy, ask.brand);
  out.product = ask.product;
  out.topics = {topic};
  return out;
}

bool is_claim(const EntryView& entry, std::string_view topic, index::UnixMillis as_of) {
  return entry.kind() == index::Kind::decision && entry.topic() == topic && entry.open_at(as_of) &&
         (entry.due_at_ms() == index::kNoTime || entry.due_at_ms() > as_of.ms);
}

}  // namespace

struct Clearing::State : FunnelState {
  const Policy* policy = nullptr;
  const index::Customer* customer = nullptr;
  DecisionQuestion question;
  Decision decision;  // its evidence
};

Clearing::Clearing() : state_(std::make_unique<State>()) {}
Clearing::~Clearing() = default;
const std::vector<EntryView>& Clearing::evidence() const { return state_->decision.evidence; }

bool has_topic(const Policy& policy, std::string_view topic) {
  const PolicyData& data = policy.data();
  const std::uint32_t number = topic_number(data, topic);
  return number != kNone &&
         std::any_of(data.groups.begin(), data.groups.end(), [&](const Group& group) {
           return std::find(group.topics.begin(), group.topics.end(), number) != group.topics.end();
         });
}

std::vector<std::string_view> subjects_of(const Policy& policy) {
  std::vector<std::string_view> out(policy.data().topics.begin(), policy.data().topics.end());
  for (const Action& action : policy.data().actions)
    out.insert(out.end(), action.answers.begin(), action.answers.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string_view topic_of(const Policy& policy, std::uint32_t number) {
  return policy.data().topics[policy.data().actions[number].topics.front()];
}

bool has_brand(const Policy& policy, std::string_view brand) {
  return brand_number(policy.data(), brand) != 0;
}

void Clearing::begin(const Policy& policy, const index::Customer& customer,
                     index::UnixMillis as_of) {
  State& state = *state_;
  state.policy = &policy;
  state.customer = &customer;
  state.question = {};
  state.question.as_of = as_of;
  state.decision.evidence.clear();
  gather(policy.data(), customer, as_of, state.facts);
  prepare(state.conditions, policy.data(), customer, state.question, state.facts);
  find_blocks(state.conditions, state.blocks);
  state.deliverability.reset(state.conditions, state.question);
}

namespace {

/// The customer asked for it, and is not answered yet.
bool was_asked(const FunnelState& state, const Action& action) {
  return std::any_of(state.facts.asked.begin(), state.facts.asked.end(),
                     [&](const EntryView& entry) { return answers(action, entry); });
}

bool passes_claims(const index::Customer& customer, const ClearanceAsk& ask,
                   index::UnixMillis as_of, Reason& reason, std::vector<EntryView>& evidence) {
  bool passes = true;
  customer.record.each_open(as_of, [&](const EntryView& entry) {
    if (!passes || !is_claim(entry, ask.topic, as_of) || entry.id_json() == ask.claim) return;
    passes = false;
    reason.stage = Stage::contact_policy;
    reason.component = "claim";
    reason.because = "somebody has taken this topic up with the customer";
    reason.until_ms = entry.due_at_ms();
    reason.ends_when = "its outcome is told";
    reason.evidence_begin = static_cast<std::uint32_t>(evidence.size());
    reason.evidence_count = 1;
    evidence.push_back(entry);
  });
  return passes;
}

bool passes_rules(FunnelState& state, const Action& action, bool asked, Reason& reason,
                  std::vector<EntryView>& evidence) {
  const PolicyData& policy = *state.conditions.policy;
  for (const LiveRule& live : state.blocks.rules) {
    if (!blocks_action(policy, state.blocks, live, action, asked)) continue;
    reason = reason_of(policy, state.blocks, live, evidence);
    return false;
  }
  return true;
}

}  // namespace

Clearance Clearing::ask(const ClearanceAsk& ask) {
  State& state = *state_;
  const PolicyData& policy = state.policy->data();
  std::vector<EntryView>& evidence = state.decision.evidence;
  const Action action = action_of(policy, ask);
  const bool asked = was_asked(state, action);
  std::uint32_t channel = 0;
  while (policy.channels[channel].id != ask.channel) ++channel;  // the caller's duty
  Clearance out;
  if (!passes_contact_policy(state.conditions, action, true, asked, out.reason, evidence) ||
      !passes_claims(*state.customer, ask, state.question.as_of, out.reason, evidence) ||
      !passes_rules(state, action, asked, out.reason, evidence))
    return out;
  const Sending sending = sending_of(action, asked);
  out.may = (state.deliverability.channels(sending) >> channel & 1U) != 0;
  if (!out.may) out.reason = state.deliverability.reason(sending, channel, evidence);
  return out;
}

void write_clearance(index::JsonWriter& out, const Clearance& clearance,
                     const std::vector<EntryView>& evidence) {
  out.key("may").boolean(clearance.may);
  if (clearance.may) return;
  const Reason& reason = clearance.reason;
  out.key("stage").string(word(reason.stage));
  out.key("component").string(reason.component);
  if (reason.unknown_field.empty())
    out.key("because").string(reason.because);
  else
    out.key("because").string("unknown:" + std::string(reason.unknown_field));
  out.key("evidence").begin_array();
  for (std::uint32_t i = 0; i < reason.evidence_count; ++i)
    out.raw("\"" + std::string(evidence[reason.evidence_begin + i].id_json()) + "\"");
  out.end_array();
  if (reason.until_ms != index::kNoTime)
    out.key("until").time(index::UnixMillis{reason.until_ms});
  else
    out.key("ends_when").string(reason.ends_when);
}

}  // namespace concord::scoring
