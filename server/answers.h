// The answers about one customer, composed: the record's facts from index, what to do from scoring,
// in the order of the contract, and then hidden from those who may not see all of it. The one place
// where an answer is put together; HTTP, the command line and the benchmarks all come here.
// Thread class: any-thread (functions); AnswerScratch is one-owner.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "index/base/buffer.h"
#include "index/base/json_writer.h"
#include "index/base/limits.h"
#include "index/snapshot/context.h"
#include "index/snapshot/snapshot.h"
#include "scoring/decide.h"
#include "scoring/policy.h"

namespace concord::server {

/// Working memory, reused between answers.
struct AnswerScratch {
  scoring::DecideScratch decide;
  scoring::Decision decision;
  index::Buffer spare;
};

/// What a reader may see. A role hides; it never changes a value or an order (promise P1).
struct View {
  index::Visibility visibility_max = index::Visibility::restricted;
};

struct ContextAsk {
  index::ContextQuestion question;  // as_of, limit, how the customer was found, sources
  std::uint32_t fields = (1U << index::kContextFieldCount) - 1;  // bit per ContextField
  std::string_view cursor_tail;  // appended to the timeline's next_cursor
  View view;
};

/// The id of the context answer and of the next-best-action answer to the plain question.
index::Hash128 context_answer_id(const scoring::Policy& policy, const index::Customer& customer,
                                 index::UnixMillis as_of);

/// Appends the context answer, one JSON object. Requires: customer.record is not empty.
void write_context(index::Buffer& out, const scoring::Policy& policy,
                   const index::Customer& customer, const ContextAsk& ask, AnswerScratch& scratch);

/// Appends the next-best-action answer. Requires: as scoring::decide.
void write_next_best_action(index::Buffer& out, const scoring::Policy& policy,
                            const index::Customer& customer,
                            const scoring::DecisionQuestion& question, std::uint32_t explain,
                            View view, AnswerScratch& scratch);

struct TimelineAsk {
  index::TimelineFilter filter;
  index::UnixMillis as_of;
  std::uint32_t limit = index::kTimelineLimitDefault;
  std::uint64_t skip = 0;
  std::string_view cursor_tail;  // appended to next_cursor: what a page walk is bound to
  View view;
};
/// Appends the timeline answer.
void write_timeline_answer(index::Buffer& out, const scoring::Policy& policy,
                           const index::Customer& customer, const TimelineAsk& ask,
                           AnswerScratch& scratch);

/// "Ann Example" → "A** E******": tells two people apart without naming them.
std::string masked_name(std::string_view name);

/// Who an ambiguous key may mean: id, masked name, since, city, entries by department, open.
void write_candidates(index::JsonWriter& out, const index::Snapshot& snapshot,
                      const index::ReadPin& pin, const index::Resolution& resolution,
                      index::UnixMillis as_of);

}  // namespace concord::server
