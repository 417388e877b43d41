// Promise: a kept decision can be told from one that was changed, by whoever changed it: its
// answer, its inputs, its policy set. Method: decisions of a small story are kept and made again;
// controls plant one difference each and must see it named.
#include "server/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "index/base/files.h"
#include "scoring/capture.h"
#include "server/base64.h"
#include "server/inflate.h"
#include "server/routes.h"
#include "tests/server/routes/house_of_ann.h"

namespace concord::test {
namespace {

namespace fs = std::filesystem;
using server::KeptDecision;
using server::PolicyBook;
using server::Replay;
using testing::HasSubstr;

class ReplayTest : public testing::Test {
 protected:
  KeptDecision keep(std::string_view channel = {}, std::uint32_t explain = 0) {
    const index::ReadPin pin = house_.engine().snapshot().pin();
    const auto found = house_.engine().snapshot().resolve(pin, "email:ann@example.test");
    KeptDecision out;
    out.id = server::random_decision_id();
    out.customer = found.customer;
    out.at = out.as_of = {kNoon};
    out.client = "local";
    out.by = "Anna Ö. \"Desk\"";
    out.policy_version = policy().version();
    out.channel = channel;
    out.limit = 5;
    out.explain = explain;
    const auto customer = house_.engine().snapshot().customer(pin, found.customer, out.as_of);
    const auto question = out.question();
    scoring::DecideScratch scratch;
    scoring::DecideScratch spare;
    scoring::Decision decision;
    scoring::decide(policy(), customer, question, scratch, decision);
    index::Buffer answer;
    index::JsonWriter json(answer);
    scoring::write_decision(json, policy(), decision, question, explain);
    out.answer = answer.view();
    out.whole = scoring::decision_hash(policy(), decision, question);
    out.inputs = scoring::capture(policy(), customer, question, decision, spare).bytes;
    return out;
  }
  const scoring::Policy& policy() { return *house_.service().policy; }
  Replay replay(const KeptDecision& decision) { return server::Replayer(book_).replay(decision); }
  std::string book_folder() { return folder_.path() + "/policies"; }

  TemporaryFolder folder_;
  HouseOfAnn house_;
  PolicyBook book_{folder_.path() + "/policies", policy()};
};

TEST_F(ReplayTest, AKeptDecisionReadsBackAndIsMadeAgain) {
  for (const char* channel : {"", "email", "phone"}) {
    const KeptDecision kept = keep(channel, scoring::kExplainDropped | scoring::kExplainScores);
    const auto read = server::decode_decision(server::encode_decision(kept));
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_EQ(read->answer, kept.answer);
    EXPECT_EQ(read->inputs, kept.inputs);
    EXPECT_EQ(read->by, kept.by);
    EXPECT_EQ(read->whole, kept.whole);
    const Replay again = replay(*read);
    EXPECT_TRUE(again.equal);
    EXPECT_TRUE(again.differences.empty());
  }
}

TEST_F(ReplayTest, WhatIsKeptIsSmall) {
  const KeptDecision kept = keep();
  EXPECT_LT(server::encode_decision(kept).size(), kept.answer.size() + kept.inputs.size());
}

TEST_F(ReplayTest, AClaimIsKeptWithIt) {
  KeptDecision kept = keep();
  kept.claim = server::ClaimTerms{"order_status", "Anna", kNoon + index::kDayMs};
  const auto read = server::decode_decision_head(server::encode_decision(kept));
  ASSERT_TRUE(read.has_value() && read->claim.has_value());
  EXPECT_EQ(read->claim->topic, "order_status");
  EXPECT_EQ(read->claim->holder, "Anna");
  EXPECT_EQ(read->claim->until_ms, kNoon + index::kDayMs);
  EXPECT_TRUE(read->answer.empty());
}

// Control: a changed value in the stored answer is found, at its place.
TEST_F(ReplayTest, AChangedAnswerIsSeen) {
  KeptDecision kept = keep();
  const std::string from = "\"rank\":1,";
  const std::size_t at = kept.answer.find(from);
  ASSERT_NE(at, std::string::npos);
  kept.answer.replace(at, from.size(), "\"rank\":7,");
  const Replay again = replay(kept);
  EXPECT_FALSE(again.equal);
  ASSERT_EQ(again.differences.size(), 1U);
  EXPECT_EQ(again.differences[0].pointer, "/actions/0/rank");
  EXPECT_EQ(again.differences[0].stored, "7");
  EXPECT_EQ(again.differences[0].replayed, "1");
}

// Control: what the answer did not show counts too.
TEST_F(ReplayTest, AChangeBehindTheShownActionsIsSeen) {
  KeptDecision kept = keep();
  kept.whole.low ^= 1U;
  const Replay again = replay(kept);
  EXPECT_FALSE(again.equal);
  ASSERT_EQ(again.differences.size(), 1U);
  EXPECT_EQ(again.differences[0].pointer, "");
}

// Control: other inputs, another answer.
TEST_F(ReplayTest, OtherInputsAreSeen) {
  KeptDecision kept = keep();
  ASSERT_TRUE(house_.engine().apply(ann_calls_again(kNoon - 1'000)).has_value());
  kept.inputs = keep().inputs;
  EXPECT_FALSE(replay(kept).equal);
  kept.inputs.resize(kept.inputs.size() / 2);
  const Replay damaged = replay(kept);
  EXPECT_FALSE(damaged.equal);
  EXPECT_THAT(damaged.differences.at(0).because, HasSubstr("inputs"));
}

TEST_F(ReplayTest, DifferencesNameTheirPlace) {
  const auto found = server::differences_of(R"({"a":[1,{"b/c":2}],"only":true,"same":"x"})",
                                            R"({"a":[1,{"b/c":3},4],"new":null,"same":"x"})");
  std::string all;
  for (const auto& one : found) all += one.pointer + "=" + one.stored + ">" + one.replayed + " ";
  EXPECT_EQ(all, "/a/1/b~1c=2>3 /a/2=>4 /only=true> /new=>null ");
  EXPECT_TRUE(server::differences_of("{\"a\":1}", "{\"a\":1}").empty());
  EXPECT_EQ(server::differences_of("{\"a\":1}", "{ \"a\":1}").size(), 1U);
  EXPECT_EQ(server::differences_of("{", "{\"a\":1}").size(), 1U);
  std::string many = "[0";
  for (int i = 0; i < 200; ++i) many += "," + std::to_string(i);
  EXPECT_EQ(server::differences_of("[]", many + "]").size(), server::kDifferencesMax);
}

TEST_F(ReplayTest, DamagedPayloadsAreRefused) {
  const std::string good = server::encode_decision(keep());
  for (const auto& [from, to] : {std::pair{"\"format\":1", "\"format\":9"},
                                 {"\"whole\":\"", "\"whole\":\"x"},
                                 {"\"answer\":\"", "\"answer\":\"!"},
                                 {"\"inputs\":\"", "\"inputs\":\"AAAA"},
                                 {"\"customer_id\":\"c_", "\"customer_id\":\"d_"},
                                 {"\"as_of\":\"2", "\"as_of\":\"x"},
                                 {"\"direction\":\"out", "\"direction\":\"up"},
                                 {"{", "["}}) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, std::string_view(from).size(), to);
    EXPECT_FALSE(server::decode_decision(bad).has_value()) << from;
  }
  EXPECT_TRUE(server::decode_decision(good).has_value());
}

TEST_F(ReplayTest, TheIdOfARepeatedRequestIsTheSame) {
  const index::CustomerId ann{17};
  const std::string id = server::decision_id("desk", ann, "key");
  EXPECT_TRUE(server::is_decision_id(id));
  EXPECT_EQ(id, server::decision_id("desk", ann, "key"));
  EXPECT_NE(id, server::decision_id("desk2", ann, "key"));
  EXPECT_NE(id, server::decision_id("desk", {18}, "key"));
  EXPECT_NE(id, server::decision_id("desk", ann, "key2"));
  EXPECT_NE(server::random_decision_id(), server::random_decision_id());
  EXPECT_FALSE(server::is_decision_id("d_123"));
  EXPECT_FALSE(server::is_decision_id("c_" + std::string(32, '0')));
  EXPECT_FALSE(server::is_decision_id("d_" + std::string(32, 'X')));
}

TEST_F(ReplayTest, Base64AndDeflateGoBothWays) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i * 37 + size));
    EXPECT_EQ(server::decode_base64(server::encode_base64(bytes)), bytes);
    index::Buffer out;
    server::InflateLimits limits;
    limits.bytes_max = 1'000;
    ASSERT_TRUE(server::append_inflated(server::deflated(bytes), server::ContentCoding::deflate,
                                        limits, out));
    EXPECT_EQ(out.view(), bytes);
  }
  EXPECT_EQ(server::encode_base64("Man"), "TWFu");
  EXPECT_EQ(server::encode_base64("Ma"), "TWE=");
}

// ---- policy sets

class PolicyBookTest : public ReplayTest {
 protected:
  /// Another policy set, kept as if it had been active.
  std::string keep_other(const std::string& word) {
    const std::string from = std::string(CONCORD_DEFAULT_POLICY);
    const std::string to = folder_.path() + "/" + word;
    fs::copy(from, to, fs::copy_options::recursive);
    std::ofstream(to + "/features.toml", std::ios::app) << "# " << word << "\n";
    const auto other = scoring::load_policy(to).value();
    PolicyBook book(book_folder(), *other);
    EXPECT_TRUE(book.keep_active().has_value());
    return std::string(other->version());
  }
};

TEST_F(PolicyBookTest, TheActiveSetIsWrittenOnceAndWhole) {
  ASSERT_TRUE(book_.keep_active().has_value());
  ASSERT_TRUE(book_.keep_active().has_value());
  const std::string folder = book_folder() + "/" + std::string(policy().version());
  const auto again = scoring::load_policy(folder);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ((*again)->version(), policy().version());
  PolicyBook next(book_folder(), policy());  // the next start finds it
  EXPECT_TRUE(next.keep_active().has_value());
  EXPECT_TRUE(server::verify_policies(book_folder()).empty());
}

TEST_F(PolicyBookTest, OldDecisionsAreMadeAgainUnderTheirOwnSet) {
  ASSERT_TRUE(book_.keep_active().has_value());
  const KeptDecision kept = keep();
  const std::string other = keep_other("next_year");
  PolicyBook later(book_folder(), *book_.find(other).value());
  EXPECT_TRUE(server::Replayer(later).replay(kept).equal);
  // Control: under the other set it is another answer.
  KeptDecision changed = kept;
  changed.policy_version = other;
  const Replay replayed = server::Replayer(later).replay(changed);
  EXPECT_FALSE(replayed.equal);
  EXPECT_EQ(replayed.differences.at(0).pointer, "/policy_version");
}

TEST_F(PolicyBookTest, ASetThatIsGoneIsNamed) {
  KeptDecision kept = keep();
  kept.policy_version = std::string(32, 'a');
  const Replay replayed = replay(kept);
  EXPECT_FALSE(replayed.equal);
  EXPECT_THAT(replayed.differences.at(0).because, HasSubstr("is not kept here"));
  EXPECT_FALSE(book_.find("../../etc").has_value());
}

TEST_F(PolicyBookTest, AChangedSetIsNotTakenForTheOldOne) {
  const std::string other = keep_other("a");
  std::ofstream(book_folder() + "/" + other + "/features.toml", std::ios::app) << "# more\n";
  const auto read = book_.find(other);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, index::Code::damaged);
  EXPECT_EQ(server::verify_policies(book_folder()).size(), 1U);
}

TEST_F(PolicyBookTest, MoreSetsThanFitInMemoryAreReadAgain) {
  std::vector<std::string> versions;
  for (std::size_t i = 0; i < PolicyBook::kInMemoryMax + 2; ++i)
    versions.push_back(keep_other("set" + std::to_string(i)));
  for (int round = 0; round < 2; ++round)
    for (const std::string& version : versions)
      EXPECT_EQ(book_.find(version).value()->version(), version);
}

TEST_F(PolicyBookTest, WhereNothingCanBeWrittenItSaysSo) {
  std::ofstream(folder_.path() + "/file") << "x";
  PolicyBook book(folder_.path() + "/file/policies", policy());
  const auto kept = book.keep_active();
  ASSERT_FALSE(kept.has_value());
  EXPECT_EQ(kept.error().code, index::Code::io_error);
}

}  // namespace
}  // namespace concord::test
