// Promise: a policy set is checked whole before it is used; a wrong name, type, unit or reference
// is an error with file and line, and nothing of a wrong set is ever active.
#include "scoring/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "scoring/policy_data.h"
#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using testing::HasSubstr;

TEST(PolicyTest, TheDefaultSetLoadsAndCoversEightDepartments) {
  const auto policy = default_policy();
  std::set<std::string> departments;
  std::set<std::string> languages;
  for (const scoring::Action& action : policy->data().actions) {
    departments.insert(action.department);
    for (const scoring::Treatment& treatment : action.treatments)
      languages.insert(treatment.language);
  }
  EXPECT_EQ(departments.size(), 8U);
  EXPECT_GE(policy->action_count(), 60U);
  EXPECT_EQ(languages, (std::set<std::string>{"de", "en"}));
  EXPECT_EQ(policy->version().size(), 32U);
}

TEST(PolicyTest, TheVersionIsTheContent) {
  SmallPolicy small;
  const std::string first(small.must_load()->version());
  EXPECT_EQ(small.must_load()->version(), first);
  SmallPolicy same;
  EXPECT_EQ(same.must_load()->version(), first);  // the folder's own name does not count
  small.change("actions/all.toml", "Answer the case", "Answer the case.");
  EXPECT_NE(small.must_load()->version(), first);
}

struct Mistake {
  const char* file;
  const char* from;
  const char* to;
  const char* place;  // "file:line"
  const char* detail;
};

class PolicyMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(PolicyMistakes, AreRefusedWithFileAndLine) {
  const Mistake& mistake = GetParam();
  SmallPolicy small;
  small.change(mistake.file, mistake.from, mistake.to);
  const auto policy = small.load();
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().code, index::Code::bad_input);
  EXPECT_THAT(policy.error().place, HasSubstr(mistake.place)) << policy.error().text();
  EXPECT_THAT(policy.error().detail, HasSubstr(mistake.detail));
}

INSTANTIATE_TEST_SUITE_P(
    All, PolicyMistakes,
    testing::Values(
        Mistake{"company.toml", "currency =", "curency =", "company.toml:1",
                "'currency' is missing"},
        Mistake{"company.toml", "clock_tick =", "clock_tik =", "company.toml:3",
                "unknown key 'clock_tik'; did you mean 'clock_tick'?"},
        Mistake{"company.toml", "\"30d\"", "\"30 days\"", "company.toml:10", "is not a duration"},
        Mistake{"company.toml", "required = true", "required = 1", "company.toml:22",
                "must be true or false, not an integer"},
        Mistake{"company.toml", "Europe/Berlin", "Europe/Bärlin", "company.toml:5",
                "is not in time_zones.toml"},
        Mistake{"company.toml", "wording_of = [\"email\"]", "wording_of = [\"mail\"]",
                "company.toml:16", "did you mean 'email'?"},
        Mistake{"company.toml", "kind = \"case\"", "kind = \"cases\"", "company.toml:27",
                "knows no 'cases'; did you mean 'case'?"},
        Mistake{"company.toml", "stale_after = \"100d\"", "", "company.toml:23",
                "no entry may stop for ever"},
        Mistake{"company.toml", "strength = \"stop\"", "strength = \"postpone\"", "company.toml:23",
                "belongs to strength"},
        Mistake{"company.toml", "severity = 2", "severity = 0", "company.toml:26",
                "must lie between 1 and 9"},
        Mistake{"company.toml", "[[channel]]", "[[channel", "company.toml:11", ""},
        Mistake{"features.toml", "\"count\"", "\"counts\"", "features.toml:4",
                "did you mean 'count'?"},
        Mistake{"features.toml", "\"open_cases\"", "\"open cases\"", "features.toml:3",
                "lower-case letters"},
        Mistake{"actions/all.toml", "features.open_cases > 0", "features.open_case > 0",
                "actions/all.toml:20", "open_case"},
        Mistake{"actions/all.toml", "features.open_cases > 0", "features.open_cases",
                "actions/all.toml:20", "bool"},
        Mistake{"actions/all.toml", "features.open_cases > 0", "channel == 'email'",
                "actions/all.toml:20", "channel"},
        Mistake{"actions/all.toml", "department = \"service\"", "department = \"servise\"",
                "actions/all.toml:17", "did you mean 'service'?"},
        Mistake{"actions/all.toml", "[\"open_case\"]", "[\"opencase\"]", "actions/all.toml:21",
                "names no block rule"},
        Mistake{"actions/all.toml", "about = \"open_cases\"", "about = \"cases\"",
                "actions/all.toml:22", "names no feature"},
        Mistake{"actions/all.toml", "value_minor = 100", "", "actions/all.toml:14",
                "'value_minor' is missing"},
        Mistake{"actions/all.toml", "\"service/case/answer\"", "\"service/cases/answer\"",
                "actions/all.toml:15", "names no group"},
        Mistake{"actions/all.toml", "\"service/case/answer\"", "\"service/answer\"",
                "actions/all.toml:15", "issue/group/action"},
        Mistake{"actions/all.toml", "purpose = \"service\"", "purpose = \"none\"",
                "actions/all.toml:18", "must be one of"},
        Mistake{"actions/all.toml", "Your case[[ {key}]]", "Your case {name}",
                "actions/all.toml:23", "stand only in"},
        Mistake{"actions/all.toml", "Your case[[ {key}]]", "Your case[[ {key}",
                "actions/all.toml:23", "in pairs"},
        Mistake{"actions/all.toml", "channel = \"email\"", "channel = \"fax\"",
                "actions/all.toml:23", "names no channel"},
        Mistake{"actions/all.toml", "stale_task = true", "value_minor = 1", "company.toml:23",
                "no action has stale_task"}));

TEST(PolicyTest, EveryMistakeIsListedAtOnce) {
  SmallPolicy small;
  small.change("company.toml", "severity = 2", "severity = 0");
  small.change("actions/all.toml", "about = \"open_cases\"", "abot = \"open_cases\"");
  const auto policy = small.load();
  ASSERT_FALSE(policy.has_value());
  EXPECT_THAT(policy.error().detail, HasSubstr("must lie between 1 and 9"));
  EXPECT_THAT(policy.error().detail, HasSubstr("did you mean 'about'?"));
}

TEST(PolicyTest, MoreBlockRulesThanThereMayBeAreAMistakeAndNoMore) {
  SmallPolicy small;
  std::string rules;
  for (int i = 0; i < 70; ++i)
    rules += "[[block]]\nname = \"r" + std::to_string(i) +
             "\"\nstrength = \"stop\"\nseverity = 2\nmatch = { kind = \"case\", open = true }\n"
             "purposes = [\"sales\"]\nstale_after = \"100d\"\nbecause = \"b\"\n"
             "ends_when = \"e\"\n";
  small.change("company.toml", "[[block]]\nname = \"open_case\"",
               rules + "[[block]]\nname = \"open_case\"");
  small.change("actions/all.toml", "[\"open_case\"]", "[\"r69\"]");
  const auto policy = small.load();
  ASSERT_FALSE(policy.has_value());
  EXPECT_THAT(policy.error().detail, HasSubstr("more than 64 times"));
}

TEST(PolicyTest, AFileNobodyReadsIsAMistake) {
  SmallPolicy small;
  small.add("acions/more.toml", "");
  const auto policy = small.load();
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().place, "acions/more.toml:1");
}

TEST(PolicyTest, NoFolderAndNoCompanyAreNotFound) {
  EXPECT_EQ(scoring::load_policy("/nowhere/at/all").error().code, index::Code::not_found);
  SmallPolicy small;
  small.files.erase("company.toml");
  EXPECT_EQ(small.load().error().code, index::Code::not_found);
}

TEST(PolicyTest, TheClockIsRoundedUpToTheTick) {
  const auto policy = SmallPolicy().must_load();
  EXPECT_EQ(policy->round_up({60'000}).ms, 60'000);
  EXPECT_EQ(policy->round_up({60'001}).ms, 120'000);
  EXPECT_EQ(policy->round_up({-1}).ms, 0);
}

}  // namespace
}  // namespace concord::test
