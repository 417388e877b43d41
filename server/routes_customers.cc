// Questions about one customer.
#include <algorithm>
#include <array>
#include <charconv>

#include "index/base/hash.h"
#include "server/routes.h"
#include "server/routes_embedded.h"

namespace concord::server {
namespace {

constexpr std::uint32_t kActionsDefault = 5;

/// What an ETag is bound to beside the answer_id: numbers, hashed.
class ViewHash {
 public:
  ViewHash& add(std::uint64_t number) {
    state_ = index::mix64(state_ ^ number) * 0x9e3779b97f4a7c15ULL;
    return *this;
  }
  ViewHash& add(std::string_view text) { return add(index::hash64(text)); }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = index::hash64(kProgramVersion);
};

std::uint64_t hash_of(const index::TimelineFilter& filter) {
  return ViewHash()
      .add(filter.department)
      .add(filter.channel)
      .add(static_cast<std::uint64_t>(filter.from_ms))
      .add(static_cast<std::uint64_t>(filter.to_ms))
      .add(filter.kinds)
      .add(filter.open_only ? 1U : 0U)
      .value();
}

/// What index writes as `revision.place` goes on as `.as_of.filters`: a page walk stays at one
/// as_of and with one set of filters.
std::string cursor_tail(index::UnixMillis as_of, const index::TimelineFilter& filter) {
  return "." + std::to_string(as_of.ms) + "." +
         to_hex(index::Hash128{hash_of(filter), 0}).substr(24);
}

struct Cursor {
  index::EventSeq revision = 0;
  std::uint64_t place = 0;
  std::int64_t as_of_ms = 0;
  std::string_view filters;
};

template <typename T>
bool take_number(std::string_view& text, T& out) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (text.empty() || text.front() != '.') return false;
  text.remove_prefix(1);
  return true;
}

bool read_cursor(std::string_view text, Cursor& cursor) {
  if (!take_number(text, cursor.revision) || !take_number(text, cursor.place) ||
      !take_number(text, cursor.as_of_ms) || text.size() != 8)
    return false;
  cursor.filters = text;
  return true;
}

bool refuse(Call& call, std::string where, std::string detail, std::string_view code) {
  Faults faults;
  faults.add(std::move(where), std::move(detail));
  faults.answer(call.response, code);
  return false;
}

}  // namespace

bool Routes::find(Call& call, std::string_view key, Found& found) {
  using Outcome = index::Resolution::Outcome;
  const index::Snapshot& snapshot = service_.engine->snapshot();
  found.resolution = snapshot.resolve(call.pin, key);
  const std::string shown(key);
  switch (found.resolution.outcome) {
    case Outcome::found:
      found.customer = snapshot.customer(call.pin, found.resolution.customer, call.as_of);
      if (found.customer.record) return true;
      [[fallthrough]];
    case Outcome::not_found:
      fill_problem(call.response,
                   {404, "customer_not_found",
                    "Nobody is known as " + shown + "; GET /v1/search?q=… finds people by words."});
      return false;
    case Outcome::bad_key: {
      const ProblemItem item{ProblemItem::Where::parameter, "key", found.resolution.problem};
      fill_problem(call.response, {400,
                                   "bad_key",
                                   shown + ": " + found.resolution.problem +
                                       ". A key is a customer_id, account:… or type:value.",
                                   {},
                                   std::span(&item, 1)});
      return false;
    }
    case Outcome::ambiguous: break;
  }
  fill_problem(call.response,
               {409, "ambiguous_key",
                shown + " belongs to " + std::to_string(found.resolution.owners) +
                    " customers; ask again with the customer_id of one of the candidates."});
  index::Buffer& body = call.response.body;
  body.truncate(body.size() - 1);  // the closing brace
  body.append(",\"owners\":");
  body.append(std::to_string(found.resolution.owners));
  body.append(",\"candidates\":");
  index::JsonWriter out(body);
  write_candidates(out, snapshot, call.pin, found.resolution, call.as_of);
  body.push('}');
  return false;
}

void Routes::context(Call& call) { answer_context(call, call.request.segments[2]); }

void Routes::lookup(Call& call) {
  index::JsonValue body;
  if (!read_body(call, body)) return;
  Faults faults(Faults::Where::pointer);
  for (const RouteInfo& info : route_infos())
    if (info.path == call.response.route)
      read_members(body, info.options, body_text_, call.ask, faults);
  if (faults.empty() && call.ask.key.empty()) faults.add("/key", "is missing");
  if (!faults.empty()) return faults.answer(call.response, "bad_body");

  purpose_ = call.ask.purpose;
  answer_context(call, call.ask.key);
}

void Routes::answer_context(Call& call, std::string_view key) {
  Found found;
  if (!ready_for(call) || !find(call, key, found)) return;
  ContextAsk ask;
  ask.fields = call.ask.fields;
  ask.view = call.view;
  ask.question.as_of = call.as_of;
  ask.question.matched = &found.resolution;
  if (call.ask.limit != kNoLimit) ask.question.limit = call.ask.limit;
  const std::string tail = cursor_tail(call.as_of, {});
  ask.cursor_tail = tail;
  const std::uint64_t view = ViewHash()
                                 .add(1U)
                                 .add(static_cast<std::uint64_t>(call.view.visibility_max))
                                 .add(ask.fields)
                                 .add(ask.question.limit)
                                 .add(found.resolution.identity.text)
                                 .add(found.resolution.owners)
                                 .value();
  const auto id = context_answer_id(*service_.policy, found.customer, call.as_of);
  if (unchanged(call, to_hex(id), view)) return;
  write_context(call.response.body, *service_.policy, found.customer, ask, scratch_);
}

void Routes::timeline(Call& call) {
  if (!ready_for(call)) return;
  TimelineAsk ask;
  ask.view = call.view;
  ask.filter = {call.ask.department, call.ask.channel, call.ask.from_ms,
                call.ask.to_ms,      call.ask.kinds,   call.ask.open};
  if (call.ask.limit != kNoLimit) ask.limit = call.ask.limit;
  std::optional<index::ReadPin> older;
  const index::ReadPin* pin = &call.pin;
  Cursor cursor;
  if (!call.ask.cursor.empty()) {
    if (!read_cursor(call.ask.cursor, cursor) ||
        !cursor_tail({cursor.as_of_ms}, ask.filter).ends_with(cursor.filters) ||
        (call.ask.as_of_ms != index::kNoTime && call.ask.as_of_ms != cursor.as_of_ms)) {
      refuse(call, "cursor", "is not of this question: repeat its options, or ask without a cursor",
             "bad_cursor");
      return;
    }
    call.as_of = {cursor.as_of_ms};
    ask.skip = cursor.place;
  }
  Found found;
  if (!find(call, call.request.segments[2], found)) return;
  if (cursor.revision != 0 && found.customer.revision != cursor.revision) {
    auto old_pin = service_.engine->snapshot().pin_at(cursor.revision);
    if (!old_pin) {
      const ProblemItem item{ProblemItem::Where::parameter, "cursor", old_pin.error().detail};
      return fill_problem(call.response,
                          {410,
                           "cursor_stale",
                           "The customer has changed since this walk began; begin again without a "
                           "cursor.",
                           {},
                           std::span(&item, 1)});
    }
    older.emplace(std::move(*old_pin));
    pin = &*older;
    found.customer =
        service_.engine->snapshot().customer(*pin, found.resolution.customer, call.as_of);
  }
  ask.as_of = call.as_of;
  const std::string tail = cursor_tail(call.as_of, ask.filter);
  ask.cursor_tail = tail;
  const std::uint64_t view = ViewHash()
                                 .add(2U)
                                 .add(static_cast<std::uint64_t>(call.view.visibility_max))
                                 .add(ask.limit)
                                 .add(ask.skip)
                                 .add(tail)
                                 .value();
  const auto id = context_answer_id(*service_.policy, found.customer, call.as_of);
  if (unchanged(call, to_hex(id), view)) return;
  write_timeline_answer(call.response.body, *service_.policy, found.customer, ask, scratch_);
}

bool Routes::read_question(Call& call, scoring::DecisionQuestion& question) {
  if (call.ask.direction != index::Direction::none) question.direction = call.ask.direction;
  question.intent = call.ask.intent;
  question.channel = call.ask.channel;
  question.limit = call.ask.limit == kNoLimit ? kActionsDefault : call.ask.limit;
  question.explain = call.ask.explain;
  const scoring::Policy& policy = *service_.policy;
  if (!question.channel.empty() && !policy.has_channel(question.channel))
    return refuse(call, "channel",
                  "is not a channel of the policy; these are: " + policy.channel_list(),
                  "bad_parameter");
  if (!question.intent.empty() && question.direction != index::Direction::inbound)
    return refuse(call, "intent", "goes with direction=inbound: it is what the customer asks for",
                  "bad_parameter");
  return true;
}

void Routes::next_best_action(Call& call) {
  scoring::DecisionQuestion question;
  if (!read_question(call, question)) return;
  const scoring::Policy& policy = *service_.policy;
  Found found;
  if (!ready_for(call) || !find(call, call.request.segments[2], found)) return;
  question.as_of = call.as_of;
  const std::uint64_t view = ViewHash()
                                 .add(3U)
                                 .add(static_cast<std::uint64_t>(call.view.visibility_max))
                                 .add(question.limit)
                                 .add(question.channel)
                                 .add(call.ask.explain)
                                 .value();
  const auto id = scoring::answer_id(policy, found.customer, question);
  if (unchanged(call, to_hex(id), view)) return;
  write_next_best_action(call.response.body, policy, found.customer, question, call.ask.explain,
                         call.view, scratch_);
}

}  // namespace concord::server
