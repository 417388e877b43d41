// Promise: the mapped real sets give answers an employee can use: what is wrong stands first, and
// nobody is sold to while it is.
// Method: each set indexed whole, asked as of its own newest event.
#include <algorithm>
#include <map>
#include <set>

#include "scoring/decide.h"
#include "scoring/policy.h"
#include "scoring/policy_data.h"
#include "tests/datasets/whole/base.h"

namespace concord::test {
namespace {

#define NEEDS_REAL_DATA(set)                    \
  const std::string data = real_data_folder();  \
  if (!std::filesystem::exists(data + "/" set)) \
  GTEST_SKIP() << "NOT CHECKED: the real data set '" set "' is not at hand (set CONCORD_REAL_DATA)"

std::string mapping(const std::string& set) {
  return std::string(CONCORD_SOURCE_DIR) + "/datasets/" + set + "/sources.toml";
}

std::vector<index::Attention> attention(const index::Customer& customer, index::UnixMillis as_of) {
  std::vector<index::Attention> out(index::kAttentionMax,
                                    index::Attention{index::EntryView(nullptr, nullptr), 0, false});
  out.resize(index::attention_of(customer, as_of, out),
             index::Attention{index::EntryView(nullptr, nullptr), 0, false});
  return out;
}

TEST(RealSets, AnUndeliveredOrderAndABadReviewStandInAttentionWorstFirst) {
  NEEDS_REAL_DATA("olist");
  const TemporaryFolder folder;
  const Base base = build_base(mapping("olist"), data + "/olist", folder.path());
  ASSERT_NE(base.engine, nullptr);
  EXPECT_EQ(base.report.rejected, 0U);
  EXPECT_EQ(base.report.customers, 16'016U);  // 8,016 people who bought and 8,000 leads
  const auto policy =
      scoring::load_policy(std::string(CONCORD_SOURCE_DIR) + "/scoring/policies/default");
  ASSERT_TRUE(policy.has_value()) << policy.error().text();
  const index::UnixMillis as_of = base.engine->generation().newest_at;
  const index::Snapshot& snapshot = base.engine->snapshot();
  const auto pin = snapshot.pin();
  std::size_t both = 0;
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  index::Buffer buffer;
  for (std::size_t place = 0; place < snapshot.record_count(); ++place) {
    const index::RecordView record = snapshot.record_at(pin, place);
    if (!record || record.is_account()) continue;
    const index::Customer customer = snapshot.customer(pin, record.id(), as_of);
    const auto items = attention(customer, as_of);
    const auto late = std::find_if(items.begin(), items.end(), [&](const index::Attention& one) {
      return one.entry.kind() == index::Kind::order && one.entry.overdue_at(as_of);
    });
    const auto review = std::find_if(items.begin(), items.end(), [](const index::Attention& one) {
      return one.entry.kind() == index::Kind::review;
    });
    if (late == items.end() || review == items.end()) continue;
    ++both;
    EXPECT_LT(late, review) << to_string(record.id());
    scoring::DecisionQuestion question;
    question.as_of = as_of;
    scoring::decide(**policy, customer, question, scratch, decision);
    for (const scoring::RankedAction& ranked : decision.ranked) {
      const auto& action = (*policy)->data().actions[ranked.action];
      EXPECT_NE(action.purpose, index::Purpose::sales) << action.id;
      EXPECT_NE(action.purpose, index::Purpose::marketing) << action.id;
    }
    buffer.clear();
    index::JsonWriter out(buffer);
    scoring::write_decision(out, **policy, decision, question, scoring::kExplainNothing);
    EXPECT_NE(buffer.view().find(late->entry.id_json()), std::string_view::npos)
        << "the late order is not named for " << to_string(record.id());
  }
  EXPECT_GT(both, 500U);
}

TEST(RealSets, ACallerWithHundredsOfTicketsIsOneCustomer) {
  NEEDS_REAL_DATA("service_desk");
  const TemporaryFolder folder;
  const Base base = build_base(mapping("service_desk"), data + "/service_desk", folder.path());
  ASSERT_NE(base.engine, nullptr);
  EXPECT_EQ(base.report.seq, 141'712U);
  const index::Snapshot& snapshot = base.engine->snapshot();
  const auto pin = snapshot.pin();
  std::uint32_t most = 0;
  std::set<std::string> cases;
  for (std::size_t place = 0; place < snapshot.record_count(); ++place) {
    const index::RecordView record = snapshot.record_at(pin, place);
    if (!record) continue;
    most = std::max(most, record.entry_count());
    record.each_entry([&](index::EntryView entry) {
      cases.emplace(entry.id_json());
      return true;
    });
  }
  EXPECT_EQ(cases.size(), 24'918U);
  EXPECT_EQ(most, 438U);
}

TEST(RealSets, AComplaintsConsentIsForPublication) {
  NEEDS_REAL_DATA("cfpb");
  const TemporaryFolder folder;
  const Base base = build_base(mapping("cfpb"), data + "/cfpb", folder.path());
  ASSERT_NE(base.engine, nullptr);
  EXPECT_EQ(base.report.customers, 6'623U);
  const index::Snapshot& snapshot = base.engine->snapshot();
  const auto pin = snapshot.pin();
  std::map<std::string, std::size_t> states;
  for (std::size_t place = 0; place < snapshot.record_count(); ++place)
    for (const auto* consent : *snapshot.record_at(pin, place).portrait().consents()) {
      EXPECT_EQ(index::view_of(consent->purpose()), "publication");
      ++states[std::string(word(static_cast<index::ConsentState>(consent->state())))];
    }
  EXPECT_EQ(states["granted"], 1'532U);
  EXPECT_EQ(states["denied"], 3'339U);
  EXPECT_EQ(states["withdrawn"], 8U);
}

}  // namespace
}  // namespace concord::test
