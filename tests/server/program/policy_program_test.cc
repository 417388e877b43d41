// concord policy check, explain, diff, as an analyst runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "index/base/files.h"
#include "index/base/json_reader.h"

namespace concord::test {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

struct Ran {
  int exit = -1;
  std::string out, err;
};

class PolicyProgram : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    char name[] = "/tmp/concord_policy_XXXXXX";
    folder() = mkdtemp(name);
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static std::string& folder() {
    static std::string one;
    return one;
  }
  static std::string default_set() { return CONCORD_SOURCE_DIR "/scoring/policies/default"; }

  static Ran run(const std::string& arguments) {
    const std::string line = "'" CONCORD_PROGRAM "' " + arguments + " >" + folder() + "/out 2>" +
                             folder() + "/err </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            index::read_file(folder() + "/out").value(),
            index::read_file(folder() + "/err").value()};
  }
  /// A small indexed company in folder()/data, made once; the key of somebody in it.
  static std::string indexed() {
    if (!fs::exists(folder() + "/data")) {
      run("generate --customers 40 --seed 7 --threads 1 --out " + folder() + "/demo");
      run("index --threads 1 --sources " + folder() + "/demo/sources.toml --out " + folder() +
          "/data");
    }
    std::ifstream truth(folder() + "/demo/truth.csv");
    std::string key;
    while (std::getline(truth, key) && !key.starts_with("email:")) continue;
    return key.substr(0, key.find(','));
  }
  /// A copy of the default set, in which `from` of a file reads `to`.
  static std::string changed(const std::string& file, const std::string& from,
                             const std::string& to) {
    static int count = 0;
    const std::string copy = folder() + "/set" + std::to_string(++count);
    fs::copy(default_set(), copy, fs::copy_options::recursive);
    std::string text = index::read_file(copy + "/" + file).value();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    std::ofstream(copy + "/" + file, std::ios::binary) << text;
    return copy;
  }
};

TEST_F(PolicyProgram, HelpAndWrongCommandLines) {
  for (const char* command : {"policy", "policy check", "policy explain", "policy diff"}) {
    const Ran ran = run(std::string(command) + " --help");
    EXPECT_EQ(ran.exit, 0) << command;
    EXPECT_THAT(ran.out, HasSubstr("Exit codes")) << command;
  }
  for (const char* wrong : {"policy", "policy check", "policy frobnicate", "policy explain a",
                            "policy diff a", "policy check --no-such-flag a"})
    EXPECT_EQ(run(wrong).exit, 2) << wrong;
}

TEST_F(PolicyProgram, TheDefaultSetIsRightAndNothingLooksOdd) {
  const Ran ran = run("policy check --strict " + default_set());
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("right. Version "));
  EXPECT_THAT(ran.out, HasSubstr("0 notes"));
}

TEST_F(PolicyProgram, EveryMistakeIsSaidWithFileAndLine) {
  const std::string set = changed("company.toml", "match = { kind = \"case\", state",
                                  "match = { kind = \"cases\", state");
  std::ofstream(set + "/actions/more.toml") << "[[action]]\nid = \"nowhere\"\n";
  const Ran ran = run("policy check " + set);
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr(set + "/company.toml:"));
  EXPECT_THAT(ran.out, HasSubstr("did you mean 'case'?"));
  EXPECT_THAT(ran.out, HasSubstr(set + "/actions/more.toml:"));
  const Ran json = run("policy check --json " + set + " " + default_set());
  EXPECT_EQ(json.exit, 1);
  index::JsonReader reader;
  const auto root = reader.parse(json.out);
  ASSERT_TRUE(root.has_value()) << json.out;
  EXPECT_EQ(root->find("right")->as_bool(), false);
  std::vector<bool> right;
  for (const index::JsonValue one : root->find("sets")->elements())
    right.push_back(*one.find("right")->as_bool());
  EXPECT_EQ(right, (std::vector<bool>{false, true}));
  EXPECT_EQ(run("policy check /no/such/folder").exit, 1);
}

TEST_F(PolicyProgram, WhatLooksOddIsANoteAndStrictlyAFailure) {
  const std::string set =
      changed("actions/service.toml", "acknowledges = [\"broken_promise\"]\n", "");
  const Ran ran = run("policy check " + set);
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("note: block broken_promise: no action acknowledges it"));
  EXPECT_EQ(run("policy check --strict " + set).exit, 1);
}

TEST_F(PolicyProgram, ExplainsAnActionInPlainWords) {
  const Ran ran = run("policy explain " + default_set() + " marketing/offer/bundle");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  for (const char* said :
       {"Offer the bundle (marketing/offer/bundle)", "features.orders_365d > 2",
        "orders_365d: number of entries of kind order, in the last 365 days",
        "of the group: features.overdue_invoices == 0",
        "at most 2 in 30 days of its group: same_group_per_month",
        "not when any department spoke about offer_bundle in the last 30 days",
        "stopped while there is an unsolved problem, until the case is solved: open_case",
        "needs consent to sales, marketing", "model buys_again", "value 70.00 EUR"})
    EXPECT_THAT(ran.out, HasSubstr(said));
  const Ran slip = run("policy explain " + default_set() + " marketing/offer/bundel");
  EXPECT_EQ(slip.exit, 1);
  EXPECT_THAT(slip.err, HasSubstr("did you mean 'marketing/offer/bundle'?"));
  const Ran json = run("policy explain --json " + default_set() + " service/case/answer");
  index::JsonReader reader;
  const auto root = reader.parse(json.out);
  ASSERT_TRUE(root.has_value()) << json.out;
  EXPECT_GT(root->find("needs")->size(), 5U);
}

TEST_F(PolicyProgram, SaysWhyACustomerGotItOrDidNot) {
  const std::string key = indexed();
  const std::string ask = " " + key + " --as-of data --data " + folder() + "/data";
  const Ran dropped =
      run("policy explain " + default_set() + " legal/record/finish_or_correct" + ask);
  EXPECT_EQ(dropped.exit, 0) << dropped.err;
  EXPECT_THAT(dropped.out, HasSubstr("For c_"));
  EXPECT_THAT(dropped.out, HasSubstr("not now: stopped at available by stale_task"));
  // The set in the folder decides, not the default one.
  const std::string set = changed("actions/service.toml", "\nid = \"service/answer/question\"",
                                  "\nenabled = false\nid = \"service/answer/question\"");
  const std::string asked = " service/answer/question --direction inbound --intent question" + ask;
  EXPECT_THAT(run("policy explain " + default_set() + asked).out, HasSubstr("chosen, place "));
  EXPECT_THAT(run("policy explain " + set + asked).out,
              HasSubstr("not now: stopped at available by enabled"));
  const Ran json = run("policy explain --json " + set + asked);
  EXPECT_THAT(json.out, HasSubstr("\"answer\":{\"customer_id\":"));
  EXPECT_EQ(run("policy explain " + set +
                " service/answer/question email:nobody@nowhere.test "
                "--as-of data --data " +
                folder() + "/data")
                .exit,
            1);
}

// A service decides by the set it has; when that is another one, it is said.
TEST_F(PolicyProgram, AsksAServiceWhyACustomerDidNotGetIt) {
  const std::string key = indexed();
  const std::string set = changed("actions/service.toml", "\nid = \"service/answer/question\"",
                                  "\nenabled = false\nid = \"service/answer/question\"");
  const std::string explain = " service/answer/question " + key +
                              " --direction inbound --intent question --url $(grep -o "
                              "'http://[^ ]*' " +
                              folder() + "/served)";
  const std::string program = "'" CONCORD_PROGRAM "'";
  std::ofstream(folder() + "/ask.sh")
      << program << " serve --listen 127.0.0.1:0 --as-of data --data " << folder()
      << "/data --policy " << set << " >" << folder() << "/served 2>/dev/null &\npid=$!\n"
      << "for i in $(seq 400); do grep -q http " << folder()
      << "/served && break; sleep 0.05; done\n"
      << program << " policy explain " << set << explain << " >" << folder() << "/same\n"
      << program << " policy explain " << default_set() << explain << " >" << folder()
      << "/other\ncode=$?\nkill $pid\nwait $pid\nexit $code\n";
  EXPECT_EQ(std::system(("bash " + folder() + "/ask.sh").c_str()), 0);
  const std::string same = index::read_file(folder() + "/same").value();
  const std::string other = index::read_file(folder() + "/other").value();
  EXPECT_THAT(same, HasSubstr("not now: stopped at available by enabled"));
  EXPECT_THAT(same, Not(HasSubstr("mind: the service decided by set")));
  EXPECT_THAT(other, HasSubstr("not now: stopped at available by enabled"));
  EXPECT_THAT(other, HasSubstr("mind: the service decided by set"));
}

TEST_F(PolicyProgram, SaysWhatChangedBetweenTwoSets) {
  const std::string same = run("policy diff " + default_set() + " " + default_set()).out;
  EXPECT_THAT(same, HasSubstr("the same set, byte for byte"));
  const std::string comment = changed("company.toml", "# ---- channels", "# ---- the channels");
  EXPECT_THAT(run("policy diff " + default_set() + " " + comment).out,
              HasSubstr("differ in comments, order or place only"));
  const std::string set =
      changed("company.toml", "limit = 2\nwindow = \"7d\"", "limit = 3\nwindow = \"7d\"");
  std::ofstream(set + "/actions/more.toml")
      << "[[action]]\nid = \"sales/quote/say_hello\"\ntitle = \"Say hello\"\n"
         "department = \"sales\"\npurpose = \"sales\"\nvalue_minor = 5\ntopics = [\"hello\"]\n"
         "treatment = [{ channel = \"email\", text = { en = \"Hello.\" } }]\n";
  const std::string diff = "policy diff " + default_set() + " " + set;
  const Ran ran = run(diff);
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("cap advertising_per_week\n  most contacts: was 2, is now 3\n"));
  EXPECT_THAT(ran.out, HasSubstr("action sales/quote/say_hello (Say hello): new, sales, sales\n"));
  EXPECT_THAT(ran.out, HasSubstr("1 new, 0 gone, 1 changed"));
  EXPECT_EQ(run(diff + " --exit-code").exit, 3);
  EXPECT_EQ(run("policy diff --exit-code " + default_set() + " " + comment).exit, 0);
  const Ran json = run(diff + " --json");
  EXPECT_THAT(json.out, HasSubstr(R"("what":"cap","name":"advertising_per_week","key":"limit")"));
  EXPECT_EQ(run("policy diff " + default_set() + " /no/such/folder").exit, 1);
}

}  // namespace
}  // namespace concord::test
