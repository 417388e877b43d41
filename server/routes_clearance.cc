// POST /v1/clearance: may these customers be sent this? Asked in bulk, before sending.
#include <algorithm>
#include <array>

#include "scoring/clearance.h"
#include "server/answers_redact.h"
#include "server/body_members.h"
#include "server/decision_desk.h"
#include "server/routes_decisions.h"

namespace concord::server {
namespace {

constexpr std::size_t kCustomersMax = 500;
constexpr std::size_t kWordsMax = 16;       // topics, channels
constexpr std::size_t kResultsMax = 2'000;  // the loop serves others too
constexpr std::array<std::string_view, 7> kOwnMembers{"customers", "topic",   "channel", "purpose",
                                                      "brand",     "product", "decision"};
constexpr std::array kReadMembers{Option::as_of, Option::min_revision, Option::timeout_ms};

struct ClearanceBody {
  std::vector<std::string_view> customers, topics, channels;
  scoring::ClearanceAsk ask;
  std::string claim;  // entry of the sender's own claim
};

void check_words(BodyMembers& members, const scoring::Policy& policy, const ClearanceBody& body) {
  for (const std::string_view topic : body.topics)
    if (!topic.empty() && !scoring::has_topic(policy, topic))
      members.wrong("topic", "\"" + std::string(topic) +
                                 "\" is no topic of the catalogue, so nothing could guard it; "
                                 "give it to an action first");
  for (const std::string_view channel : body.channels)
    if (!channel.empty() && !policy.has_channel(channel))
      members.wrong("channel",
                    "\"" + std::string(channel) +
                        "\" is not a channel of the policy; these are: " + policy.channel_list());
  if (!body.ask.brand.empty() && !scoring::has_brand(policy, body.ask.brand))
    members.wrong("brand", "is not a brand of the policy");
  const std::size_t results = body.customers.size() * body.topics.size() * body.channels.size();
  if (results > kResultsMax)
    members.wrong("customers", "times topics times channels are " + std::to_string(results) +
                                   " questions; ask at most " + std::to_string(kResultsMax) +
                                   " at once");
}

void read_clearance(BodyMembers& members, ClearanceBody& out) {
  out.customers = members.required_texts("customers", kCustomersMax);
  out.topics = members.required_texts("topic", kWordsMax);
  out.channels = members.required_texts("channel", kWordsMax);
  if (!members.has("purpose")) members.wrong("purpose", "is missing");
  const auto purposes = index::words<index::Purpose>().subspan(1);  // all but `none`
  const std::string_view purpose = members.word("purpose", purposes);
  out.ask.purpose = index::from_word<index::Purpose>(purpose).value_or(index::Purpose::marketing);
  out.ask.brand = members.text("brand");
  out.ask.product = members.text("product");
  if (const std::string_view own = members.text("decision"); !own.empty())
    out.claim = claim_entry(own);
}

/// One row that holds for every topic and channel: we do not know whom it is about.
scoring::Clearance not_known(std::string_view because, std::string_view ends_when) {
  scoring::Clearance out;
  out.reason.component = "customer";
  out.reason.because = because;
  out.reason.ends_when = ends_when;
  return out;
}

class Answering {
 public:
  Answering(Call& call, const scoring::Policy& policy, ClearanceBody& body)
      : call_(call), policy_(policy), body_(body), out_(call.response.body) {
    body_.ask.claim = body_.claim;
  }

  void head() {
    out_.begin_object();
    out_.key("as_of").time(call_.as_of);
    out_.key("revision").unsigned_integer(call_.pin.revision());
    out_.key("policy_version").string(policy_.version());
    out_.key("results").begin_array();
  }
  void about(std::string_view key, const index::Customer& customer) {
    clearing_.begin(policy_, customer, call_.as_of);
    const HiddenEntries hidden = hidden_entries(customer, call_.view.visibility_max);
    each([&] { row(key, &customer, clearing_.ask(body_.ask), hidden); });
  }
  void about_nobody(std::string_view key, const scoring::Clearance& clearance) {
    each([&] { row(key, nullptr, clearance, {}); });
  }
  void finish(DecisionDesk* desk) {
    out_.end_array();
    out_.key("counts").begin_object();
    out_.key("may").unsigned_integer(may_);
    out_.key("may_not").unsigned_integer(may_not_);
    out_.end_object();
    out_.end_object();
    if (desk == nullptr) return;
    desk->cleared += may_;
    desk->not_cleared += may_not_;
  }

 private:
  template <typename Visit>
  void each(Visit&& visit) {
    for (const std::string_view topic : body_.topics)
      for (const std::string_view channel : body_.channels) {
        body_.ask.topic = topic;
        body_.ask.channel = channel;
        visit();
      }
  }

  void row(std::string_view key, const index::Customer* customer,
           const scoring::Clearance& clearance, const HiddenEntries& hidden) {
    row_.clear();
    index::JsonWriter row(row_);
    row.begin_object();
    row.key("customer").string(key);
    if (customer != nullptr) {
      row.key("customer_id").id(customer->record.id());
      row.key("revision").unsigned_integer(customer->revision);
    }
    row.key("topic").string(body_.ask.topic);
    row.key("channel").string(body_.ask.channel);
    scoring::write_clearance(row, clearance, clearing_.evidence());
    row.end_object();
    hide_entries(row_, 0, hidden);
    out_.raw(row_.view());
    ++(clearance.may ? may_ : may_not_);
  }

  Call& call_;
  const scoring::Policy& policy_;
  ClearanceBody& body_;
  index::JsonWriter out_;
  index::Buffer row_;
  scoring::Clearing clearing_;
  std::uint64_t may_ = 0;
  std::uint64_t may_not_ = 0;
};

}  // namespace

void Routes::clearance(Call& call) {
  using Outcome = index::Resolution::Outcome;
  index::JsonValue json;
  if (!read_body(call, json)) return;
  Faults faults(Faults::Where::pointer);
  read_members(json, kReadMembers, body_text_, call.ask, faults, kOwnMembers);
  BodyMembers members(json, faults);
  ClearanceBody body;
  const scoring::Policy& policy = *service_.policy;
  read_clearance(members, body);
  check_words(members, policy, body);
  if (!faults.empty()) return faults.answer(call.response, "bad_body");
  if (!ready_for(call)) return;
  call.response.field("Cache-Control", "no-store");
  call.response.field("Concord-Revision", std::to_string(call.pin.revision()));
  const index::Snapshot& snapshot = service_.engine->snapshot();
  Answering answering(call, policy, body);
  answering.head();
  index::Resolution found;
  for (const std::string_view key : body.customers) {
    snapshot.resolve(call.pin, key, found);
    if (found.outcome == Outcome::found)
      answering.about(key, snapshot.customer(call.pin, found.customer, call.as_of));
    else if (found.outcome == Outcome::ambiguous)
      answering.about_nobody(key, not_known("several customers share this key",
                                            "it is asked by the customer_id of one of them"));
    else
      answering.about_nobody(
          key, not_known("nobody is known by this key", "a customer with this identity is known"));
  }
  answering.finish(service_.decisions);
}

}  // namespace concord::server
