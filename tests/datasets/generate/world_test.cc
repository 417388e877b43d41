// Holds: what the extracts say is true and complete. Read as an importer would, through
// sources.toml: every identity is in truth.csv and belongs to who the row is about; the joining
// ones alone rebuild exactly the persons; every count of expected.json is met; the stories are
// there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "datasets/generate/generate.h"
#include "tests/datasets/generate/extract_reader.h"

namespace concord::datasets {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kCustomers = 4'000;

struct ReadWorld {
  GenerateReport report;
  std::map<std::string, ReadFile> files;  // by path
  std::map<std::string, std::set<std::string>> truth;
  std::string expected;
};

const ReadWorld& world() {
  static const ReadWorld kWorld = [] {
    const fs::path out = fs::path(testing::TempDir()) / "concord_generate_world";
    fs::remove_all(out);
    ReadWorld w;
    w.report = generate({.customers = kCustomers, .seed = 11, .out = out.string()}).value();
    for (ReadFile& file : FolderReader(out).read_all()) {
      const std::string path = file.path;
      w.files.emplace(path, std::move(file));
    }
    const auto truth = read_csv(whole_file(out / "truth.csv"), ',');
    for (std::size_t i = 1; i < truth.size(); ++i) w.truth[truth[i][0]].insert(truth[i][1]);
    w.expected = whole_file(out / "expected.json");
    fs::remove_all(out);
    return w;
  }();
  return kWorld;
}

class Unions {
 public:
  const std::string& root(const std::string& of) {
    std::string& up = parent_.try_emplace(of, of).first->second;
    if (up == of) return up;
    up = root(up);
    return up;
  }
  void join(const std::string& a, const std::string& b) {
    const std::string top = root(a);
    parent_[root(b)] = top;
  }
  const std::map<std::string, std::string>& all() const { return parent_; }

 private:
  std::map<std::string, std::string> parent_;
};

/// The person each event is about: the one all its identities have in common.
std::string person_of(const std::vector<std::string>& identities) {
  std::set<std::string> common = world().truth.at(identities.front());
  for (const std::string& identity : identities) {
    std::set<std::string> both;
    const auto& owners = world().truth.at(identity);
    std::set_intersection(common.begin(), common.end(), owners.begin(), owners.end(),
                          std::inserter(both, both.begin()));
    common = both;
  }
  return common.size() == 1 ? *common.begin() : "";
}

TEST(World, EveryRowIsAboutOnePersonOfTheTruth) {
  for (const auto& [path, file] : world().files)
    for (std::size_t i = 0; i < file.events.size(); ++i) {
      if (file.persons[i].empty()) continue;  // accounts, releases, pages
      ASSERT_GT(file.joining[i], 0U) << path << ": a row only a phone could find";
      for (const std::string& identity : file.persons[i])
        ASSERT_TRUE(world().truth.contains(identity)) << path << ": " << identity;
      ASSERT_NE(person_of(file.persons[i]), "") << path << ": " << file.persons[i].front();
    }
}

TEST(World, JoiningIdentitiesRebuildThePersonsExactly) {
  Unions unions;
  for (const auto& [path, file] : world().files)
    for (std::size_t i = 0; i < file.events.size(); ++i)
      for (std::size_t j = 0; j < file.joining[i]; ++j)
        unions.join(file.persons[i][0], file.persons[i][j]);
  std::map<std::string, std::set<std::string>> persons_of_cluster, clusters_of_person;
  for (const auto& [identity, ignored] : unions.all()) {
    const std::string root = unions.root(identity);
    const std::string& person = *world().truth.at(identity).begin();
    ASSERT_EQ(world().truth.at(identity).size(), 1U) << identity;
    persons_of_cluster[root].insert(person);
    clusters_of_person[person].insert(root);
  }
  EXPECT_EQ(clusters_of_person.size(), kCustomers);
  for (const auto& [root, persons] : persons_of_cluster) ASSERT_EQ(persons.size(), 1U) << root;
  for (const auto& [person, roots] : clusters_of_person) ASSERT_EQ(roots.size(), 1U) << person;
}

TEST(World, EveryCountOfExpectedIsMet) {
  index::JsonReader reader;
  const auto json = reader.parse(world().expected);
  ASSERT_TRUE(json);
  const auto files = *json->find("files");
  EXPECT_EQ(files.size(), world().files.size());
  std::uint64_t rows = 0;
  for (const auto& [path, file] : world().files) {
    SCOPED_TRACE(path);
    const auto expected = files.find(path);
    ASSERT_TRUE(expected);
    const auto count = [&](const char* name) { return *expected->find(name)->as_uint64(); };
    EXPECT_EQ(file.rows, count("rows"));
    EXPECT_EQ(file.rejected, count("rejected"));
    EXPECT_EQ(file.duplicates, count("duplicates"));
    EXPECT_EQ(file.unknown_status, count("unknown_status"));
    EXPECT_EQ(file.events.size(), count("events"));
    if (file.event == "entry") {
      EXPECT_EQ(file.keys.size(), count("entries"));
    }
    EXPECT_EQ(file.reused, 0U);
    rows += file.rows;
  }
  EXPECT_EQ(rows, world().report.rows);
  EXPECT_GT(world().report.rejected, 0U);
  EXPECT_GT(world().report.duplicates, 0U);
}

TEST(World, EntriesAreSkewedAndOneInTenHasText) {
  const GenerateReport& r = world().report;
  EXPECT_GE(r.entries, 20U * kCustomers);
  EXPECT_LE(r.entries, 30U * kCustomers);
  EXPECT_GE(r.entries_max, kCustomers);  // the heavy one of a small world
  EXPECT_GE(r.texts * 100, r.entries * 8);
  EXPECT_LE(r.texts * 100, r.entries * 14);
}

TEST(World, EveryStoryIsTold) {
  EXPECT_EQ(world().report.stories.size(), 25U);
  for (const auto& [story, told] : world().report.stories) EXPECT_GT(told, 5U) << story;
}

TEST(World, AccountsHaveOneToThreeHundredContacts) {
  std::map<std::string, std::size_t> contacts;
  std::set<std::string> roles;
  bool somebody_left = false;
  for (const Cells& row : world().files.at("sales/memberships.csv").events) {
    ++contacts[row.at("account_no")];
    roles.insert(row.at("role"));
    somebody_left |= row.contains("valid_to");
  }
  std::set<std::size_t> sizes;
  for (const auto& [account, count] : contacts) sizes.insert(count);
  EXPECT_EQ(*sizes.begin(), 1U);
  EXPECT_EQ(*sizes.rbegin(), 300U);
  EXPECT_EQ(contacts.size(), world().report.accounts);
  EXPECT_GE(roles.size(), 4U);
  EXPECT_TRUE(somebody_left);
}

TEST(World, DepartmentsDiffer) {
  std::set<std::string> languages, currencies, spellings;
  for (const Cells& row : world().files.at("sales/contacts.csv").events)
    languages.insert(row.at("language"));
  for (const Cells& row : world().files.at("operations/orders.ndjson.gz").events)
    currencies.insert(row.at("currency"));
  EXPECT_EQ(languages, (std::set<std::string>{"de", "en"}));
  EXPECT_EQ(currencies, (std::set<std::string>{"CHF", "EUR", "GBP", "USD"}));
  for (const Cells& row : world().files.at("service/calls.csv.gz").events) {
    const std::string& phone = row.at("phone");
    spellings.insert(phone.starts_with("00") ? "00" : phone.substr(0, 1));
    const std::string& mail = row.at("requester");
    spellings.insert(mail == "email:" + mail                       ? ""
                     : normalised("email", mail).substr(6) == mail ? "as it is"
                                                                   : "other case");
  }
  EXPECT_EQ(spellings, (std::set<std::string>{"(", "+", "0", "00", "as it is", "other case"}));
  std::size_t shared = 0;
  for (const auto& [identity, persons] : world().truth) shared += persons.size() > 1;
  EXPECT_GT(shared, kCustomers / 50);  // household phones
}

}  // namespace
}  // namespace concord::datasets
