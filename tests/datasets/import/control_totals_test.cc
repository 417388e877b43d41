// Promise: the mapped real sets import whole, and their totals are those measured on the files by
// others. Counted over the events that come out, not over the files that go in.
#include <algorithm>
#include <map>
#include <set>

#include "tests/datasets/import/import_support.h"

namespace concord::datasets {
namespace {

using index::EventDraft;
using index::EventType;
using index::Kind;
using index::StateType;
using index::wire::AttributeT;

class RealSet : public testing::Test {
 protected:
  // Imports datasets/<name> over the real files, or skips.
  bool load(const std::string& name) {
    const std::string data = real_data_folder();
    if (data.empty() || !std::filesystem::exists(data + "/" + name)) return false;
    const auto sources =
        read_sources(std::string(CONCORD_SOURCE_DIR) + "/datasets/" + name + "/sources.toml");
    EXPECT_TRUE(sources.has_value()) << sources.error().text();
    if (!sources) return true;
    auto report = import_events(*sources, data + "/" + name, 2, sink_);
    EXPECT_TRUE(report.has_value()) << report.error().text();
    if (report) report_ = std::move(*report);
    return true;
  }
  [[nodiscard]] std::vector<const EventDraft*> entries(Kind kind) const {
    std::vector<const EventDraft*> out;
    for (const auto& event : sink_.events)
      if (static_cast<EventType>(event->type) == EventType::entry &&
          static_cast<Kind>(event->entry->kind) == kind)
        out.push_back(event.get());
    return out;
  }
  static std::map<std::string, int> by_status(const std::vector<const EventDraft*>& events) {
    std::map<std::string, int> out;
    for (const EventDraft* event : events) ++out[event->entry->status];
    return out;
  }
  static std::int64_t sum_minor(const std::vector<const EventDraft*>& events) {
    std::int64_t sum = 0;
    for (const EventDraft* event : events) sum += event->entry->amount_minor.value_or(0);
    return sum;
  }
  static const AttributeT* attribute(const EventDraft& event, std::string_view name) {
    for (const auto& one : event.entry->attributes)
      if (one->name == name) return one.get();
    return nullptr;
  }
  static StateType state_of(const EventDraft& event) {
    return static_cast<StateType>(event.entry->state_type.value_or(0));
  }

  KeepingSink sink_;
  ImportReport report_;
};

constexpr const char* kNotHere =
    "NOT CHECKED: the real data is not here (CONCORD_REAL_DATA or ../shared/data): control totals "
    "of ";

TEST_F(RealSet, OlistOrders) {
  if (!load("olist")) GTEST_SKIP() << kNotHere << "olist";
  EXPECT_EQ(report_.rejected, 0u);
  EXPECT_EQ(report_.rejections.size(), 0u);
  EXPECT_TRUE(report_.unmapped.empty());
  const auto orders = entries(Kind::order);
  EXPECT_EQ(orders.size(), 8135u);
  const std::map<std::string, int> wanted{
      {"delivered", 5172}, {"shipped", 1107},   {"canceled", 625}, {"unavailable", 609},
      {"invoiced", 314},   {"processing", 301}, {"created", 5},    {"approved", 2}};
  EXPECT_EQ(by_status(orders), wanted);
  std::set<std::string> people;
  std::set<std::string> people_with_open;
  std::int64_t first = orders.front()->at;
  std::int64_t last = first;
  int open = 0;
  int late = 0;
  int delivered = 0;
  for (const EventDraft* order : orders) {
    ASSERT_EQ(order->customer.size(), 2u);
    people.insert(order->customer[0]);
    first = std::min(first, order->at);
    last = std::max(last, order->at);
    if (index::is_open(state_of(*order))) {
      ++open;
      people_with_open.insert(order->customer[0]);
    }
    late += order->entry->trouble == static_cast<std::uint8_t>(index::Trouble::late) ? 1 : 0;
    delivered += attribute(*order, "delivered_at") != nullptr ? 1 : 0;
  }
  EXPECT_EQ(people.size(), 8016u);
  EXPECT_EQ(open, 1729);
  EXPECT_EQ(people_with_open.size(), 1722u);
  EXPECT_EQ(late, 415);
  EXPECT_EQ(delivered, 5170);
  // 2016-09-04 21:15:19 and 2018-10-17 17:30:18 on the clocks of São Paulo (UTC-3).
  EXPECT_EQ(first, 1473034519000);
  EXPECT_EQ(last, 1539808218000);
}

TEST_F(RealSet, OlistMoney) {
  if (!load("olist")) GTEST_SKIP() << kNotHere << "olist money";
  const auto lines = entries(Kind::shipment);
  EXPECT_EQ(lines.size(), 8365u);
  EXPECT_EQ(sum_minor(lines), 109'326'435);
  std::int64_t freight = 0;
  std::map<std::string, std::int64_t> owed;
  for (const EventDraft* line : lines) {
    const AttributeT* one = attribute(*line, "freight_minor");
    ASSERT_NE(one, nullptr);
    freight += one->integer;
    owed[line->entry->links.at(0)] += one->integer + *line->entry->amount_minor;
  }
  EXPECT_EQ(freight, 17'228'839);
  EXPECT_EQ(owed.size(), 7360u);
  const auto payments = entries(Kind::payment);
  EXPECT_EQ(payments.size(), 8924u);
  EXPECT_EQ(sum_minor(payments), 142'860'281);
  // The order's own amount is the sum of its payments: the lookup loses nothing.
  const auto orders = entries(Kind::order);
  EXPECT_EQ(sum_minor(orders), 142'860'281);
  int differ = 0;
  for (const EventDraft* order : orders) {
    const auto line = owed.find("shop/order/" + order->entry->key);
    if (line == owed.end()) continue;
    const std::int64_t rest = *order->entry->amount_minor - line->second;
    differ += rest > 1 || rest < -1 ? 1 : 0;
  }
  EXPECT_EQ(differ, 26);
}

TEST_F(RealSet, OlistReviewsLeadsAndSellers) {
  if (!load("olist")) GTEST_SKIP() << kNotHere << "olist reviews, leads, sellers";
  std::map<std::string, std::string> status;
  for (const EventDraft* order : entries(Kind::order))
    status["shop/order/" + order->entry->key] = order->entry->status;
  std::map<std::string, std::set<std::string>> orders_of_review;
  int bad = 0;
  int bad_with_text = 0;
  int bad_not_delivered = 0;
  const auto reviews = entries(Kind::review);
  for (const EventDraft* review : reviews) {
    const std::string id = review->entry->key.substr(0, review->entry->key.find('/'));
    orders_of_review[id].insert(review->entry->links.at(0));
    const bool is_bad = attribute(*review, "score")->integer <= 2;
    EXPECT_EQ(is_bad, index::is_open(state_of(*review)));
    if (!is_bad) continue;
    ++bad;
    bad_with_text += review->entry->text.empty() ? 0 : 1;
    bad_not_delivered += status.at(review->entry->links.at(0)) == "delivered" ? 0 : 1;
  }
  EXPECT_EQ(reviews.size(), 8225u);
  EXPECT_EQ(bad, 3020);
  EXPECT_EQ(bad_with_text, 2234 - 1);  // one of the 2,234 texts is nothing but a line break
  EXPECT_EQ(bad_not_delivered, 2324);
  // 8,191 ids for 8,225 reviews: 34 rows more than ids.
  EXPECT_EQ(reviews.size() - orders_of_review.size(), 34u);

  const auto leads = entries(Kind::opportunity);
  std::map<std::string, std::pair<int, int>> won_of;  // origin → won, all
  for (const EventDraft* lead : leads) {
    auto& [won, all] = won_of[attribute(*lead, "origin")->text];
    ++all;
    won += lead->entry->status == "won" ? 1 : 0;
  }
  EXPECT_EQ(leads.size(), 8000u);
  EXPECT_EQ(by_status(leads), (std::map<std::string, int>{{"won", 842}, {"qualified", 7158}}));
  const auto per_mille = [&](const char* origin) {
    return (won_of.at(origin).first * 1000 + won_of.at(origin).second / 2) /
           won_of.at(origin).second;
  };
  EXPECT_EQ(per_mille("paid_search"), 123);
  EXPECT_EQ(per_mille("organic_search"), 118);
  EXPECT_EQ(per_mille("direct_traffic"), 112);
  EXPECT_EQ(per_mille("social"), 56);
  EXPECT_EQ(per_mille("email"), 30);

  const auto deals = entries(Kind::contract);
  EXPECT_EQ(deals.size(), 842u);
  std::set<std::string> sellers_of_lines;
  int lines_of_deals = 0;
  std::set<std::string> sellers_of_deals;
  for (const EventDraft* deal : deals) sellers_of_deals.insert(deal->entry->account);
  for (const EventDraft* line : entries(Kind::shipment)) {
    if (!sellers_of_deals.contains(line->entry->account)) continue;
    ++lines_of_deals;
    sellers_of_lines.insert(line->entry->account);
  }
  EXPECT_EQ(sellers_of_lines.size(), 137u);
  EXPECT_EQ(lines_of_deals, 324);
  int accounts = 0;
  for (const auto& event : sink_.events)
    if (event->customer.size() == 1 && event->customer[0].starts_with("account:")) ++accounts;
  EXPECT_EQ(accounts, 3095);
}

TEST_F(RealSet, ServiceDesk) {
  if (!load("service_desk")) GTEST_SKIP() << kNotHere << "service_desk";
  EXPECT_EQ(report_.events, 141712u);
  EXPECT_EQ(report_.rejected, 0u);
  const auto rows = entries(Kind::case_);
  std::map<std::string, const EventDraft*> cases;  // the last row of each
  std::map<std::string, int> channels;
  std::set<std::string> callers;
  std::map<std::string, std::set<std::string>> tickets_of;
  for (const EventDraft* row : rows) {
    cases[row->entry->key] = row;
    ++channels[row->entry->channel];
    callers.insert(row->customer.at(0));
    tickets_of[row->customer.at(0)].insert(row->entry->key);
  }
  EXPECT_EQ(cases.size(), 24918u);
  const std::map<std::string, int> wanted{
      {"phone", 140462}, {"portal", 995}, {"email", 220}, {"ivr", 18}, {"desk", 17}};
  EXPECT_EQ(channels, wanted);
  // 5,245 words in the file, one of them "?": its three cases are customers of their own.
  EXPECT_EQ(callers.size(), 5244u + 3u);
  std::size_t most = 0;
  for (const auto& [caller, tickets] : tickets_of) most = std::max(most, tickets.size());
  EXPECT_EQ(most, 438u);
  int reassigned = 0;
  int often = 0;
  int reopened = 0;
  int kept = 0;
  for (const auto& [key, row] : cases) {
    const std::int64_t times = attribute(*row, "reassignments")->integer;
    reassigned += times >= 1 ? 1 : 0;
    often += times >= 3 ? 1 : 0;
    reopened += attribute(*row, "reopened")->integer >= 1 ? 1 : 0;
    kept += attribute(*row, "sla_kept")->integer == 1 ? 1 : 0;
  }
  const auto per_mille = [&](int n) {
    return (n * 1000 + static_cast<int>(cases.size()) / 2) / static_cast<int>(cases.size());
  };
  EXPECT_EQ(per_mille(reassigned), 456);
  EXPECT_EQ(per_mille(often), 114);
  EXPECT_EQ(per_mille(reopened), 11);
  EXPECT_EQ(per_mille(kept), 634);
  // The word that is no state is shown, and is neither open nor closed.
  EXPECT_EQ((report_.unmapped.at({"service_desk", "status"})),
            (std::map<std::string, std::uint64_t>{{"-100", 5}}));
  for (const EventDraft* row : rows)
    EXPECT_EQ(row->entry->status == "-100", state_of(*row) == StateType::unknown);
}

TEST_F(RealSet, Cfpb) {
  if (!load("cfpb")) GTEST_SKIP() << kNotHere << "cfpb";
  const auto cases = entries(Kind::case_);
  EXPECT_EQ(cases.size(), 6623u);
  EXPECT_EQ(report_.rejected, 0u);
  std::size_t with_text = 0;
  std::size_t longest = 0;
  for (const EventDraft* one : cases) {
    with_text += one->entry->text.empty() ? 0 : 1;
    std::size_t characters = 0;
    for (const char c : one->entry->text) characters += (c & 0xC0) == 0x80 ? 0 : 1;
    longest = std::max(longest, characters);
  }
  EXPECT_EQ(with_text, 1532u);
  EXPECT_EQ(longest, 21928u);
  std::map<int, int> consents;
  for (const auto& event : sink_.events) {
    if (static_cast<EventType>(event->type) != EventType::consent) continue;
    EXPECT_EQ(event->consent->purpose, "publication");
    ++consents[event->consent->state];
  }
  // unknown: 183 other, 1,561 blank.
  EXPECT_EQ(consents, (std::map<int, int>{{0, 183 + 1561}, {1, 1532}, {2, 3339}, {3, 8}}));
}

}  // namespace
}  // namespace concord::datasets
