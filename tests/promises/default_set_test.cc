// Promise: the set that a new user gets is whole. Each action is reached by a story, each wording
// says what it is about, and all of them speak with one voice.
// Method: sixty short stories, asked in both directions, with every intent and on every channel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "index/base/json_reader.h"
#include "tests/promises/company.h"
#include "tests/promises/default_set_stories.h"

namespace concord::test {
namespace {

using index::Direction;
using index::JsonValue;
using scoring::TextPiece;

/// What all stories together made the set do.
struct Seen {
  std::set<std::string> actions;                // ranked at least once
  std::set<std::string> treatments;             // "action treatment" that were shown
  std::set<std::string> with_key, with_date;    // of them: with the evidence's key, with a date
  std::vector<std::string> with_open_brackets;  // a placeholder reached a customer
};

std::string text_of(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  const auto text = member ? member->as_string() : std::nullopt;
  return text ? std::string(*text) : std::string();
}

/// The key of the first record that the action is about: "service/case/T-1" → "T-1".
std::string key_of(const JsonValue& action) {
  if (const auto why = action.find("why"))
    for (const JsonValue one : why->elements())
      if (const auto evidence = one.find("evidence"))
        for (const JsonValue id : evidence->elements()) {
          const std::string text(id.as_string().value_or(""));
          return text.substr(text.rfind('/') + 1);
        }
  return {};
}

void note_action(const JsonValue& action, Seen& seen) {
  const std::string id = text_of(action, "action");
  seen.actions.insert(id);
  const auto treatment = action.find("treatment");
  if (!treatment) return;
  const std::string text = text_of(*treatment, "text");
  if (text.empty()) return;
  const std::string name = id + " " + text_of(*treatment, "id");
  seen.treatments.insert(name);
  const std::string key = key_of(action);
  if (!key.empty() && text.find(key) != std::string::npos) seen.with_key.insert(name);
  if (text.find("2025-") != std::string::npos) seen.with_date.insert(name);
  if (text.find_first_of("{}") != std::string::npos || text.find("[[") != std::string::npos)
    seen.with_open_brackets.push_back(name + ": " + text);
}

struct Asked {
  double day = 0;
  Direction direction = Direction::outbound;
  std::string_view intent, channel;
};

class DefaultSet : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const scoring::PolicyData& data = default_set().data();
    std::set<std::string> intents;
    for (const scoring::Action& action : data.actions)
      intents.insert(action.answers.begin(), action.answers.end());
    for (const Story& story : default_set_stories())
      for (const char* language : {"en", "de"}) hear(story, language, data, intents);
  }

  static void hear(const Story& story, const char* language, const scoring::PolicyData& data,
                   const std::set<std::string>& intents) {
    Company company;
    story.tell(company);
    Saying profile = company.said("service", -1);
    profile.profile("Ann Example");
    profile.draft.profile->language = language;
    company.tell(profile);
    for (const scoring::Channel& channel : data.channels) {
      ask(company, {story.day, Direction::outbound, {}, channel.id});
      ask(company, {story.day, Direction::inbound, {}, channel.id});
      for (const std::string& intent : intents)
        ask(company, {story.day, Direction::inbound, intent, channel.id});
    }
  }

  static void ask(Company& company, const Asked& asked) {
    const index::Snapshot& snapshot = company.engine().snapshot();
    const index::ReadPin pin = snapshot.pin();
    scoring::DecisionQuestion question;
    question.as_of = index::UnixMillis{on_day(asked.day)};
    question.direction = asked.direction;
    question.intent = asked.intent;
    question.channel = asked.channel;
    question.limit = 1000;
    const index::Customer customer = snapshot.customer(
        pin, snapshot.resolve(pin, "email:ann@example.test").customer, question.as_of);
    static scoring::DecideScratch scratch;
    static scoring::Decision decision;
    static index::JsonReader reader;
    static index::Buffer buffer;
    scoring::decide(default_set(), customer, question, scratch, decision);
    buffer.clear();
    index::JsonWriter out(buffer);
    scoring::write_decision(out, default_set(), decision, question, scoring::kExplainNothing);
    const auto answer = reader.parse(buffer.view());
    ASSERT_TRUE(answer.has_value());
    for (const JsonValue action : answer->find("actions")->elements()) note_action(action, seen());
  }

  static Seen& seen() {
    static Seen one;
    return one;
  }
};

TEST_F(DefaultSet, EveryActionIsReachedByAStory) {
  const scoring::PolicyData& data = default_set().data();
  EXPECT_GE(data.actions.size(), 100U);
  for (const scoring::Action& action : data.actions)
    EXPECT_TRUE(seen().actions.contains(action.id)) << action.id;
}

TEST_F(DefaultSet, EveryWordingIsSaidAndNamesWhatItIsAbout) {
  EXPECT_THAT(seen().with_open_brackets, testing::IsEmpty());
  for (const scoring::Action& action : default_set().data().actions)
    for (const scoring::Treatment& treatment : action.treatments) {
      const std::string name = action.id + " " + treatment.id;
      EXPECT_TRUE(seen().treatments.contains(name)) << name << " is never said";
      const auto has = [&](TextPiece::What what) {
        return std::any_of(treatment.text.begin(), treatment.text.end(),
                           [&](const TextPiece& piece) { return piece.what == what; });
      };
      EXPECT_EQ(has(TextPiece::What::key), seen().with_key.contains(name)) << name << ", record";
      EXPECT_EQ(has(TextPiece::What::date), seen().with_date.contains(name)) << name << ", day";
    }
}

std::string literal_of(const scoring::Treatment& treatment) {
  std::string out;
  for (const TextPiece& piece : treatment.text) out += piece.text;
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// docs/policies.md, "One voice".
TEST_F(DefaultSet, SpeaksWithOneVoice) {
  const scoring::PolicyData& data = default_set().data();
  const std::map<std::string, std::size_t> most = {
      {"sms", 120}, {"portal", 160}, {"chat", 180}, {"social", 200}};
  for (const scoring::Action& action : data.actions) {
    std::map<std::uint32_t, std::set<std::string>> languages;
    for (const scoring::Treatment& treatment : action.treatments) {
      const std::string name = action.id + " " + treatment.id;
      const std::string& channel = data.channels[treatment.channel].id;
      const std::string text = literal_of(treatment);
      languages[treatment.channel].insert(treatment.language);
      EXPECT_EQ(text.find('!'), std::string::npos) << name << " shouts";
      const auto limit = most.find(channel);
      EXPECT_LE(characters(text), limit == most.end() ? 400 : limit->second) << name;
      const bool names_record =
          std::any_of(treatment.text.begin(), treatment.text.end(), [](const TextPiece& piece) {
            return piece.what == TextPiece::What::key || piece.what == TextPiece::What::date;
          });
      EXPECT_FALSE(channel == "social" && names_record) << name << " tells it to everybody";
    }
    for (const auto& [channel, spoken] : languages)
      EXPECT_EQ(spoken, (std::set<std::string>{"de", "en"}))
          << action.id << " on " << data.channels[channel].id;
  }
}

// Phone, e-mail, chat, store, social and portal each have words of their own, not only borrowed
// ones.
TEST_F(DefaultSet, EachChannelHasItsOwnWords) {
  const scoring::PolicyData& data = default_set().data();
  std::map<std::string, std::size_t> own;
  for (const scoring::Action& action : data.actions)
    for (const scoring::Treatment& treatment : action.treatments)
      ++own[data.channels[treatment.channel].id];
  for (const char* channel : {"phone", "email", "chat", "portal"})
    EXPECT_GE(own[channel], 100U) << channel;
  EXPECT_GE(own["store"], 50U);
  EXPECT_GE(own["social"], 15U);
}

}  // namespace
}  // namespace concord::test
