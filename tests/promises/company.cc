#include "tests/promises/company.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/oracle/feed.h"

namespace concord::test {

using index::UnixMillis;

const scoring::Policy& default_set() {
  static const auto policy = [] {
    auto loaded =
        scoring::load_policy(std::string(CONCORD_SOURCE_DIR) + "/scoring/policies/default");
    EXPECT_TRUE(loaded.has_value()) << loaded.error().text();
    return std::move(*loaded);
  }();
  return *policy;
}

std::int64_t on_day(double days) {
  constexpr double kStartMs = 1'748'851'200'000;  // 2025-06-02T08:00:00Z, a Monday
  return static_cast<std::int64_t>(kStartMs + days * static_cast<double>(index::kDayMs));
}

bool Advice::does(std::string_view action) const { return place(action) != ranked.size(); }
std::size_t Advice::place(std::string_view action) const {
  return static_cast<std::size_t>(std::find(ranked.begin(), ranked.end(), action) - ranked.begin());
}
std::string Advice::why_not(std::string_view action) const {
  for (const Drop& one : dropped)
    if (one.action == action) return one.stage + " " + one.component;
  return {};
}
bool Advice::sells_nothing() const {
  return std::none_of(purposes.begin(), purposes.end(), [](index::Purpose one) {
    return one == index::Purpose::sales || one == index::Purpose::marketing;
  });
}
bool Advice::has_block(std::string_view rule) const {
  return std::find(blocks.begin(), blocks.end(), rule) != blocks.end();
}

Company::Company() : engine_(index::Engine::empty(oracle::feed_identity_types())) {}

Saying Company::said(const char* department, double day) {
  Saying saying("crm", "e" + std::to_string(++told_), on_day(day));
  saying.department(department).of({"email:ann@example.test", "phone:030 1234567"});
  return saying;
}

Company& Company::tell(const Saying& saying) {
  const auto applied = engine_->apply(saying.bytes());
  EXPECT_TRUE(applied.has_value()) << applied.error().text();
  return *this;
}

Company& Company::ann_is_a_customer() {
  using index::ConsentState;
  tell(said("marketing", -400).consent("marketing", "", ConsentState::granted));
  tell(said("sales", -400).consent("sales", "", ConsentState::granted));
  Saying order = said("operations", -300);
  order.entry(index::Kind::order, "o-1").state(index::StateType::closed).closed(on_day(-295));
  order.it().amount_minor = 9900;
  order.it().currency = "EUR";
  tell(order);
  Saying second = said("operations", -100);
  second.entry(index::Kind::order, "o-2").state(index::StateType::closed).closed(on_day(-96));
  return tell(second);
}

Advice Company::advise(double day, std::string_view intent, std::string_view channel) const {
  const index::ReadPin pin = engine_->snapshot().pin();
  const index::Resolution ann = engine_->snapshot().resolve(pin, "email:ann@example.test");
  EXPECT_EQ(ann.outcome, index::Resolution::Outcome::found);
  scoring::DecisionQuestion question;
  question.as_of = UnixMillis{on_day(day)};
  question.intent = intent;
  question.channel = channel;
  question.direction = intent.empty() ? index::Direction::outbound : index::Direction::inbound;
  return test::advise(*engine_, default_set(), ann.customer, question);
}

Advice advise(const index::Engine& engine, const scoring::Policy& policy, index::CustomerId id,
              const scoring::DecisionQuestion& question) {
  const index::ReadPin pin = engine.snapshot().pin();
  const index::Customer customer = engine.snapshot().customer(pin, id, question.as_of);
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  scoring::decide(policy, customer, question, scratch, decision);
  const scoring::PolicyData& data = policy.data();
  Advice out;
  for (const scoring::RankedAction& one : decision.ranked) {
    out.ranked.push_back(data.actions[one.action].id);
    out.purposes.push_back(data.actions[one.action].purpose);
    out.channels.emplace_back();
    for (std::size_t i = 0; i < data.channels.size(); ++i)
      if ((one.deliverable_by >> i & 1U) != 0) out.channels.back() += data.channels[i].id + " ";
  }
  for (const scoring::Authority& one : decision.authority)
    out.left_minor[std::string(one.grade)] = one.left_minor;
  const auto evidence = [&](const scoring::Reason& reason) {
    std::vector<std::string> ids;
    for (std::uint32_t i = 0; i < reason.evidence_count; ++i)
      ids.emplace_back(decision.evidence[reason.evidence_begin + i].id_json());
    return ids;
  };
  for (const scoring::Block& block : decision.blocks) {
    out.blocks.push_back(data.rules[block.rule].name);
    for (const std::string& cause : evidence(block.reason))
      out.block_evidence.push_back(out.blocks.back() + " " + cause);
  }
  for (const scoring::Dropped& one : decision.dropped) {
    const scoring::Reason& reason = one.reason;
    out.dropped.push_back({data.actions[one.action].id, std::string(scoring::word(reason.stage)),
                           std::string(reason.component), evidence(reason),
                           reason.until_ms != index::kNoTime || !reason.ends_when.empty()});
  }
  return out;
}

}  // namespace concord::test
