#include "tests/promises/default_set_stories.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::Direction;
using index::Kind;
using index::Purpose;
using index::StateType;
using index::Trouble;

constexpr double kNever = 1e9;

/// An entry in one line: who reports it, what it is, since when, in which state.
struct Line {
  const char* department;
  Kind kind;
  const char* key;
  double day;
  StateType state = StateType::open;
  double due = kNever;
  double closed = kNever;
  const char* topic = "";
  Trouble trouble = Trouble::none;
};

Saying saying(Company& company, const Line& line) {
  Saying out = company.said(line.department, line.day);
  out.entry(line.kind, line.key).state(line.state);
  if (line.due != kNever) out.due(on_day(line.due));
  if (line.closed != kNever) out.closed(on_day(line.closed));
  if (line.topic[0] != 0) out.topic(line.topic);
  if (line.trouble != Trouble::none) out.it().trouble = static_cast<std::uint8_t>(line.trouble);
  return out;
}

/// Ann, who has ordered before, and then these lines.
std::function<void(Company&)> ann(std::vector<Line> lines) {
  return [lines = std::move(lines)](Company& company) {
    company.ann_is_a_customer();
    for (const Line& line : lines) company.tell(saying(company, line));
  };
}

void message(Company& company, const Line& line, Direction direction, const char* channel,
             Purpose purpose) {
  Saying out = saying(company, line);
  out.it().direction = static_cast<std::uint8_t>(direction);
  out.it().channel = channel;
  if (purpose != Purpose::none) out.it().purpose = static_cast<std::uint8_t>(purpose);
  company.tell(out);
}

void identity(Company& company, const char* other) {
  Saying out = company.said("marketing", -50);
  out.of({"email:ann@example.test", other}).entry(Kind::note, std::string("n-") + other);
  company.tell(out);
}

void review(Company& company, const char* stars, StateType state) {
  Saying out = saying(company, {"social", Kind::review, "rv-1", -3, state});
  out.it().attributes.push_back(std::make_unique<index::wire::AttributeT>());
  out.it().attributes.back()->name = "stars";
  out.it().attributes.back()->text = stars;
  company.tell(out);
}

void uses_the_app(Company& company, int times) {
  for (int i = 0; i < times; ++i) {
    const std::string key = "use-" + std::to_string(i);
    message(company, {"product", Kind::interaction, key.c_str(), -1.0 - i, StateType::closed},
            Direction::inbound, "app", Purpose::none);
  }
}

std::vector<Story> service_stories() {
  constexpr StateType kClosed = StateType::closed;
  return {
      {"nothing is wrong", ann({})},
      {"an open case", ann({{"service", Kind::case_, "T-1", -5, StateType::open, 3}})},
      {"three open cases", ann({{"service", Kind::case_, "T-1", -5},
                                {"service", Kind::case_, "T-2", -4},
                                {"service", Kind::case_, "T-3", -3}})},
      {"an overdue case", ann({{"service", Kind::case_, "T-1", -5, StateType::open, -1}})},
      {"a case waits for her",
       ann({{"service", Kind::case_, "T-1", -5, StateType::waiting_customer, 3}})},
      {"a solved case", ann({{"service", Kind::case_, "T-1", -9, kClosed, 1, -3}})},
      {"a call-back and another task",
       ann({{"service", Kind::task, "K-1", -1, StateType::open, 1, kNever, "call_back"},
            {"service", Kind::task, "K-2", -1, StateType::open, 1}})},
      {"a promise is due", ann({{"service", Kind::promise, "P-1", -5, StateType::open, 3}})},
      {"a promise was broken", ann({{"service", Kind::promise, "P-1", -5, StateType::open, -1}})},
      {"a promise was kept", ann({{"service", Kind::promise, "P-1", -5, kClosed, -1, -2}})},
      {"a credit was granted", ann({{"service", Kind::credit, "G-1", -3, kClosed}})},
      {"a return is done", ann({{"operations", Kind::return_, "R-1", -9, kClosed, kNever, -3}})},
      {"a technician comes", ann({{"service", Kind::visit, "V-1", -2, StateType::open, 3}})},
      {"she needs sign language, and we did not speak for a year",
       [](Company& company) {
         company.ann_is_a_customer();
         Saying said = company.said("service", -500);
         said.profile("Ann Example");
         said.draft.profile->needs = {"sign_language"};
         company.tell(said);
         company.tell(
             saying(company, {"service", Kind::interaction, "c-1", -400, StateType::closed}));
       }},
      {"her first order",
       [](Company& company) {
         company.tell(saying(company, {"operations", Kind::order, "o-9", -1, StateType::open, 2}));
       }},
      {"a new device", ann({{"product", Kind::holding, "H-1", -10, StateType::closed}})},
      {"a message without an answer",
       [](Company& company) {
         company.ann_is_a_customer();
         message(company, {"service", Kind::message, "M-1", -1}, Direction::inbound, "email",
                 Purpose::none);
       }},
  };
}

std::vector<Story> record_stories() {
  return {
      {"a forgotten case", ann({{"service", Kind::case_, "T-1", -200}})},
      {"a forgotten case of marketing", ann({{"marketing", Kind::case_, "T-1", -200}})},
      {"a forgotten promise of sales",
       ann({{"sales", Kind::promise, "P-1", -200, StateType::open, -190}})},
      {"a forgotten dispute", ann({{"finance", Kind::invoice, "I-1", -400, StateType::open, kNever,
                                    kNever, "", Trouble::disputed}})},
      {"a forgotten late order", ann({{"operations", Kind::order, "o-8", -150, StateType::open,
                                       kNever, kNever, "", Trouble::late}})},
      {"a forgotten hold", ann({{"legal", Kind::hold, "L-1", -800}})},
      {"a forgotten defect", ann({{"product", Kind::defect, "D-1", -400}})},
      {"a forgotten public complaint",
       [](Company& company) {
         company.ann_is_a_customer();
         message(
             company,
             {"social", Kind::message, "M-1", -100, StateType::open, kNever, kNever, "complaint"},
             Direction::inbound, "social", Purpose::none);
       }},
  };
}

std::vector<Story> money_and_goods_stories() {
  constexpr StateType kOpen = StateType::open;
  return {
      {"a disputed invoice beside an overdue one",
       ann({{"finance", Kind::invoice, "I-1", -20, kOpen, 5, kNever, "", Trouble::disputed},
            {"finance", Kind::invoice, "I-2", -40, kOpen, -10}})},
      {"two overdue invoices, one of them old",
       ann({{"finance", Kind::invoice, "I-1", -60, kOpen, -30},
            {"finance", Kind::invoice, "I-2", -40, kOpen, -10}})},
      {"an invoice is due soon", ann({{"finance", Kind::invoice, "I-1", -5, kOpen, 5}})},
      {"a payment came back",
       [](Company& company) {
         company.ann_is_a_customer();
         Saying said = saying(company, {"finance", Kind::payment, "Y-1", -3, StateType::closed});
         said.it().status = "returned";
         company.tell(said);
       }},
      {"two late orders",
       ann({{"operations", Kind::order, "o-8", -9, kOpen, -2, kNever, "", Trouble::late},
            {"operations", Kind::order, "o-9", -8, kOpen, -1, kNever, "", Trouble::late}})},
      {"an order did not come", ann({{"operations", Kind::order, "o-8", -9, kOpen, -1}})},
      {"the wrong thing came",
       ann({{"operations", Kind::order, "o-8", -9, kOpen, kNever, kNever, "", Trouble::wrong}})},
      {"a delivery came",
       ann({{"operations", Kind::shipment, "S-1", -6, StateType::closed, kNever, -3}})},
      {"an order is on its way", ann({{"operations", Kind::order, "o-8", -9, kOpen, 2}})},
      {"a return is here, another announced",
       ann({{"operations", Kind::return_, "R-1", -9},
            {"operations", Kind::return_, "R-2", -8, StateType::new_}})},
      {"an announced return", ann({{"operations", Kind::return_, "R-2", -8, StateType::new_}})},
      {"many orders of good value",
       [](Company& company) {
         company.ann_is_a_customer();
         for (const char* key : {"o-5", "o-6"}) {
           Saying said = saying(
               company, {"operations", Kind::order, key, -40, StateType::closed, kNever, -38});
           said.it().amount_minor = 20'000;
           said.it().currency = "EUR";
           company.tell(said);
         }
         Saying second = company.said("operations", -100);  // what it cost was not known before
         second.entry(Kind::order, "o-2").state(StateType::closed);
         second.it().amount_minor = 5'000;
         second.it().currency = "EUR";
         company.tell(second);
       }},
  };
}

std::vector<Story> product_and_sales_stories() {
  constexpr StateType kOpen = StateType::open;
  return {
      {"a defect is known", ann({{"product", Kind::defect, "D-1", -9}})},
      {"a defect is new", ann({{"product", Kind::defect, "D-1", -1, StateType::new_}})},
      {"a defect is fixed",
       ann({{"product", Kind::defect, "D-1", -30, StateType::closed, kNever, -5}})},
      {"a new version", ann({{"product", Kind::release, "v2.1", -5, StateType::closed}})},
      {"a recall", ann({{"product", Kind::defect, "D-9", -9, kOpen, kNever, kNever, "recall"}})},
      {"she uses the app a lot",
       [](Company& company) {
         company.ann_is_a_customer();
         uses_the_app(company, 12);
         company.tell(saying(company, {"product", Kind::holding, "H-1", -200, StateType::closed}));
       }},
      {"she uses the app a little",
       [](Company& company) {
         company.ann_is_a_customer();
         uses_the_app(company, 3);
       }},
      {"the service for a device ends", ann({{"product", Kind::holding, "H-1", -400, kOpen, 30}})},
      {"an open quote", ann({{"sales", Kind::quote, "Q-1", -5, kOpen, 3}})},
      {"a contract ends", ann({{"sales", Kind::contract, "C-1", -300, kOpen, 30}})},
      {"a new contract", ann({{"sales", Kind::contract, "C-2", -5, kOpen, 400}})},
      {"a contract has ended", ann({{"sales", Kind::contract, "C-1", -400, kOpen, -10}})},
      {"an opportunity", ann({{"sales", Kind::opportunity, "X-1", -5, kOpen, 20}})},
      {"a stalled opportunity", ann({{"sales", Kind::opportunity, "X-1", -50, kOpen, -5}})},
      {"a lead",
       ann({{"sales", Kind::interaction, "N-1", -3, StateType::new_, kNever, kNever, "lead"}})},
      {"an old lead who never ordered",
       [](Company& company) {
         company.tell(company.said("sales", -90).consent("sales", "", ConsentState::granted));
         company.tell(saying(company, {"sales", Kind::interaction, "N-1", -60, StateType::closed,
                                       kNever, kNever, "lead"}));
       }},
      {"she works for a company with a contract",
       [](Company& company) {
         company.ann_is_a_customer();
         company.tell(company.said("sales", -300).membership("ACME", "buyer"));
         company.tell(saying(company, {"sales", Kind::contract, "C-1", -300, kOpen, 400}));
       }},
  };
}

std::vector<Story> talk_stories() {
  return {
      {"she was in the store and has a loyalty card",
       [](Company& company) {
         company.ann_is_a_customer();
         identity(company, "loyalty_card:77");
         company.tell(saying(company, {"sales", Kind::visit, "V-1", -20, StateType::closed}));
       }},
      {"the last order is a year ago", ann({}), 250},
      {"the last order is long ago", ann({}), 500},
      {"her device is old", ann({{"product", Kind::holding, "H-1", -200, StateType::closed}}), 900},
      {"advertising that she does not open",
       [](Company& company) {
         company.ann_is_a_customer();
         for (const char* key : {"M-1", "M-2"})
           message(
               company,
               {"marketing", Kind::message, key, key[2] == '1' ? -20.0 : -10.0, StateType::closed},
               Direction::outbound, "email", Purpose::marketing);
       }},
      {"a good review",
       [](Company& company) {
         company.ann_is_a_customer();
         identity(company, "social_handle:ann");
         review(company, "5", StateType::closed);
       }},
      {"a bad review",
       [](Company& company) {
         company.ann_is_a_customer();
         review(company, "1", StateType::open);
       }},
      {"a public complaint about an open case",
       [](Company& company) {
         company.ann_is_a_customer();
         company.tell(saying(company, {"service", Kind::case_, "T-1", -5}));
         message(company,
                 {"social", Kind::message, "M-1", -2, StateType::open, kNever, kNever, "complaint"},
                 Direction::inbound, "social", Purpose::none);
       }},
      {"a public complaint that is solved",
       [](Company& company) {
         company.ann_is_a_customer();
         message(company,
                 {"social", Kind::message, "M-1", -9, StateType::closed, kNever, -3, "complaint"},
                 Direction::inbound, "social", Purpose::none);
       }},
      {"a public question",
       [](Company& company) {
         company.ann_is_a_customer();
         message(company,
                 {"social", Kind::message, "M-1", -2, StateType::open, kNever, kNever, "question"},
                 Direction::inbound, "social", Purpose::none);
       }},
      {"she must not be contacted",
       ann({{"legal", Kind::hold, "L-1", -9, StateType::open, kNever, kNever, "do_not_contact"}})},
      {"an old legal hold", ann({{"legal", Kind::hold, "L-1", -400}})},
      {"she asked what we know",
       ann({{"legal", Kind::hold, "L-2", -9, StateType::open, 20, kNever, "data_request"}})},
      {"her consent ends soon",
       [](Company& company) {
         company.ann_is_a_customer();
         Saying said = company.said("marketing", -300);
         said.consent("marketing", "email", ConsentState::granted);
         said.draft.consent->expires_at = on_day(10);
         company.tell(said);
       }},
  };
}

}  // namespace

const std::vector<Story>& default_set_stories() {
  static const std::vector<Story> stories = [] {
    std::vector<Story> all = service_stories();
    for (std::vector<Story> more :
         {record_stories(), money_and_goods_stories(), product_and_sales_stories(), talk_stories()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return stories;
}

}  // namespace concord::test
