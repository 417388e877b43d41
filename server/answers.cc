#include "server/answers.h"

#include "index/base/assert.h"
#include "server/answers_redact.h"

namespace concord::server {
namespace {

using index::ContextField;

constexpr std::uint32_t bit(ContextField field) { return 1U << static_cast<unsigned>(field); }
constexpr std::uint32_t kDecided =
    bit(ContextField::do_not) | bit(ContextField::next) | bit(ContextField::authority);

/// The plain question: outbound, no intent, no channel.
scoring::DecisionQuestion plain_question(index::UnixMillis as_of) {
  scoring::DecisionQuestion question;
  question.as_of = as_of;
  return question;
}

void write_scored_field(index::JsonWriter& out, ContextField field, const scoring::Policy& policy,
                        const scoring::Decision& decision,
                        const scoring::DecisionQuestion& question) {
  out.key(name_of(field));
  if (field == ContextField::do_not) scoring::write_do_not(out, policy, decision);
  if (field == ContextField::next) scoring::write_next(out, policy, decision, question);
  if (field == ContextField::authority) scoring::write_authority(out, decision);
}

/// Index ends a timeline with …,"next_cursor":"81235.20"} or with ..."total":25}: the cursor gets
/// what a page walk is bound to.
void bind_cursor(index::Buffer& out, std::string_view tail) {
  CONCORD_ASSERT(out.size() > 2 && out.view().back() == '}');
  if (!out.view().ends_with("\"}")) return;
  out.truncate(out.size() - 2);
  out.append(tail);
  out.append("\"}");
}

void hide(index::Buffer& out, std::size_t begin, const index::Customer& customer, View view) {
  hide_entries(out, begin, hidden_entries(customer, view.visibility_max));
}

}  // namespace

index::Hash128 context_answer_id(const scoring::Policy& policy, const index::Customer& customer,
                                 index::UnixMillis as_of) {
  return scoring::answer_id(policy, customer, plain_question(as_of));
}

void write_context(index::Buffer& out, const scoring::Policy& policy,
                   const index::Customer& customer, const ContextAsk& ask, AnswerScratch& scratch) {
  const std::size_t begin = out.size();
  const scoring::DecisionQuestion question = plain_question(ask.question.as_of);
  if ((ask.fields & kDecided) != 0)
    scoring::decide(policy, customer, question, scratch.decide, scratch.decision);
  index::JsonWriter json(out);
  json.begin_object();
  for (int i = 0; i < index::kContextFieldCount; ++i) {
    const auto field = static_cast<ContextField>(i);
    if ((ask.fields & bit(field)) == 0) continue;
    if ((kDecided & bit(field)) != 0)
      write_scored_field(json, field, policy, scratch.decision, question);
    else if (field == ContextField::policy_version)
      json.key(name_of(field)).string(policy.version());
    else if (field == ContextField::answer_id)
      json.key(name_of(field)).string(to_hex(scoring::answer_id(policy, customer, question)));
    else
      index::write_context_field(json, field, customer, ask.question);
    if (field == ContextField::timeline) bind_cursor(out, ask.cursor_tail);
  }
  json.end_object();
  hide(out, begin, customer, ask.view);
}

void write_next_best_action(index::Buffer& out, const scoring::Policy& policy,
                            const index::Customer& customer,
                            const scoring::DecisionQuestion& question, std::uint32_t explain,
                            View view, AnswerScratch& scratch) {
  const std::size_t begin = out.size();
  scoring::decide(policy, customer, question, scratch.decide, scratch.decision);
  index::JsonWriter json(out);
  scoring::write_decision(json, policy, scratch.decision, question, explain);
  hide(out, begin, customer, view);
}

void write_timeline_answer(index::Buffer& out, const scoring::Policy& policy,
                           const index::Customer& customer, const TimelineAsk& ask,
                           AnswerScratch& scratch) {
  const std::size_t begin = out.size();
  index::JsonWriter json(out);
  json.begin_object();
  json.key("customer_id").id(customer.record.id());
  json.key("as_of").time(ask.as_of);
  json.key("revision").unsigned_integer(customer.revision);
  json.key("answer_id").string(to_hex(context_answer_id(policy, customer, ask.as_of)));
  scratch.spare.clear();
  index::JsonWriter page(scratch.spare);
  index::write_timeline(page, customer, ask.filter, ask.as_of, ask.limit, ask.skip);
  out.push(',');
  out.append(scratch.spare.view().substr(1));  // its members, and its closing brace as ours
  bind_cursor(out, ask.cursor_tail);
  hide(out, begin, customer, ask.view);
}

}  // namespace concord::server
