// Promise: one person, found by any of his joining identities, is one customer; people who share a
// phone are never guessed at.
// Method: a generated company of eight departments, indexed as a user would; the world's own truth
// beside it, which no importer reads.
#include <fstream>
#include <map>
#include <set>

#include "datasets/generate/generate.h"
#include "tests/datasets/whole/base.h"

namespace concord::test {
namespace {

using Outcome = index::Resolution::Outcome;

std::vector<std::pair<std::string, std::string>> read_truth(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> rows;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t comma = line.rfind(',');
    rows.emplace_back(line.substr(0, comma), line.substr(comma + 1));
  }
  return rows;
}

class Truth : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    datasets::GenerateOptions options;
    options.customers = 1500;
    options.seed = 11;
    options.out = folder_->path() + "/world";
    ASSERT_TRUE(datasets::generate(options).has_value());
    base_ = new Base(build_base(options.out + "/sources.toml", "", folder_->path() + "/data"));
    ASSERT_NE(base_->engine, nullptr);
    truth_ = new auto(read_truth(options.out + "/truth.csv"));
    ASSERT_GT(truth_->size(), 4000U);
  }
  static void TearDownTestSuite() {
    delete truth_;
    delete base_;
    delete folder_;
  }
  static inline TemporaryFolder* folder_ = nullptr;
  static inline Base* base_ = nullptr;
  static inline std::vector<std::pair<std::string, std::string>>* truth_ = nullptr;
};

TEST_F(Truth, EveryJoiningIdentityOfAPersonGivesOneCustomer) {
  const index::Snapshot& snapshot = base_->engine->snapshot();
  const auto pin = snapshot.pin();
  std::map<std::string, index::CustomerId> customer_of;
  std::map<index::CustomerId, std::string> person_of;
  std::size_t joining = 0;
  for (const auto& [identity, person] : *truth_) {
    const auto resolution = snapshot.resolve(pin, identity);
    if (resolution.strength != index::IdentityClass::joins) continue;
    ++joining;
    ASSERT_EQ(resolution.outcome, Outcome::found) << identity;
    const auto [customer, fresh] = customer_of.try_emplace(person, resolution.customer);
    ASSERT_EQ(customer->second, resolution.customer) << identity << " is split from " << person;
    const auto [owner, first] = person_of.try_emplace(resolution.customer, person);
    ASSERT_EQ(owner->second, person) << identity << " is joined with another person";
  }
  EXPECT_GT(joining, 3000U);
  EXPECT_EQ(customer_of.size(), 1500U);
}

TEST_F(Truth, ASharedPhoneGivesCandidatesAndOneThatIsNotSharedItsOwner) {
  const index::Snapshot& snapshot = base_->engine->snapshot();
  const auto pin = snapshot.pin();
  std::map<std::string, std::set<std::string>> people_of;
  for (const auto& [identity, person] : *truth_)
    if (identity.starts_with("phone:")) people_of[identity].insert(person);
  std::size_t shared = 0;
  for (const auto& [phone, people] : people_of) {
    const auto resolution = snapshot.resolve(pin, phone);
    EXPECT_EQ(resolution.owners, people.size()) << phone;
    EXPECT_EQ(resolution.outcome, people.size() > 1 ? Outcome::ambiguous : Outcome::found) << phone;
    const std::size_t candidates = people.size() > 1 ? std::min<std::size_t>(people.size(), 20) : 0;
    EXPECT_EQ(resolution.candidate_count, candidates) << phone;
    shared += people.size() > 1 ? 1 : 0;
  }
  EXPECT_GT(shared, 20U);
}

TEST_F(Truth, TheComparisonSeesASwappedPerson) {
  // Control: with two identities of different people exchanged, the mapping is no longer one to
  // one.
  const index::Snapshot& snapshot = base_->engine->snapshot();
  const auto pin = snapshot.pin();
  auto truth = *truth_;
  std::size_t other = 1;
  while (truth[other].second == truth[0].second) ++other;
  std::swap(truth[0].second, truth[other].second);
  std::map<std::string, std::set<index::CustomerId>> customers_of;
  for (const auto& [identity, person] : truth)
    if (const auto found = snapshot.resolve(pin, identity);
        found.outcome == Outcome::found && found.strength == index::IdentityClass::joins)
      customers_of[person].insert(found.customer);
  const auto split = [](const auto& one) { return one.second.size() > 1; };
  EXPECT_TRUE(std::any_of(customers_of.begin(), customers_of.end(), split));
}

}  // namespace
}  // namespace concord::test
