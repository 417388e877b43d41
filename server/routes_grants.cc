// POST /v1/customers/{key}/grants: what is left is read, and the credit is written on condition
// that nothing about the customer has changed since. When something has, but what is left is still
// as the client expects, it is tried again; so of two grants at once both count, or the second one
// is told the new rest.
#include <algorithm>
#include <array>

#include "server/routes.h"
#include "server/routes_intake.h"
#include "server/write_job.h"

namespace concord::server {
namespace {

using scoring::Authority;
using Status = index::EventOutcome::Status;

constexpr unsigned kAttemptsMax = 8;

std::string attempt_id(const std::string& name, unsigned attempt) {
  return attempt == 1 ? name : name + "/" + std::to_string(attempt);
}

std::string grades_of(const scoring::Decision& decision) {
  std::string out;
  for (const Authority& one : decision.authority)
    out.append(out.empty() ? "" : ", ").append(one.grade);
  return out;
}

// A problem that says what is left, too.
void refuse(Call& call, const Problem& problem, const scoring::Decision& decision,
            const Authority& mine, std::int64_t needed) {
  fill_problem(call.response, problem);
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  index::Buffer& body = call.response.body;
  body.truncate(body.size() - 1);  // the closing brace
  body.append(",\"grade\":");
  index::append_json_string(body, mine.grade);
  body.append(",\"left_minor\":");
  body.append(std::to_string(mine.left_minor));
  body.append(",\"currency\":");
  index::append_json_string(body, mine.currency);
  body.append(",\"could\":[");
  bool first = true;
  for (const Authority& one : decision.authority) {
    if (one.left_minor < needed) continue;
    if (!std::exchange(first, false)) body.push(',');
    index::append_json_string(body, one.grade);
  }
  body.append("]}");
}

void refuse_body(Call& call, const char* place, std::string detail) {
  Faults faults(Faults::Where::pointer);
  faults.add(place, std::move(detail));
  faults.answer(call.response, "bad_body");
}

}  // namespace

// Which try is next, and whether it only asks what became of it: one that is in already is told as
// what it was, whatever is left by now.
bool Routes::next_attempt(Call& call, const WriteAsk& ask, unsigned& attempt, bool& repeat) {
  std::array<index::Hash128, kAttemptsMax> ids;
  for (unsigned i = 0; i < kAttemptsMax; ++i)
    ids[i] = index::event_id_key(index::kOwnSource, attempt_id(ask.name.id, i + 1));
  const auto known = service_.live->known(ids);
  if (!known) {
    fill_error(call.response, known.error());
    return false;
  }
  for (unsigned i = 0; i < kAttemptsMax; ++i) {
    if ((*known)[i].status == Status::stale) continue;
    attempt = std::max(attempt, i + 1);
    repeat = (*known)[i].status == Status::duplicate;
    return true;
  }
  attempt = kAttemptsMax + 1;
  return true;
}

bool Routes::may_grant(Call& call, const WriteAsk& ask) {
  const scoring::Decision& decision = scratch_.decision;
  const std::string& currency = ask.write.entry.currency;
  const auto mine =
      std::find_if(decision.authority.begin(), decision.authority.end(),
                   [&](const Authority& one) { return one.grade == ask.write.grade; });
  if (mine == decision.authority.end()) {
    refuse_body(call, "/grade", "is not a grade of the policy; these are: " + grades_of(decision));
    return false;
  }
  const auto amount = scoring::company_amount(
      service_.policy->data(), *ask.write.entry.amount_minor, currency, service_.base_now());
  if (!amount) {
    refuse_body(call, "/currency", "the policy has no rate for " + currency);
    return false;
  }
  const std::string left = std::to_string(mine->left_minor);
  if (mine->left_minor != ask.write.expected_left) {
    refuse(call,
           {409, "authority_changed",
            std::string(mine->grade) + " has " + left + " left, not " +
                std::to_string(ask.write.expected_left) +
                ": somebody has granted meanwhile, or a period has ended. Look again, and send "
                "expected_left as it is now."},
           decision, *mine, *amount);
    return false;
  }
  if (*amount <= mine->left_minor) return true;
  refuse(call,
         {403, "over_authority",
          std::string(mine->grade) + " has " + left +
              " left for this customer; could[] names the grades that may grant it."},
         decision, *mine, *amount);
  return false;
}

void Routes::answer_grant(Call& call, const WriteAsk& ask, const index::EventOutcome& outcome) {
  index::JsonWriter out(call.response.body);
  begin_write_answer(call, ask, outcome.status == Status::accepted, outcome.revision, out);
  out.key("authority");
  scoring::write_authority(out, scratch_.decision);
  out.end_object();
}

void Routes::grant(Call& call) {
  WriteAsk ask;
  const WriteJob* done = nullptr;
  if (call.request.later != nullptr && (done = finished_write(call)) == nullptr) return;
  if (!read_write_ask(call, ask)) return;
  scoring::DecisionQuestion question;
  question.as_of = call.as_of;
  scoring::decide(*service_.policy, ask.found.customer, question, scratch_.decide,
                  scratch_.decision);
  if (done != nullptr && done->outcomes().front().status != Status::stale)
    return answer_grant(call, ask, done->outcomes().front());
  unsigned attempt = done == nullptr ? 1 : done->attempt() + 1;
  bool repeat = false;
  if (done == nullptr && ask.repeatable && !next_attempt(call, ask, attempt, repeat)) return;
  if (!repeat && !may_grant(call, ask)) return;
  if (attempt > kAttemptsMax)
    return fill_problem(call.response,
                        {409, "conflict",
                         "This customer changes all the time just now; nothing was granted. Read "
                         "again and send it with a new id."});
  auto drafts = drafts_of(ask.write, ask.name, ask.identity, service_.base_now(), {});
  drafts.front().id = attempt_id(ask.name.id, attempt);
  drafts.front().unless_changed = call.pin.revision();
  submit_write(call, ask, std::move(drafts), attempt);
}

}  // namespace concord::server
