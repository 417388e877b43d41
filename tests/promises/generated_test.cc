// Promises P1 to P6 and P8 for everybody: all generated customers × actions × roles × channels,
// outbound and asked for something. Method: generated companies; what must hold is worked out from
// the raw events by the words of the promise, not by the policy's rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "index/base/json_reader.h"
#include "index/base/time.h"
#include "tests/oracle/answer.h"
#include "tests/oracle/feed.h"
#include "tests/promises/front.h"
#include "tests/support/stories.h"

namespace concord::test {
namespace {

using index::ConsentState;
using index::Direction;
using index::Engine;
using index::kDayMs;
using index::Kind;
using index::Purpose;
using index::Trouble;

/// Every ninth entry is for some eyes only.
std::vector<index::EventDraft> some_hidden(std::vector<index::EventDraft> drafts) {
  for (std::size_t i = 0; i < drafts.size(); i += 9)
    if (drafts[i].entry != nullptr)
      drafts[i].entry->visibility = static_cast<std::uint8_t>(index::Visibility::restricted);
  return drafts;
}

/// A generated company, told to an engine and to the slow book.
struct Generated {
  explicit Generated(std::uint64_t seed, std::size_t events = 160)
      : drafts(
            some_hidden(oracle::with_families(oracle::company_feed(seed, events, 3 + seed % 6)))),
        book(types, drafts),
        engine(Engine::empty(types)) {
    for (const std::string& event : oracle::encoded(drafts))
      EXPECT_TRUE(engine->apply(event).has_value());
  }
  [[nodiscard]] std::vector<const oracle::Person*> customers() const {
    std::vector<const oracle::Person*> out;
    for (const oracle::Person* person : book.people()) {
      const index::ReadPin pin = engine->snapshot().pin();
      if (!engine->snapshot().find(pin, person->id).is_account()) out.push_back(person);
    }
    return out;
  }
  void tell(const Saying& saying) {
    const auto applied = engine->apply(saying.bytes());
    EXPECT_TRUE(applied.has_value()) << applied.error().text();
  }

  const index::IdentityTypes types = oracle::feed_identity_types();
  std::vector<index::EventDraft> drafts;
  oracle::Book book;
  std::unique_ptr<Engine> engine;
};

constexpr std::int64_t kTimes[] = {oracle::kFeedStartMs + 200 * kDayMs + 39'600'000,
                                   oracle::kFeedStartMs + 314 * kDayMs + 39'600'000,
                                   oracle::kFeedStartMs + 460 * kDayMs + 39'600'000};

struct Asked {
  scoring::DecisionQuestion question;
  std::string options;  // the same as options of the route
};
std::vector<Asked> questions() {
  std::vector<Asked> out;
  for (const std::int64_t at : kTimes)
    for (const char* intent : {"", "offer", "refund"}) {
      Asked one;
      one.question.as_of.ms = at;
      one.question.intent = intent;
      one.question.direction = *intent == '\0' ? Direction::outbound : Direction::inbound;
      one.options = "as_of=" + index::to_rfc3339(index::UnixMillis{at}) +
                    "&limit=200&direction=" + std::string(index::word(one.question.direction));
      if (*intent != '\0') one.options += "&intent=" + std::string(intent);
      out.push_back(one);
    }
  return out;
}

// ---- P1

/// What no role and no channel may change: the id, the actions, their order and priorities, where
/// they may go, and why the rest is left out.
std::string frame_of(const std::string& body) {
  index::JsonReader reader;
  const auto answer = reader.parse(body);
  EXPECT_TRUE(answer.has_value());
  std::string out(answer->find("answer_id")->as_string().value());
  for (const index::JsonValue action : answer->find("actions")->elements()) {
    out += "\n" + std::string(action.find("action")->as_string().value()) + " " +
           std::to_string(action.find("priority_micro")->as_int64().value());
    for (const index::JsonValue channel : action.find("deliverable_by")->elements())
      out += " " + std::string(channel.as_string().value());
  }
  for (const index::JsonValue drop : answer->find("dropped")->elements())
    for (const char* member : {"action", "stage", "component", "because"})
      out += " " + std::string(drop.find(member)->as_string().value());
  return out;
}

TEST(Generated, P1NoRoleAndNoChannelChangesAnOrderOrAReason) {
  std::size_t asked = 0;
  std::set<std::string> bodies;
  for (std::uint64_t seed = 501; seed <= 504; ++seed) {
    const Generated company(seed);
    Front front(*company.engine, true);
    for (const oracle::Person* person : company.customers())
      for (const Asked& one : questions()) {
        const std::string target = "/v1/customers/" + index::to_string(person->id) +
                                   "/next-best-action?explain=dropped&" + one.options;
        const std::string first = ask(*front.routes, target, bearer(kChiefToken));
        for (const char* token : {kClerkToken, kChiefToken})
          for (const scoring::Channel& channel : default_set().data().channels) {
            const std::string body =
                ask(*front.routes, target + "&channel=" + channel.id, bearer(token));
            ASSERT_EQ(frame_of(body), frame_of(first)) << target << channel.id;
            bodies.insert(body);
            ++asked;
          }
      }
  }
  EXPECT_GT(asked, 3'000U);
  EXPECT_GT(bodies.size(), asked / 4);  // the words differ, and what is hidden
}

// ---- P2 to P6, from the raw events

bool is_sale(Purpose purpose) { return purpose == Purpose::sales || purpose == Purpose::marketing; }

/// Nobody has touched it for a third of a year: perhaps somebody's task, no block any more.
bool is_fresh(const oracle::Entry& entry, std::int64_t as_of) {
  const std::int64_t touched = entry.set_at <= as_of ? std::max(entry.at, entry.set_at) : entry.at;
  return as_of - touched < 120 * kDayMs;
}

/// Something is wrong with this customer, by the words of P2.
bool is_wrong(const oracle::Entry& entry, std::int64_t as_of) {
  if (!entry.exists(as_of) || !entry.open(as_of) || !is_fresh(entry, as_of)) return false;
  const bool contested = entry.trouble() == Trouble::disputed || entry.trouble() == Trouble::wrong;
  switch (entry.kind()) {
    case Kind::case_:
      return entry.state() != index::StateType::waiting_customer &&
             entry.state() != index::StateType::solved && entry.state() != index::StateType::closed;
    case Kind::invoice: return contested;
    case Kind::order:
    case Kind::shipment: return entry.trouble() == Trouble::late || entry.overdue(as_of);
    case Kind::defect:
    case Kind::hold: return true;
    default: return false;
  }
}

/// One customer, one question: what happened, and what was advised.
struct Case {
  std::vector<oracle::Entry> entries;
  std::int64_t as_of = 0;
  bool outbound = true;
  Advice advice;

  template <typename Wanted>
  [[nodiscard]] bool any(Wanted&& wanted) const {
    return std::any_of(entries.begin(), entries.end(), [&](const oracle::Entry& entry) {
      return entry.exists(as_of) && wanted(entry);
    });
  }
};

const scoring::Action& action_of(const std::string& id) {
  for (const scoring::Action& action : default_set().data().actions)
    if (action.id == id) return action;
  ADD_FAILURE() << id;
  return default_set().data().actions.front();
}

bool is_contact(const oracle::Entry& entry) {
  return (default_set().data().contact_kinds >> static_cast<unsigned>(entry.kind()) & 1U) != 0;
}

using Work = std::map<std::string, std::size_t>;

/// What is wrong, for messages.
std::string words_of(const Case& one) {
  std::string out;
  for (const oracle::Entry& entry : one.entries)
    if (is_wrong(entry, one.as_of))
      out += " " + entry.id + " " + std::string(index::word(entry.state())) + " since " +
             index::to_rfc3339(index::UnixMillis{entry.at});
  return out;
}

void check_service_first(const Case& one, Work& work) {
  if (!one.any([&](const oracle::Entry& e) { return is_wrong(e, one.as_of); })) {
    work["free and sold to"] += one.advice.sells_nothing() ? 0U : 1U;
    return;
  }
  const bool requests = one.any([](const auto& e) { return e.now.requested.value_or(false); });
  if (one.outbound && !requests) {
    ++work["wrong"];
    for (std::size_t i = 0; i < one.advice.ranked.size(); ++i)
      EXPECT_FALSE(is_sale(one.advice.purposes[i])) << one.advice.ranked[i] << words_of(one);
    return;
  }
  // Asked for: nothing that acknowledges a problem stands behind what is sold.
  bool sold = false;
  for (std::size_t i = 0; i < one.advice.ranked.size(); ++i) {
    const scoring::Action& action = action_of(one.advice.ranked[i]);
    sold = sold || is_sale(action.purpose);
    for (std::size_t rule = 0; rule < default_set().data().rules.size(); ++rule)
      if ((action.acknowledges >> rule & 1U) != 0 &&
          default_set().data().rules[rule].strength != scoring::Strength::note &&
          one.advice.has_block(default_set().data().rules[rule].name)) {
        EXPECT_FALSE(sold) << action.id;
      }
  }
  work["asked and sold to"] += sold ? 1U : 0U;
}

void check_never_twice(const Case& one, Work& work) {
  const bool requests = one.any([](const auto& e) { return e.now.requested.value_or(false); });
  if (!one.outbound || requests) return;
  for (const std::string& id : one.advice.ranked) {
    const scoring::Action& action = action_of(id);
    if (!is_sale(action.purpose)) continue;
    ++work["topics looked at"];
    for (const std::uint32_t topic : action.topics)
      EXPECT_FALSE(one.any([&](const oracle::Entry& e) {
        return is_contact(e) && e.direction() == Direction::outbound &&
               e.now.topic == default_set().data().topics[topic] && e.at > one.as_of - 30 * kDayMs;
      })) << id;
  }
}

void check_care(const Case& one, Work& work) {
  const bool cared = one.any([&](const oracle::Entry& e) {
    const bool care = e.direction() != Direction::outbound || e.purpose() == Purpose::none ||
                      e.purpose() == Purpose::service;
    return is_contact(e) && care && e.at > one.as_of - 120 * kDayMs;
  });
  const bool silenced = one.any([&](const oracle::Entry& e) {
    return e.kind() == Kind::hold && e.now.topic == "do_not_contact" && e.open(one.as_of) &&
           is_fresh(e, one.as_of);
  });
  for (const scoring::Action& action : default_set().data().actions) {
    if (!action.care) continue;
    const bool does = one.advice.does(action.id);
    if (cared || silenced) {
      EXPECT_FALSE(does) << action.id;
    }
    work["care"] += does ? 1U : 0U;
  }
  work["silenced"] += silenced ? 1U : 0U;
}

void check_owed(const Case& one, Work& work) {
  if (!one.any([&](const oracle::Entry& e) {
        return e.kind() == Kind::promise && e.overdue(one.as_of) && is_fresh(e, one.as_of);
      }))
    return;
  ++work["broken promises"];
  EXPECT_TRUE(one.advice.has_block("broken_promise"));
  const char* const kAnswer = "service/promise/apologise_broken_promise";
  const std::string why = one.advice.why_not(kAnswer);
  EXPECT_TRUE(one.advice.does(kAnswer) || why.starts_with("service_first do_not_contact") ||
              why.starts_with("deliverability") || why.starts_with("eligibility all"))
      << why;
}

void check_reasons(const Case& one, Work& work) {
  const std::size_t all = one.advice.ranked.size() + one.advice.dropped.size();
  EXPECT_EQ(all, default_set().action_count());
  for (const Advice::Drop& drop : one.advice.dropped) {
    EXPECT_TRUE(drop.has_end) << drop.action;
    EXPECT_FALSE(drop.component.empty()) << drop.action;
  }
  for (const std::string& channels : one.advice.channels) EXPECT_FALSE(channels.empty());
  ++work["questions"];
}

TEST(Generated, P2ToP5HoldForEveryCustomerAndAction) {
  Work work;
  for (std::uint64_t seed = 601; seed <= 690; ++seed) {
    SCOPED_TRACE(seed);
    const Generated company(seed);
    for (const oracle::Person* person : company.customers())
      for (const Asked& asked : questions()) {
        SCOPED_TRACE(index::to_string(person->id) + " " + asked.options);
        Case one;
        one.entries = oracle::entries_of(company.book, *person);
        one.as_of = asked.question.as_of.ms;
        one.outbound = asked.question.direction == Direction::outbound;
        one.advice = advise(*company.engine, default_set(), person->id, asked.question);
        check_service_first(one, work);
        check_never_twice(one, work);
        check_care(one, work);
        check_owed(one, work);
        check_reasons(one, work);
        if (HasFailure()) return;
      }
  }
  for (const char* met : {"wrong", "free and sold to", "asked and sold to", "topics looked at",
                          "care", "silenced", "broken promises", "questions"})
    EXPECT_GT(work[met], 5U) << met;
}

TEST(Generated, P6AGrantIsSpentForEveryGradeOfEveryCustomer) {
  std::size_t spent = 0;
  for (std::uint64_t seed = 701; seed <= 706; ++seed) {
    SCOPED_TRACE(seed);
    Generated company(seed);
    scoring::DecisionQuestion question;
    question.as_of.ms = kTimes[2];
    for (const oracle::Person* person : company.customers()) {
      const auto before = advise(*company.engine, default_set(), person->id, question).left_minor;
      const auto identities = oracle::held_identities(company.book, *person);
      Saying grant("crm", "grant" + index::to_string(person->id), kTimes[2] - kDayMs);
      for (const oracle::HeldIdentity& one : identities)
        if (one.identity.joins && grant.draft.customer.empty())
          grant.draft.customer.push_back(one.identity.text);
      grant.department("service").entry(Kind::credit, "g" + index::to_string(person->id));
      grant.it().amount_minor = 7'000;
      grant.it().currency = "EUR";
      company.tell(grant);
      const auto after = advise(*company.engine, default_set(), person->id, question).left_minor;
      for (const auto& [grade, left] : after) {
        EXPECT_GE(left, 0) << grade;
        EXPECT_EQ(left, std::max<std::int64_t>(0, before.at(grade) - 7'000)) << grade;
        spent += left != before.at(grade) ? 1U : 0U;
      }
    }
  }
  EXPECT_GT(spent, 20U);
}

// ---- P8: what was withdrawn

/// Channels on which something is sold, by any action.
std::set<std::string> selling_channels(const Advice& advice) {
  std::set<std::string> out;
  for (std::size_t i = 0; i < advice.ranked.size(); ++i) {
    if (!is_sale(advice.purposes[i])) continue;
    std::string word;
    for (const char c : advice.channels[i] + " ") {
      if (c != ' ') {
        word += c;
      } else if (!word.empty()) {
        out.insert(word);
        word.clear();
      }
    }
  }
  return out;
}

Saying withdrawn(const std::string& who, const std::string& id, std::int64_t at,
                 const std::string& channel, const std::string& identity) {
  Saying saying("crm", id, at);
  saying.department("legal").consent("marketing", channel, ConsentState::withdrawn);
  saying.draft.customer.push_back(who);
  saying.draft.consent->identity = identity;
  return saying;
}

/// What he asks for himself is answered, on any channel: it is no sale.
bool asks(const Generated& company, const oracle::Person& person) {
  const auto entries = oracle::entries_of(company.book, person);
  return std::any_of(entries.begin(), entries.end(), [](const oracle::Entry& entry) {
    return entry.now.requested.value_or(false);
  });
}

std::string joining_identity(const Generated& company, const oracle::Person& person) {
  for (const oracle::HeldIdentity& one : oracle::held_identities(company.book, person))
    if (one.identity.joins) return one.identity.text;
  return {};
}

TEST(Generated, P8AWithdrawnChannelIsSilentFromTheNextRevisionOnAndOthersAreNot) {
  std::size_t silenced = 0;
  std::size_t left = 0;
  for (std::uint64_t seed = 801; seed <= 806; ++seed) {
    SCOPED_TRACE(seed);
    Generated company(seed);
    scoring::DecisionQuestion question;
    question.as_of.ms = kTimes[2];
    for (const oracle::Person* person : company.customers()) {
      if (asks(company, *person)) continue;
      // Consent to everything, so that there is something to lose.
      const std::string who = joining_identity(company, *person);
      Saying granted = withdrawn(who, "g" + who, kTimes[2] - 10 * kDayMs, "", "");
      granted.draft.consent->state = static_cast<std::uint8_t>(ConsentState::granted);
      company.tell(granted);
      for (const scoring::Channel& channel : default_set().data().channels) {
        if (channel.internal) continue;
        SCOPED_TRACE(who + " on " + channel.id);
        const auto before =
            selling_channels(advise(*company.engine, default_set(), person->id, question));
        const index::EventSeq revision = company.engine->snapshot().revision();
        company.tell(withdrawn(who, who + channel.id, kTimes[2] - kDayMs, channel.id, ""));
        EXPECT_EQ(company.engine->snapshot().revision(), revision + 1);
        auto after = selling_channels(advise(*company.engine, default_set(), person->id, question));
        EXPECT_EQ(after.count(channel.id), 0U);
        silenced += before.count(channel.id);
        after.insert(channel.id);
        for (const std::string& other : before) left += after.count(other);
      }
    }
  }
  EXPECT_GT(silenced, 20U);
  EXPECT_GT(left, 20U);
}

TEST(Generated, P8ASharedPhoneWithdrawnByOneIsSilentForAllWhoShareIt) {
  std::size_t shared = 0;
  std::size_t silenced = 0;
  for (std::uint64_t seed = 901; seed <= 912; ++seed) {
    SCOPED_TRACE(seed);
    Generated company(seed);
    scoring::DecisionQuestion question;
    question.as_of.ms = kTimes[2];
    for (const oracle::Person* person : company.customers()) {
      const std::string who = joining_identity(company, *person);
      Saying granted = withdrawn(who, "g" + who, kTimes[2] - 10 * kDayMs, "", "");
      granted.draft.consent->state = static_cast<std::uint8_t>(ConsentState::granted);
      company.tell(granted);
    }
    for (const oracle::Person* one : company.customers()) {
      for (const oracle::HeldIdentity& held : oracle::held_identities(company.book, *one)) {
        if (held.identity.joins) continue;
        std::map<const oracle::Person*, std::set<std::string>> before;
        for (const oracle::Person* other : oracle::sharers_of(company.book, *one))
          if (!asks(company, *other))
            before[other] =
                selling_channels(advise(*company.engine, default_set(), other->id, question));
        const std::string who = joining_identity(company, *one);
        company.tell(
            withdrawn(who, who + held.identity.text, kTimes[2] - kDayMs, "", held.identity.text));
        for (const auto& [other, channels] : before) {
          const auto theirs = oracle::held_identities(company.book, *other);
          const auto phones = std::count_if(theirs.begin(), theirs.end(), [](const auto& his) {
            return his.identity.type == "phone";
          });
          const bool holds = std::any_of(theirs.begin(), theirs.end(), [&](const auto& his) {
            return his.identity.text == held.identity.text;
          });
          if (!holds || phones != 1) continue;  // another number of his own is left
          ++shared;
          const auto after =
              selling_channels(advise(*company.engine, default_set(), other->id, question));
          for (const char* channel : {"phone", "sms"}) {
            EXPECT_EQ(after.count(channel), 0U) << channel;
            silenced += channels.count(channel);
          }
        }
      }
    }
  }
  EXPECT_GT(shared, 10U);
  EXPECT_GT(silenced, 3U);
}

}  // namespace
}  // namespace concord::test
