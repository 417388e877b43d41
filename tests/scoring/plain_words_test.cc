// Promise: what a policy means can be read by somebody who has never seen its files; and what looks
// odd in it is said.
#include "scoring/plain_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scoring/policy_data.h"
#include "scoring/policy_diff.h"
#include "scoring/policy_notes.h"
#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(PlainWords, NumbersAsPeopleWriteThem) {
  EXPECT_EQ(scoring::duration_words(86'400'000), "1 day");
  EXPECT_EQ(scoring::duration_words(30 * 86'400'000LL), "30 days");
  EXPECT_EQ(scoring::duration_words(5'400'000), "90 minutes");
  EXPECT_EQ(scoring::duration_words(1'500), "1500 ms");
  EXPECT_EQ(scoring::money_words(6'000, "EUR"), "60.00 EUR");
  EXPECT_EQ(scoring::money_words(-5, ""), "-0.05");
  EXPECT_EQ(scoring::micro_words(1'500'000), "+1.5");
  EXPECT_EQ(scoring::micro_words(-60'000), "-0.06");
}

struct FilterRow {
  const char* toml;  // in features.toml, after `where = `
  const char* words;
};

TEST(PlainWords, EveryKeyOfAFilterHasItsWords) {
  for (const FilterRow& row :
       {FilterRow{"{ kind = \"case\", open = true }", "entries of kind case that are open"},
        FilterRow{"{ kind = [\"order\", \"shipment\"], overdue = true, trouble = \"late\" }",
                  "entries of kind order or shipment that are overdue, with trouble late"},
        FilterRow{"{ state = [\"new\", \"open\"], direction = \"inbound\", channel = \"email\" }",
                  "entries in state new or open, inbound, on channel email"},
        FilterRow{"{ priority_max = 2, topic = [\"a\", \"b\"], requested = true }",
                  "entries that the customer requested, of priority 2 or more urgent, about a or "
                  "b"},
        FilterRow{"{ attribute = \"stars\", values = [\"1\"], public = false }",
                  "entries that are not public, whose attribute stars is 1"},
        FilterRow{"{ younger_than = \"14d\", due_within = \"2h\", closed_within = \"30m\" }",
                  "entries younger than 14 days, due within 2 hours, closed in the last 30 "
                  "minutes"},
        FilterRow{"{ department = \"service\", source = \"crm\", reason = \"r\", status = \"s\", "
                  "purpose = \"sales\" }",
                  "entries for sales, of department service, from source crm, because of r, with "
                  "status s"}}) {
    SmallPolicy small;
    small.add("features.toml",
              std::string("[[feature]]\nname = \"tried\"\naggregation = \"count\"\n"
                          "window = \"90d\"\nover = \"all\"\nwhere = ") +
                  row.toml + "\n");
    const auto policy = small.must_load();
    for (const scoring::Feature& feature : policy->data().features) {
      if (feature.name != "tried") continue;
      EXPECT_EQ(scoring::words_of(feature.filter), row.words);
      EXPECT_EQ(scoring::words_of(feature), std::string("number of ") + row.words +
                                                ", in the last 90 days, of the customer and his "
                                                "accounts");
    }
  }
}

std::vector<std::string> lines_about(const scoring::Policy& policy, std::string_view action,
                                     std::string_view about) {
  const auto number = scoring::find_action(policy, action);
  EXPECT_TRUE(number.has_value());
  for (const scoring::ActionWords& one : scoring::explain_action(policy, *number))
    if (one.about == about) return one.lines;
  return {};
}

TEST(PlainWords, AnActionSaysWhatItNeeds) {
  SmallPolicy small;
  small.action("bundle",
               "suitability = \"features.open_cases == 0\"\ntopics = [\"bundle\"]\n"
               "propensity_micro = 250000\nlever_add_micro = -500000");
  const auto policy = small.must_load();
  EXPECT_THAT(
      lines_about(*policy, "sales/offer/bundle", "suitability"),
      ElementsAre("features.open_cases == 0", testing::HasSubstr("  open_cases: number of")));
  EXPECT_THAT(lines_about(*policy, "sales/offer/bundle", "propensity"), ElementsAre("always 0.25"));
  EXPECT_THAT(lines_about(*policy, "sales/offer/bundle", "arbitration"),
              Contains("lever -0.5 (issue, group and action together)"));
  EXPECT_THAT(lines_about(*policy, "sales/offer/bundle", "eligibility"), IsEmpty());
  EXPECT_EQ(scoring::find_action(*policy, "sales/offer/bundel").error().code,
            index::Code::not_found);
}

std::vector<std::string> abouts(const SmallPolicy& small) {
  std::vector<std::string> out;
  SmallPolicy copy;
  copy.files = small.files;
  for (const scoring::PolicyNote& note : scoring::policy_notes(*copy.must_load()))
    out.push_back(note.about);
  return out;
}

TEST(PolicyNotes, SayWhatIsProbablyNotWanted) {
  SmallPolicy small;
  const std::vector<std::string> before = abouts(small);
  small.add("features.toml",
            "[[feature]]\nname = \"idle\"\naggregation = \"count\"\nwhere = { kind = \"note\" }\n");
  small.add("models/idle.toml", "name = \"idle\"\ntype = \"constant\"\npropensity_micro = 5\n");
  small.action("silent", "");
  const std::vector<std::string> after = abouts(small);
  for (const char* about : {"feature idle", "model idle", "action sales/offer/silent"}) {
    EXPECT_THAT(before, testing::Not(Contains(about)));
    EXPECT_THAT(after, Contains(about));
  }
}

}  // namespace
}  // namespace concord::test
