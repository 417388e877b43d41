// Promise: what changed between two sets is said completely, thing by thing, and nothing that
// decides nothing is called a change.
#include "scoring/policy_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/scoring/small_policy.h"

namespace concord::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "what name key: words" of each change.
std::vector<std::string> said(const SmallPolicy& before, const SmallPolicy& after) {
  const auto write = [](const SmallPolicy& set, const std::string& folder) {
    for (const auto& [name, text] : set.files) {
      const std::filesystem::path path = std::filesystem::path(folder) / name;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << text;
    }
  };
  const TemporaryFolder a;
  const TemporaryFolder b;
  write(before, a.path());
  write(after, b.path());
  const auto diff = scoring::diff_policies(a.path(), b.path());
  EXPECT_TRUE(diff.has_value()) << diff.error().text();
  std::vector<std::string> out;
  for (const scoring::PolicyChange& one :
       diff ? diff->changes : std::vector<scoring::PolicyChange>())
    out.push_back(one.what + " " + one.name + (one.key.empty() ? "" : " " + one.key) + ": " +
                  one.words);
  return out;
}

TEST(PolicyDiff, CommentsOrderAndPlaceAreNoChange) {
  SmallPolicy before;
  before.action("one", "").action("two", "");
  SmallPolicy after;
  after.action("two", "# another comment");
  SmallPolicy elsewhere;
  const std::size_t all = elsewhere.files["actions/all.toml"].size();
  elsewhere.action("one", "");
  after.files["actions/more.toml"] = elsewhere.files["actions/all.toml"].substr(all);
  EXPECT_THAT(said(before, after), IsEmpty());
}

struct Row {
  const char* file;
  const char* from;
  const char* to;
  const char* words;
};

TEST(PolicyDiff, EachChangeIsSaidInWords) {
  for (const Row& row : {
           Row{"company.toml", "clock_tick = \"1m\"", "clock_tick = \"5m\"",
               "company  clock_tick: the clock's tick: was 1m, is now 5m"},
           Row{"company.toml", "severity = 2", "severity = 1",
               "block open_case severity: severity (1 worst): was 2, is now 1"},
           Row{"company.toml", "stale_after = \"100d\"",
               "stale_after = \"100d\"\nscope = \"account\"",
               "block open_case scope: scope: now account"},
           Row{"company.toml", "departments = [\"sales\", \"service\"]",
               "departments = [\"sales\", \"service\", \"legal\"]",
               "company  departments: departments: now also legal"},
           Row{"company.toml", "required = true", "required = false",
               "consent sales required: required: was yes, is now no"},
           Row{"company.toml", "match = { kind = \"case\", open = true }",
               "match = { kind = \"case\", open = true, priority_max = 2 }",
               "block open_case match: holds for entries with: was kind case, open yes, is now "
               "kind "
               "case, open yes, priority_max 2"},
           Row{"actions/all.toml", "value_minor = 100", "value_minor = 250",
               "action service/case/answer value_minor: value: was 1.00, is now 2.50"},
           Row{"actions/all.toml", "de = \"Ihr Fall[[ {key}]]\"", "de = \"Ihr Anliegen[[ {key}]]\"",
               "action service/case/answer treatment email text de: treatment email text de: was "
               "Ihr "
               "Fall[[ {key}]], is now Ihr Anliegen[[ {key}]]"},
           Row{"features.toml", "kind = \"case\", open = true", "kind = \"case\", state = \"open\"",
               "feature open_cases where: entries with: was kind case, open yes, is now kind case, "
               "state open"},
           Row{"time_zones.toml", "offset_minutes = 60", "offset_minutes = 120",
               "zone Europe/Berlin offset_minutes: offset minutes: was 60, is now 120"},
       }) {
    SmallPolicy after;
    after.change(row.file, row.from, row.to);
    EXPECT_THAT(said(SmallPolicy(), after), ElementsAre(row.words)) << row.from;
  }
}

TEST(PolicyDiff, ThingsComeAndGo) {
  SmallPolicy more;
  more.action("bundle", "topics = [\"bundle\"]");
  more.add("models/tried.toml", "name = \"tried\"\ntype = \"constant\"\npropensity_micro = 5\n");
  EXPECT_THAT(said(SmallPolicy(), more),
              ElementsAre("action sales/offer/bundle: new, sales, sales", "model tried: new"));
  EXPECT_THAT(said(more, SmallPolicy()),
              ElementsAre("action sales/offer/bundle: gone, sales, sales", "model tried: gone"));
}

TEST(PolicyDiff, AWrongSetIsRefusedWithItsFolder) {
  const auto diff = scoring::diff_policies("/nowhere/a", "/nowhere/b");
  ASSERT_FALSE(diff.has_value());
  EXPECT_EQ(diff.error().code, index::Code::not_found);
  EXPECT_THAT(diff.error().text(), testing::HasSubstr("/nowhere/a"));
}

}  // namespace
}  // namespace concord::test
