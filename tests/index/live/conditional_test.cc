// Promise: an event that was made for one revision of its customer applies only while he stands at
// it. The verdict is the fold's, in log order: the same in the frame it came in, after a restart
// and after the log is trimmed; a void event changes nothing, and a repeat of it is told as void.
// Method: a Live over a log in memory; a data folder that is rolled and opened again.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "index/base/limits.h"
#include "index/generation.h"
#include "index/intake.h"
#include "index/live.h"
#include "index/log/durable_log.h"
#include "index/reindex.h"
#include "index/roll.h"
#include "tests/index/live/feeding.h"

namespace concord::test {
namespace {

using index::EventSeq;
using index::Live;
using Status = index::EventOutcome::Status;

Saying note(const std::string& id, const char* who = "crm:1") {
  Saying saying("helpdesk", id, 1'000'000);
  saying.of({who}).entry(index::Kind::note, "n-" + id).text("said");
  return saying;
}
Saying only_at(EventSeq revision, Saying saying) {
  saying.draft.unless_changed = revision;
  return saying;
}

std::unique_ptr<Live> in_memory() {
  return Live::over(index::Engine::empty(story_identity_types()), std::make_unique<MoodyLog>(), {});
}

TEST(Conditional, AppliesWhileItsCustomerStandsStill) {
  const auto live = in_memory();
  EXPECT_EQ(send(*live, note("a")).revision, 1U);
  EXPECT_EQ(send(*live, note("b", "crm:2")).revision, 2U) << "somebody else";
  EXPECT_EQ(send(*live, only_at(1, note("c"))).status, Status::accepted);
  const auto hash = *live->engine().state_hash(1);
  const auto late = send(*live, only_at(2, note("d")));
  EXPECT_EQ(late.status, Status::stale);
  EXPECT_EQ(late.revision, 4U);
  EXPECT_EQ(late.stood_at, 3U);
  EXPECT_EQ(live->engine().snapshot().revision(), 4U) << "it has its place in the log";
  const auto pin = live->engine().snapshot().pin();
  const auto ann = live->engine().snapshot().resolve(pin, "crm:1").customer;
  EXPECT_EQ(live->engine().snapshot().find(pin, ann).entry_count(), 2U);
  EXPECT_EQ(live->engine().snapshot().find(pin, ann).seq(), 3U);
  // The state is what it was, but for the number of the newest event.
  const auto other = in_memory();
  send(*other, note("a"));
  send(*other, note("b", "crm:2"));
  send(*other, only_at(1, note("c")));
  EXPECT_EQ(*other->engine().state_hash(1), hash);
  Saying heard("helpdesk", "alive", 1'000'000);
  heard.draft.type = static_cast<std::uint8_t>(index::EventType::heartbeat);
  send(*other, heard);
  EXPECT_EQ(*other->engine().state_hash(1), *live->engine().state_hash(1));
  EXPECT_EQ(live->engine().sources().rows().front().info.events, 3U) << "not heard either";
}

TEST(Conditional, OfTwoForTheSameRevisionOneWinsInOneFrameToo) {
  const auto live = in_memory();
  send(*live, note("a"));
  std::vector<index::EventDraft> drafts;
  for (const char* id : {"x", "y", "z"}) drafts.emplace_back(only_at(1, note(id)).draft);
  drafts.emplace_back(drafts[1]);  // the loser again, before anybody has told it
  Sent sent(*live, std::move(drafts));
  const auto& outcomes = sent.wait();
  EXPECT_EQ(outcomes[0].status, Status::accepted);
  for (const std::size_t i : {1U, 2U, 3U}) {
    EXPECT_EQ(outcomes[i].status, Status::stale) << i;
    EXPECT_EQ(outcomes[i].stood_at, 2U) << i;
  }
  EXPECT_EQ(outcomes[3].revision, outcomes[1].revision);
  EXPECT_EQ(live->source_counts().front().stale, 3U);
}

TEST(Conditional, ACustomerNobodyKnowsStandsNowhere) {
  const auto live = in_memory();
  EXPECT_EQ(send(*live, only_at(0, note("a"))).status, Status::accepted);
  EXPECT_EQ(send(*live, only_at(0, note("b"))).stood_at, 1U);
}

TEST(Conditional, HisAccountIsPartOfHim) {
  const auto live = in_memory();
  Saying member("crm", "m", 1'000'000);
  send(*live, member.of({"crm:1"}).membership("acme", "buyer"));
  EXPECT_EQ(send(*live, note("acme", "account:acme")).revision, 2U);
  EXPECT_EQ(send(*live, only_at(1, note("a"))).stood_at, 2U);
  EXPECT_EQ(send(*live, only_at(2, note("b"))).status, Status::accepted);
}

TEST(Conditional, ARepeatIsToldAsWhatItWas) {
  const auto live = in_memory();
  send(*live, note("a"));
  send(*live, note("b"));
  const Saying late = only_at(1, note("c"));
  EXPECT_EQ(send(*live, late).status, Status::stale);
  const auto again = send(*live, late);
  EXPECT_EQ(again.status, Status::stale);
  EXPECT_EQ(again.revision, 3U);
  EXPECT_EQ(again.stood_at, 2U);
  EXPECT_EQ(send(*live, only_at(3, note("c"))).status, Status::rejected) << "another condition";
  const std::vector<index::Hash128> ids{index::event_id_key("helpdesk", "a"),
                                        index::event_id_key("helpdesk", "c"),
                                        index::event_id_key("helpdesk", "d")};
  const auto known = live->known(ids);
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ((*known)[0].status, Status::duplicate);
  EXPECT_EQ((*known)[1].status, Status::stale);
  EXPECT_EQ((*known)[1].stood_at, 2U);
  EXPECT_EQ((*known)[2].status, Status::unknown);
}

std::unique_ptr<Live> open(const std::string& folder) {
  index::LiveOptions options;
  options.threads = 1;
  options.ballast_bytes = 0;
  auto live = Live::open(folder, options);
  EXPECT_TRUE(live.has_value()) << live.error().text();
  return std::move(*live);
}

TEST(Conditional, TheVerdictOutlivesRestartRollAndTrim) {
  const TemporaryFolder folder;
  {
    index::ReindexOptions options;
    options.identity_types = story_identity_types();
    options.threads = 1;
    options.text = false;
    auto reindex = index::Reindex::start(folder.path(), options);
    ASSERT_TRUE(reindex.has_value());
    ASSERT_TRUE((*reindex)->add(note("batch").bytes()).has_value());
    ASSERT_TRUE((*reindex)->add(only_at(1, note("no")).bytes()).has_value());
    const auto report = (*reindex)->finish();
    ASSERT_TRUE(report.has_value());
    ASSERT_EQ(report->rejected, 1U) << "a batch holds no conditional events";
    EXPECT_EQ(report->rejections[0].error.place, "/unless_changed");
  }
  const Saying late = only_at(1, note("late"));
  index::Hash128 hash;
  {
    const auto live = open(folder.path());
    EXPECT_EQ(send(*live, note("a")).revision, 2U);
    EXPECT_EQ(send(*live, late).stood_at, 2U);
    EXPECT_EQ(send(*live, only_at(2, note("b"))).status, Status::accepted);
    hash = *live->engine().state_hash(1);
  }
  {
    const auto live = open(folder.path());
    EXPECT_EQ(live->report().replayed, 3U);
    EXPECT_EQ(*live->engine().state_hash(1), hash);
    EXPECT_EQ(send(*live, late).stood_at, 2U);
    const auto tail = live->log()->tail(0);
    const std::string ids =
        index::generation_folder(folder.path(), live->engine().generation().name);
    ASSERT_TRUE(
        index::roll_generation(folder.path(), ids, live->engine().roll_point(tail->chain), {})
            .has_value());
    ASSERT_TRUE(live->log()->trim(0, tail->seq).has_value());
  }
  const auto live = open(folder.path());
  EXPECT_EQ(live->report().replayed, 0U);
  EXPECT_EQ(*live->engine().state_hash(1), hash);
  const auto again = send(*live, late);
  EXPECT_EQ(again.status, Status::stale);
  EXPECT_EQ(again.revision, 3U);
  EXPECT_EQ(again.stood_at, 2U);
}

index::EventDraft draft_of(const std::string& bytes) {
  index::EventDraft draft;
  (*index::decode_event(bytes))->UnPackTo(&draft);
  return draft;
}

// Where the customers that an event names stand: the newest event that changed their records or
// accounts. (The revision of an answer may be later: it counts the sources and those who share an
// address too.)
EventSeq standing(const index::Snapshot& snapshot, const index::Prepared& prepared) {
  const auto pin = snapshot.pin();
  EventSeq newest = 0;
  for (const index::NormalisedIdentity& one : prepared.identities) {
    if (one.strength != index::IdentityClass::joins) continue;
    const auto found = snapshot.resolve(pin, one.text);
    if (found.outcome != index::Resolution::Outcome::found) continue;
    const auto customer = snapshot.customer(pin, found.customer, {prepared.event->at()});
    newest = std::max(newest, customer.record.seq());
    for (const index::RecordView& account : customer.account_records())
      newest = std::max(newest, account.seq());
  }
  return newest;
}

// Random feeds as free as the API, with merges, memberships and releases; a third of the events
// has a condition that may or may not hold. Judged by the answers, event by event; then the same
// events in frames give the same state.
TEST(Conditional, VerdictsAreThoseOfTheAnswers) {
  int voids = 0;
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto one_by_one = index::Engine::empty(story_identity_types());
    const auto in_frames = index::Engine::empty(story_identity_types());
    EventSeq seq = 0;
    for (const std::string& said : random_feed(seed, 150)) {
      ++seq;
      index::EventDraft draft = draft_of(said);
      const bool conditional = !draft.customer.empty() && random() % 3 == 0;
      if (conditional) draft.unless_changed = seq - std::min<EventSeq>(seq, 1 + random() % 6);
      const std::string bytes = index::encode_event(draft);
      const auto prepared = index::prepare(bytes, one_by_one->normaliser());
      ASSERT_TRUE(prepared.has_value());
      const EventSeq stands = standing(one_by_one->snapshot(), *prepared);
      ASSERT_TRUE(one_by_one->apply(bytes).has_value());
      const bool want = conditional && index::changes_a_record(index::type_of(*prepared->event)) &&
                        stands > *draft.unless_changed;
      ASSERT_EQ(one_by_one->void_at(seq).has_value(), want) << "event " << seq;
      if (want) {
        EXPECT_EQ(*one_by_one->void_at(seq), stands);
      }
      (want ? voids : held) += conditional ? 1 : 0;
      ASSERT_TRUE(in_frames->stage(*prepared, bytes).has_value());
      if (random() % 5 == 0) in_frames->publish();
    }
    in_frames->publish();
    EXPECT_EQ(*in_frames->state_hash(1), *one_by_one->state_hash(1));
    for (EventSeq at = 1; at <= seq; ++at)
      EXPECT_EQ(in_frames->void_at(at), one_by_one->void_at(at));
  }
  EXPECT_GT(voids, 100);
  EXPECT_GT(held, 100);
}

index::EventDraft decision(const std::string& id, const std::string& payload) {
  index::EventDraft draft;
  draft.id = id;
  draft.source = index::kOwnSource;
  draft.at = 1'000'000;
  draft.type = static_cast<std::uint8_t>(index::EventType::decision);
  draft.customer = {"c_0000000000001"};
  draft.decision = std::make_unique<index::wire::DecisionT>();
  draft.decision->payload = payload;
  return draft;
}

std::vector<index::EventDraft> one(index::EventDraft draft) {
  std::vector<index::EventDraft> all;
  all.push_back(std::move(draft));
  return all;
}

TEST(KeptDecision, ChangesNothingAndIsFoundByItsId) {
  const auto live = in_memory();
  send(*live, note("a"));
  const auto newest = live->engine().newest_at();
  index::EventDraft later = decision("d-1", R"({"answer":1})");
  later.at = 1'900'000;
  EXPECT_EQ(Sent(*live, one(std::move(later))).wait().front().revision, 2U);
  const auto pin = live->engine().snapshot().pin();
  const auto ann = live->engine().snapshot().resolve(pin, "crm:1").customer;
  EXPECT_EQ(live->engine().snapshot().customer(pin, ann, {2'000'000}).revision, 1U);
  EXPECT_EQ(live->engine().newest_at(), newest) << "an answer is no news";
  EXPECT_EQ(live->engine().sources().rows().size(), 1U);
  const auto kept = live->log()->kept(index::decision_key("d-1"));
  ASSERT_TRUE(kept.has_value() && kept->has_value());
  const auto event = index::decode_event((*kept)->bytes);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ((*event)->decision()->payload()->str(), R"({"answer":1})");
  EXPECT_EQ((*kept)->seq, 2U);
  EXPECT_FALSE(live->log()->kept(index::decision_key("a"))->has_value());
  EXPECT_FALSE(live->log()->kept(index::event_id_key("helpdesk", "a"))->has_value())
      << "other events are not kept";
}

TEST(KeptDecision, NeedsAPayloadWithinItsLimit) {
  const index::IdentityNormaliser normaliser(story_identity_types());
  const auto make = [&](const std::string& payload) {
    return index::make_incoming(decision("d", payload), normaliser, {kReceived});
  };
  EXPECT_TRUE(make("{}").has_value());
  EXPECT_EQ(make("").error().place, "/decision/payload");
  EXPECT_EQ(make(std::string(index::kDecisionBytesMax + 1, 'x')).error().code,
            index::Code::over_limit);
  EXPECT_TRUE(make(std::string(index::kDecisionBytesMax, 'x')).has_value());
}

}  // namespace
}  // namespace concord::test
