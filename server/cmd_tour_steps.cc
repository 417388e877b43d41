// The story of the tour: Ann has a problem and asks for an offer, and three departments ask at
// once.
#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "index/base/json_reader.h"
#include "server/cmd_tour.h"

namespace concord::server {
namespace {

using index::JsonValue;

constexpr const char* kNow = "2025-06-02T08:00:00Z";  // a Monday, ten in the morning in Berlin
constexpr const char* kAnn = "/v1/customers/email:ann@example.test";

constexpr int kSettleTries = 40;
constexpr int kSettleMs = 300;  // three looks of the watch over the sources

constexpr const char* kStory =
    R"({"id":"t1","source":"crm","department":"sales","at":"2024-03-01T09:00:00Z",)"
    R"("customer":["email:ann@example.test","phone:+49301234567"],)"
    R"("profile":{"name":"Ann Example","language":"en"}})"
    "\n"
    R"({"id":"t2","source":"preferences","department":"marketing","at":"2024-03-01T09:00:00Z",)"
    R"("customer":["email:ann@example.test"],"consent":{"purpose":"marketing","state":"granted"}})"
    "\n"
    R"({"id":"t3","source":"preferences","department":"sales","at":"2024-03-01T09:00:00Z",)"
    R"("customer":["email:ann@example.test"],"consent":{"purpose":"sales","state":"granted"}})"
    "\n"
    R"({"id":"t4","source":"shop","department":"operations","at":"2025-02-10T10:00:00Z",)"
    R"("customer":["email:ann@example.test"],"entry":{"kind":"order","key":"O-77",)"
    R"("state_type":"closed","closed_at":"2025-02-13T12:00:00Z","amount_minor":12900,)"
    R"("currency":"EUR"}})"
    "\n"
    R"({"id":"t5","source":"helpdesk","department":"service","at":"2025-06-01T15:00:00Z",)"
    R"("customer":["email:ann@example.test"],"entry":{"kind":"case","key":"T-991",)"
    R"("state_type":"open","priority":2,"channel":"email","direction":"inbound",)"
    R"("subject":"The lamp flickers"}})"
    "\n"
    R"({"id":"t6","source":"helpdesk","department":"sales","at":"2025-06-01T15:00:00Z",)"
    R"("customer":["email:ann@example.test"],"entry":{"kind":"interaction","key":"I-12",)"
    R"("channel":"email","direction":"inbound","topic":"quote","requested":true,)"
    R"("subject":"And what would two more cost?"}})"
    "\n";

constexpr const char* kSolved =
    R"({"id":"t7","source":"helpdesk","department":"service","at":"2025-06-02T07:40:00Z",)"
    R"("customer":["email:ann@example.test"],"entry":{"kind":"case","key":"T-991",)"
    R"("state_type":"closed","closed_at":"2025-06-02T07:40:00Z"}})"
    "\n"
    R"({"id":"t8","source":"crm","department":"sales","at":"2025-06-02T07:45:00Z",)"
    R"("customer":["email:ann@example.test"],"entry":{"kind":"interaction","key":"I-13",)"
    R"("channel":"email","direction":"outbound","purpose":"sales","topic":"quote",)"
    R"("subject":"Here is the quote you asked for"}})"
    "\n";

constexpr const char* kClearance =
    R"({"customers":["email:ann@example.test"],"topic":"campaign","channel":"email",)"
    R"("purpose":"marketing"})";

std::size_t count_of(const std::string& text, std::string_view piece) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(piece, at)) != std::string::npos; at += piece.size())
    ++found;
  return found;
}

std::string text_of(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  const auto text = member ? member->as_string() : std::nullopt;
  return text ? std::string(*text) : std::string();
}

/// What the steps look at in a next-best-action answer.
struct Advice {
  std::string answer_id;
  std::vector<std::string> actions, purposes;
  std::vector<std::string> dropped;  // "action stage component evidence"

  explicit Advice(const ClientAnswer& answer) {
    index::JsonReader reader;
    const auto root = reader.parse(answer.body);
    if (!root || answer.status != 200) return;
    answer_id = text_of(*root, "answer_id");
    for (const JsonValue one : root->find("actions")->elements()) {
      actions.push_back(text_of(one, "action"));
      purposes.push_back(text_of(one, "purpose"));
    }
    for (const JsonValue one : root->find("dropped")->elements()) {
      dropped.push_back(text_of(one, "action") + " " + text_of(one, "stage") + " " +
                        text_of(one, "component"));
      if (const auto evidence = one.find("evidence"))
        for (const JsonValue id : evidence->elements())
          dropped.back() += " " + std::string(id.as_string().value_or(""));
    }
  }
  [[nodiscard]] std::size_t place(std::string_view action) const {
    return static_cast<std::size_t>(std::find(actions.begin(), actions.end(), action) -
                                    actions.begin());
  }
  [[nodiscard]] bool sells() const {
    return std::any_of(purposes.begin(), purposes.end(), [](const std::string& purpose) {
      return purpose == "sales" || purpose == "marketing";
    });
  }
  [[nodiscard]] std::string list() const {
    std::string out;
    for (const std::string& action : actions) out += (out.empty() ? "" : ", ") + action;
    return out.empty() ? "nothing" : out;
  }
};

/// A few words of both, from where they part.
std::string first_difference(const std::string& before, const std::string& after) {
  constexpr std::size_t kShown = 80;
  const std::size_t most = std::min(before.size(), after.size());
  std::size_t at = 0;
  while (at < most && before[at] == after[at]) ++at;
  return "at byte " + std::to_string(at) + " " + after.substr(at, kShown) + " in place of " +
         before.substr(at, kShown);
}

std::string next_of(std::string_view options) {
  return std::string(kAnn) + "/next-best-action?" + std::string(options);
}

}  // namespace

bool Tour::run() {
  auto server = TourServer::start(folder_ + "/data", policy_, kNow);
  if (!server) {
    begin("the server");
    check(false, "the server begins", server.error().text());
    return false;
  }
  server_ = std::move(*server);
  tell_the_story();
  three_departments_ask();
  marketing_asks_for_clearance();
  two_employees_grant();
  the_case_is_closed();
  killed_and_restarted();
  return std::all_of(steps_.begin(), steps_.end(),
                     [](const TourStep& step) { return step.mistakes.empty(); });
}

void Tour::tell_the_story() {
  begin("Ann has a problem, and asks for an offer. The departments report what they know.");
  const ClientAnswer told = ask("POST", "/v1/events", kStory);
  check(told.status == 200 && count_of(told.body, "\"status\":\"accepted\"") == 6,
        "six events are durable and readable", told.body);
}

void Tour::three_departments_ask() {
  begin("Service, sales and marketing ask at the same moment, each on its own channel.");
  const std::array<std::string, 3> targets = {next_of("channel=phone&purpose=service"),
                                              next_of("channel=email&purpose=sales"),
                                              next_of("channel=chat&purpose=marketing")};
  std::array<ClientAnswer, 3> answers;
  std::vector<std::thread> departments;
  for (std::size_t i = 0; i < targets.size(); ++i)
    departments.emplace_back([&, i] { answers[i] = ask_quietly("GET", targets[i], {}); });
  for (std::thread& one : departments) one.join();
  for (std::size_t i = 0; i < targets.size(); ++i)
    show("GET", targets[i], {}, answers[i], "\"answer_id\"");
  const Advice service(answers[0]);
  const Advice sales(answers[1]);
  const Advice marketing(answers[2]);
  check(!service.answer_id.empty() && service.answer_id == sales.answer_id &&
            sales.answer_id == marketing.answer_id && service.actions == sales.actions &&
            sales.actions == marketing.actions,
        "one customer, one answer: the same answer_id and the same order for all three",
        service.answer_id + ", " + sales.answer_id + ", " + marketing.answer_id);
  check(service.place("service/case/answer") == 0, "the problem comes first", service.list());
  const std::size_t offer = service.place("sales/quote/answer_request");
  check(offer > 0 && offer < service.actions.size(), "the offer she asked for is answered",
        service.list());
  const Advice all(ask_quietly("GET", next_of("explain=dropped&limit=500"), {}));
  const bool held = std::any_of(all.dropped.begin(), all.dropped.end(), [](const std::string& one) {
    return one == "marketing/news/send_campaign service_first open_case helpdesk/case/T-991";
  });
  check(held, "nothing else is sold: the campaign waits for case T-991");
}

void Tour::marketing_asks_for_clearance() {
  begin("Marketing asks whether its campaign may be sent to her.");
  const ClientAnswer answer = ask("POST", "/v1/clearance", kClearance, "\"results\"");
  check(answer.status == 200 && count_of(answer.body, "\"may\":false") == 1, "it may not",
        answer.body);
  check(answer.body.find("helpdesk/case/T-991") != std::string::npos, "the answer names the case",
        answer.body);
}

void Tour::two_employees_grant() {
  begin("Two employees grant her the same 100 EUR at the same moment.");
  const ClientAnswer before = ask("GET", std::string(kAnn) + "?include_fields=authority", {});
  check(before.body.find(R"("grade":"employee","limit_minor":10000,"left_minor":10000)") !=
            std::string::npos,
        "an employee may grant 100 EUR", before.body);
  const std::string target = std::string(kAnn) + "/grants";
  const std::array<std::string, 2> bodies = {
      R"({"id":"g-anna","actor":"anna","department":"service","grade":"employee",)"
      R"("amount_minor":10000,"currency":"EUR",)"
      R"("expected_left":10000,"reason":"the lamp flickered"})",
      R"({"id":"g-bert","actor":"bert","department":"service","grade":"employee",)"
      R"("amount_minor":10000,"currency":"EUR",)"
      R"("expected_left":10000,"reason":"the lamp flickered"})"};
  std::array<ClientAnswer, 2> answers;
  std::vector<std::thread> employees;
  for (std::size_t i = 0; i < bodies.size(); ++i)
    employees.emplace_back([&, i] { answers[i] = ask_quietly("POST", target, bodies[i]); });
  for (std::thread& one : employees) one.join();
  for (std::size_t i = 0; i < bodies.size(); ++i) show("POST", target, bodies[i], answers[i], {});
  const bool first = answers[0].status / 100 == 2;
  const ClientAnswer& granted = answers[first ? 0 : 1];
  const ClientAnswer& refused = answers[first ? 1 : 0];
  check(granted.status / 100 == 2, "one of them has granted it", granted.body);
  check(refused.status == 409, "the other is refused, and told what is left", refused.body);
  check(refused.body.find("authority_changed") != std::string::npos,
        "because somebody else has granted meanwhile", refused.body);
  const ClientAnswer after = ask("GET", std::string(kAnn) + "?include_fields=authority", {});
  check(after.body.find(R"("grade":"employee","limit_minor":10000,"left_minor":0)") !=
            std::string::npos,
        "it is spent once", after.body);
}

void Tour::the_case_is_closed() {
  begin("The case is solved and the quote is sent. What now?");
  const ClientAnswer told = ask("POST", "/v1/events", kSolved);
  check(count_of(told.body, "\"status\":\"accepted\"") == 2, "both are in", told.body);
  const ClientAnswer answer = ask("GET", next_of("channel=email"), {}, "\"actions\"");
  const Advice advice(answer);
  check(advice.place("service/case/answer") == advice.actions.size(), "no open problem is left",
        advice.list());
  check(advice.sells(), "she may be sold to again", advice.list());
  const ClientAnswer cleared = ask("POST", "/v1/clearance", kClearance, "\"results\"");
  check(count_of(cleared.body, "\"may\":true") == 1, "and the campaign may be sent", cleared.body);
}

/// Nothing came after this answer: the watch over the sources has written what it found.
bool Tour::settled(const std::string& target, const std::string& answer) {
  std::this_thread::sleep_for(std::chrono::milliseconds(kSettleMs));
  return !answer.empty() && ask_quietly("GET", target, {}).body == answer;
}

void Tour::killed_and_restarted() {
  begin("The server is killed as by a power cut, and comes back.");
  const std::array<std::string, 2> targets = {kAnn, next_of("channel=email&explain=true")};
  std::array<ClientAnswer, 2> before;
  for (int tries = 0; tries < kSettleTries && !settled(targets[0], before[0].body); ++tries)
    before[0] = ask_quietly("GET", targets[0], {});
  before[1] = ask_quietly("GET", targets[1], {});
  note("kill -9 " + std::to_string(server_->pid()));
  server_->kill_hard();
  auto again = TourServer::start(folder_ + "/data", policy_, kNow);
  if (!again) return check(false, "it comes back", again.error().text());
  server_ = std::move(*again);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const ClientAnswer after = ask("GET", targets[i], {}, "\"answer_id\"");
    check(after.status == 200 && after.body == before[i].body,
          "the same " + std::to_string(after.body.size()) + " bytes as before",
          first_difference(before[i].body, after.body));
  }
}

}  // namespace concord::server
