#include "scoring/facts.h"

#include <algorithm>

#include "scoring/arithmetic.h"

namespace concord::scoring {
namespace {

using index::EntryView;
using index::Kind;
using index::kNoTime;

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Gatherer {
 public:
  Gatherer(const PolicyData& policy, index::UnixMillis as_of, Facts& facts)
      : policy_(policy), as_of_(as_of), facts_(facts) {}

  void take_record(const index::RecordView& record, bool is_account);
  void finish(const index::Customer& customer);

 private:
  void take_features(const EntryView& entry, const KindPlan& plan, bool is_account);
  void add(const Feature& feature, std::size_t number, const EntryView& entry);
  void take_rules(const EntryView& entry, const KindPlan& plan, bool is_account);
  void take_contact(const EntryView& entry);
  void take_asked(const EntryView& entry);
  [[nodiscard]] Contact contact_of(const EntryView& entry) const;
  [[nodiscard]] FeatureValue value_of(const Feature& feature, const Facts::Sum& sum) const;

  const PolicyData& policy_;
  index::UnixMillis as_of_;
  Facts& facts_;
  std::int64_t oldest_ms_ = kNoTime;
};

void Gatherer::take_record(const index::RecordView& record, bool is_account) {
  record.each_entry([&](const EntryView& entry) {
    if (!entry.exists_at(as_of_)) return true;
    const Kind kind = entry.kind();
    const KindPlan& plan = policy_.plans[static_cast<std::size_t>(kind)];
    if (!plan.features.empty()) take_features(entry, plan, is_account);
    if (!plan.rules.empty()) take_rules(entry, plan, is_account);
    if (is_account || kind == Kind::decision) return true;
    oldest_ms_ = entry.at_ms();
    if ((policy_.contact_kinds >> static_cast<unsigned>(kind) & 1U) != 0) take_contact(entry);
    if (entry.has(index::wire::RowFlag::requested)) take_asked(entry);
    if (kind == Kind::outcome && entry.at_ms() > as_of_.ms - policy_.contact_window_ms &&
        has_word(policy_.outcome_words, entry.status()))
      facts_.outcomes.push_back(contact_of(entry));
    if (kind == Kind::credit && entry.at_ms() > as_of_.ms - policy_.authority_window_ms)
      facts_.credits.push_back(entry);
    return true;
  });
}

void Gatherer::take_features(const EntryView& entry, const KindPlan& plan, bool is_account) {
  for (const std::uint32_t number : plan.features) {
    const Feature& feature = policy_.features[number];
    if (feature.over == (is_account ? Over::customer : Over::accounts)) continue;
    if (feature.window_ms != 0 && entry.at_ms() <= as_of_.ms - feature.window_ms) continue;
    if (match(feature.filter, entry, as_of_).outcome != Match::Outcome::yes) continue;
    add(feature, number, entry);
  }
}

void Gatherer::add(const Feature& feature, std::size_t number, const EntryView& entry) {
  Facts::Sum& sum = facts_.sums[number];
  if (sum.count == 0 || entry.at_ms() > sum.newest_ms) {
    sum.newest_ms = entry.at_ms();
    facts_.newest[number] = entry;
    facts_.has_newest[number] = 1;
  }
  if (sum.count == 0 || entry.at_ms() < sum.oldest_ms) sum.oldest_ms = entry.at_ms();
  ++sum.count;
  if (feature.aggregation == Aggregation::share &&
      match(feature.part, entry, as_of_).outcome == Match::Outcome::yes)
    ++sum.part;
  if (feature.aggregation != Aggregation::sum && feature.aggregation != Aggregation::min &&
      feature.aggregation != Aggregation::max)
    return;
  const std::optional<std::int64_t> amount = company_amount(policy_, entry);
  if (!amount.has_value()) {
    sum.broken = true;
  } else if (feature.aggregation == Aggregation::sum) {
    sum.value = add_saturating(sum.value, *amount);
  } else if (sum.count == 1) {
    sum.value = *amount;
  } else {
    sum.value = feature.aggregation == Aggregation::min ? std::min(sum.value, *amount)
                                                        : std::max(sum.value, *amount);
  }
}

void Gatherer::take_rules(const EntryView& entry, const KindPlan& plan, bool is_account) {
  for (const std::uint32_t number : plan.rules) {
    const BlockRule& rule = policy_.rules[number];
    if (is_account && rule.scope != RuleScope::account) continue;
    const Match found = match(rule.match, entry, as_of_);
    if (found.outcome == Match::Outcome::no) continue;
    facts_.causes.push_back(Cause{number, entry, found.unknown_field});
  }
}

Contact Gatherer::contact_of(const EntryView& entry) const {
  const auto topic = policy_.topic_numbers.find(entry.topic());
  const auto purpose = static_cast<unsigned>(entry.row().purpose());
  return {entry, entry.at_ms(), topic == policy_.topic_numbers.end() ? kNone : topic->second,
          purpose == 0 ? 0U : 1U << purpose};
}

void Gatherer::take_contact(const EntryView& entry) {
  const bool outbound = entry.direction() == index::Direction::outbound;
  if (outbound && entry.at_ms() > as_of_.ms - policy_.contact_window_ms)
    facts_.contacts.push_back(contact_of(entry));
  const unsigned purpose = entry.row().purpose();
  const bool care = !outbound || purpose == 0 || (policy_.care_floor.purposes >> purpose & 1U) != 0;
  if (care && facts_.silent_since_ms == kNoTime) facts_.silent_since_ms = entry.at_ms();
}

/// Open; or of unknown state, recent, and not yet spoken to about its topic.
void Gatherer::take_asked(const EntryView& entry) {
  if (entry.open_at(as_of_)) {
    facts_.asked.push_back(entry);
    return;
  }
  if (entry.state_type() != index::StateType::unknown || entry.closed_at_ms() != kNoTime) return;
  if (entry.at_ms() <= as_of_.ms - policy_.asked_window_ms) return;
  for (const Contact& contact : facts_.contacts)
    if (contact.at_ms > entry.at_ms() && contact.entry.topic() == entry.topic()) return;
  facts_.asked.push_back(entry);
}

FeatureValue Gatherer::value_of(const Feature& feature, const Facts::Sum& sum) const {
  const bool some = sum.count != 0;
  switch (feature.aggregation) {
    case Aggregation::count: return {static_cast<std::int64_t>(sum.count), true};
    case Aggregation::sum: return {sum.value, !sum.broken};
    case Aggregation::min:
    case Aggregation::max: return {sum.value, some && !sum.broken};
    case Aggregation::days_since:
      return {some ? (as_of_.ms - sum.newest_ms) / index::kDayMs : 0, some};
    case Aggregation::days_since_first:
      return {some ? (as_of_.ms - sum.oldest_ms) / index::kDayMs : 0, some};
    case Aggregation::share:
      return {some ? static_cast<std::int64_t>(sum.part * 1'000'000 / sum.count) : 0, some};
  }
  return {};
}

void Gatherer::finish(const index::Customer& customer) {
  for (std::size_t i = 0; i < policy_.features.size(); ++i)
    facts_.features[i] = value_of(policy_.features[i], facts_.sums[i]);
  if (facts_.silent_since_ms != kNoTime) return;
  const std::int64_t since = customer.record.portrait().since();
  facts_.silent_since_ms = since != kNoTime && since <= as_of_.ms ? since : oldest_ms_;
}

}  // namespace

bool answers(const Action& action, std::string_view word) {
  return !word.empty() &&
         std::find(action.answers.begin(), action.answers.end(), word) != action.answers.end();
}

bool answers(const Action& action, const EntryView& request) {
  return answers(action, request.topic()) || answers(action, request.reason()) ||
         answers(action, index::word(request.kind()));
}

void gather(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of,
            Facts& facts) {
  const std::size_t n = policy.features.size();
  facts.features.resize(n);
  facts.sums.assign(n, Facts::Sum{});
  facts.has_newest.assign(n, 0);
  facts.newest.resize(n, EntryView(nullptr, nullptr));
  facts.contacts.clear();
  facts.outcomes.clear();
  facts.causes.clear();
  facts.asked.clear();
  facts.credits.clear();
  facts.silent_since_ms = kNoTime;
  Gatherer gatherer(policy, as_of, facts);
  gatherer.take_record(customer.record, false);
  for (const index::RecordView& account : customer.account_records())
    gatherer.take_record(account, true);
  gatherer.finish(customer);
}

std::optional<std::int64_t> company_amount(const PolicyData& policy, const EntryView& entry) {
  if (!entry.has(index::wire::RowFlag::has_amount)) return std::nullopt;
  return company_amount(policy, entry.row().amount_minor(), entry.currency(), {entry.at_ms()});
}

std::optional<std::int64_t> company_amount(const PolicyData& policy, std::int64_t amount_minor,
                                           std::string_view currency, index::UnixMillis at) {
  if (currency == policy.currency) return amount_minor;
  const auto rates = policy.rates.find(std::string(currency));
  if (rates == policy.rates.end()) return std::nullopt;
  const Rate* valid = nullptr;
  for (const Rate& rate : rates->second)
    if (rate.from_ms <= at.ms) valid = &rate;
  if (valid == nullptr) return std::nullopt;
  return saturate(floor_div(Wide{amount_minor} * valid->micro, 1'000'000));
}

}  // namespace concord::scoring
