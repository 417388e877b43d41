// The routes of version 1: from a request to an answer. Everything is answered from one immutable
// Service; a request is answered at one pinned revision.
// Thread class: Service immutable; Routes one-owner (one for each event loop).
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/engine.h"
#include "index/live.h"
#include "scoring/policy.h"
#include "server/answers.h"
#include "server/exchange.h"
#include "server/intake_desk.h"
#include "server/intake_writes.h"
#include "server/revision_bell.h"
#include "server/routes_ask.h"
#include "server/routes_watch.h"
#include "server/target.h"
#include "server/tokens.h"

namespace concord::server {

class DecisionDesk;
class DecisionWait;
class OutcomeWait;
struct DecisionAsk;
struct DecisionDraft;
struct KeptDecision;

/// What "now" means when a question does not say (design section 2).
struct BaseClock {
  enum class Mode : std::uint8_t { now, data, fixed } mode = Mode::now;
  index::UnixMillis fixed_at;
};
/// "now", "data" or a time. Errors: bad_input.
index::Result<BaseClock> parse_base_clock(std::string_view text);
std::string_view word(BaseClock::Mode mode);

/// Borrows everything: it outlives every Routes.
struct Service {
  const index::Engine* engine = nullptr;
  const scoring::Policy* policy = nullptr;
  BaseClock clock;
  const Gate* gate = nullptr;
  Watch* watch = nullptr;
  index::Live* live = nullptr;         // null: nothing is written, nothing newer gets published
  const RevisionBell* bell = nullptr;  // rings after each publish; there when `live` is
  std::int64_t skew_ms_max = index::kSkewMsDefault;  // how far a source's clock may be ahead
  IntakeDesk* desk = nullptr;                        // null: nothing is taken in
  DecisionDesk* decisions = nullptr;                 // null: no decision is kept
  scoring::FactRows* rows = nullptr;                 // null: each decision walks the timeline

  /// The base clock itself, before rounding.
  [[nodiscard]] index::UnixMillis base_now() const;
  /// What a question gets that does not say: the base clock rounded up to the policy's tick.
  [[nodiscard]] index::UnixMillis default_as_of() const;
};

/// One request on its way to an answer.
struct Call {
  const Request& request;
  Response& response;
  const index::ReadPin& pin;
  View view;
  Ask ask;
  index::UnixMillis as_of;
  std::string etag;     // with its quotes; empty: none
  bool nested = false;  // a part of /v1/multi
};

/// The customer a call is about.
struct Found {
  index::Resolution resolution;
  index::Customer customer;
};

class WriteJob;  // write_job.h

/// What an employee writes, with whom it is about.
struct WriteAsk {
  Write write;
  WriteName name;
  Found found;
  std::string identity;     // by which the fold finds the customer
  bool repeatable = false;  // the client named it
};

/// What the documentation and the contract test need to know of a route.
struct RouteInfo {
  Method method = Method::get;
  std::string_view path;  // template, "/v1/customers/{key}"
  std::span<const Option> options;
  std::string_view scope = "read";  // what the client needs; empty: nobody is asked who he is
};
std::span<const RouteInfo> route_infos();

class Routes : public Handler {
 public:
  /// `waker`: rings the loop when something taken in is done; empty (tests): nobody waits.
  explicit Routes(const Service& service, std::optional<Waker> waker = {});
  ~Routes() override;
  Admission admit(const Request& head) override;
  void handle(const Request& request, Response& response) override;
  void answered(const Request& request, const Response& response,
                const Answered& answered) override;
  void refused(const Refusal& refusal) override;

 private:
  friend struct RouteTable;
  void dispatch(const Request& request, Response& response, const index::ReadPin& pin, View view,
                bool nested, std::string& etag);

  /// Who asks, and may he? False: `response` is the refusal.
  bool admit(const Request& request, Response& response, View& view);

  void context(Call& call);
  void lookup(Call& call);
  void timeline(Call& call);
  void next_best_action(Call& call);
  void search(Call& call);
  void multi(Call& call);
  void sources(Call& call);
  void changes(Call& call);
  void livez(Call& call);
  void readyz(Call& call);
  void version(Call& call);
  void openapi(Call& call);
  void schema(Call& call);
  void error_page(Call& call);
  void metrics(Call& call);
  void events(Call& call);
  void segment(Call& call);
  void decisions(Call& call);
  void decision(Call& call);
  void decision_list(Call& call);
  void decision_outcome(Call& call);
  void clearance(Call& call);
  void rejections(Call& call);
  void rejection(Call& call);
  void retry_rejections(Call& call);

  void write(Call& call);
  void grant(Call& call);

  bool read_write_ask(Call& call, WriteAsk& ask);
  /// False: `call` is answered. True: it is parked until the events are readable.
  bool submit_write(Call& call, const WriteAsk& ask, std::vector<index::EventDraft> drafts,
                    unsigned attempt = 1);
  /// The job that the request waited for; null: it failed, and the answer says so.
  WriteJob* finished_write(Call& call);
  /// Status, fields and the members that all writes answer; the object stays open.
  void begin_write_answer(Call& call, const WriteAsk& ask, bool fresh, index::EventSeq revision,
                          index::JsonWriter& out);
  void answer_write(Call& call, const WriteAsk& ask, const WriteJob& job);
  void answer_grant(Call& call, const WriteAsk& ask, const index::EventOutcome& outcome);
  bool is_repeat(Call& call, const WriteAsk& ask, bool& repeat);
  bool next_attempt(Call& call, const WriteAsk& ask, unsigned& attempt, bool& repeat);
  bool may_grant(Call& call, const WriteAsk& ask);

  /// False: `call` is answered, or parked until the job is done.
  bool begin_intake(Call& call, IntakeBody body, IntakeAsk ask);
  /// The job that the request waited for; null: it is not finished, and the answer says so.
  IntakeJob* finished_job(Call& call);
  bool read_coding(Call& call, IntakeBody& body);
  [[nodiscard]] IntakeAsk intake_ask(const Call& call) const;
  void answer_events(Call& call, IntakeJob& job);
  void answer_segment(Call& call, IntakeJob& job);
  void answer_retry(Call& call, IntakeJob& job);
  [[nodiscard]] std::string segment_source(const Call& call) const;
  bool choose_rejections(Call& call, std::vector<index::Rejection>& chosen);
  index::RejectionStore* rejection_store(Call& call);

  bool may_decide(Call& call);
  bool keeps_decisions(Call& call);
  bool read_question(Call& call, scoring::DecisionQuestion& question);
  bool read_decision(Call& call, DecisionAsk& ask);
  void begin_decision(Call& call, const DecisionAsk& ask, const scoring::DecisionQuestion& question,
                      const Found& found);
  void make_decision(const scoring::DecisionQuestion& question, const Found& found,
                     std::uint32_t explain, KeptDecision& kept);
  void decide_and_write(Call& call, const scoring::DecisionQuestion& question, const Found& found,
                        DecisionDraft draft);
  void write_decision(Call& call, const Found& found, DecisionDraft draft, bool claiming);
  void go_on_with_decision(Call& call, const scoring::DecisionQuestion& question,
                           const Found& found, DecisionWait& wait);
  void answer_repeat(Call& call, const KeptDecision& before, index::Hash128 request,
                     const Found& found);
  void answer_decision(Call& call, const KeptDecision& kept, const Found& found, int status);
  bool find_decision(Call& call, KeptDecision& kept);
  void begin_outcome(Call& call, const KeptDecision& kept);
  void answer_outcome(Call& call, const OutcomeWait& wait);

  bool read_body(Call& call, index::JsonValue& body);
  [[nodiscard]] index::WriteState write_state() const;
  void write_live(index::JsonWriter& out, const index::WriteState& writes) const;
  bool ready_for(Call& call);  // min_revision, as_of
  bool find(Call& call, std::string_view key, Found& found);
  void answer_context(Call& call, std::string_view key);
  void one_of_multi(Call& call, std::string_view path, index::JsonWriter& out);
  /// Sets the fields of an answer that may be asked for again; true: 304, nothing to write.
  bool unchanged(Call& call, std::string_view answer_id, std::uint64_t view_hash);

  const Service& service_;
  AnswerScratch scratch_;
  index::JsonReader body_reader_;
  std::vector<std::string> body_text_;
  RouteWatch watch_;
  std::optional<Waker> waker_;
  const Client* who_ = nullptr;  // who asks the request being answered
  std::string_view client_;      // his name in the token file
  std::string_view purpose_;     // what it says it reads for
  Target part_target_;           // of /v1/multi
  Response part_response_;
};

/// {"code","status"} by what went wrong below: not_found 404, ambiguous_key 409, …
void fill_error(Response& response, const index::Error& error);

}  // namespace concord::server
