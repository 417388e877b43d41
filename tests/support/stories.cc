#include "tests/support/stories.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "tests/support/events.h"

namespace concord::test {
namespace {

using index::Kind;
using index::StateType;

// Counter-based randomness: no state of a library, the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return index::mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  std::size_t below(std::size_t n) { return next() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

std::string number(std::size_t n) { return std::to_string(n); }

void add_identities(Dice& dice, Saying& saying) {
  const std::size_t person = dice.below(6);
  auto& named = saying.draft.customer;
  switch (dice.below(4)) {
    case 0: named.push_back("email:P" + number(person) + "@Example.test"); break;
    case 1: named.push_back("crm:" + number(person)); break;
    case 2: named.push_back("shop:s" + number(person)); break;
    default:
      named.push_back("crm:" + number(person));
      named.push_back("email:p" + number(person) + "@example.test");
  }
  // Two people may turn out to be one, and families share a phone.
  if (dice.chance(4)) named.push_back("shop:s" + number(dice.below(6)));
  if (dice.chance(20)) named.push_back("phone:030 12345" + number(10 + person / 2));
}

void fill_entry(Dice& dice, Saying& saying, std::int64_t at_ms) {
  if (dice.chance(60)) saying.state(static_cast<StateType>(dice.below(7)));
  if (dice.chance(30)) saying.due(at_ms + static_cast<std::int64_t>(dice.below(2000)) - 1000);
  if (dice.chance(25)) saying.closed(at_ms + static_cast<std::int64_t>(dice.below(1500)));
  if (dice.chance(40)) saying.subject("Subject \"" + number(dice.below(50)) + "\" \xC3\xA4\n");
  if (dice.chance(30)) saying.text("text, with \\ and \t and \"text\":\"" + number(dice.below(9)));
  if (dice.chance(30)) saying.topic("topic" + number(dice.below(4)));
  auto& it = saying.it();
  if (dice.chance(30)) it.direction = static_cast<std::uint8_t>(dice.below(3));
  if (dice.chance(30)) it.channel = dice.chance(50) ? "phone" : "email";
  if (dice.chance(20)) it.priority = static_cast<std::uint8_t>(1 + dice.below(4));
  if (dice.chance(15)) it.trouble = static_cast<std::uint8_t>(dice.below(5));
  if (dice.chance(20)) {
    it.amount_minor = static_cast<std::int64_t>(dice.below(100000));
    it.currency = dice.chance(70) ? "EUR" : "USD";
  }
  if (dice.chance(15)) it.at = at_ms - static_cast<std::int64_t>(dice.below(500));
  if (dice.chance(20)) it.links = {"tracker/defect/B" + number(dice.below(3))};
  if (dice.chance(10)) saying.clear(static_cast<index::wire::EntryField>(dice.below(29)));
  if (dice.chance(20)) {
    auto attribute = std::make_unique<index::wire::AttributeT>();
    attribute->name = "a" + number(dice.below(3));
    attribute->type = index::wire::AttributeType::integer;
    attribute->integer = static_cast<std::int64_t>(dice.below(10));
    it.attributes.push_back(std::move(attribute));
  } else if (dice.chance(5)) {
    it.cleared_attributes.push_back("a" + number(dice.below(3)));
  }
}

void fill_consent(Dice& dice, Saying& saying, std::int64_t at_ms) {
  saying.consent(dice.chance(50) ? "marketing" : "service", dice.chance(50) ? "email" : "",
                 static_cast<index::ConsentState>(dice.below(4)));
  if (dice.chance(20)) saying.draft.consent->expires_at = at_ms + 700;
  if (dice.chance(30))
    saying.draft.consent->identity = "phone:03012345" + number(10 + dice.below(3));
}

void fill_profile(Dice& dice, Saying& saying) {
  saying.profile(dice.chance(80) ? "Name " + number(dice.below(5)) : "");
  if (dice.chance(40)) saying.draft.profile->language = dice.chance(50) ? "de" : "en";
  if (dice.chance(10)) saying.draft.profile->needs = {"large print", "no calls"};
  if (dice.chance(10)) saying.draft.profile->cleared.push_back(index::wire::ProfileField::name);
}

Saying random_event(Dice& dice, std::size_t n) {
  const std::int64_t at_ms = 1'000'000 + static_cast<std::int64_t>(dice.below(10'000));
  static const char* const kSources[] = {"crm", "shop", "helpdesk"};
  Saying saying(kSources[dice.below(3)], "e" + number(n), at_ms);
  if (dice.chance(80)) saying.department(dice.chance(50) ? "service" : "sales");
  const std::size_t what = dice.below(100);
  if (what < 3) {  // a release: nobody's, spread by its links
    saying.entry(Kind::release, "R" + number(dice.below(4)));
    saying.links({"tracker/defect/B" + number(dice.below(3))});
    return saying;
  }
  if (what < 10) {  // an account's own entry
    saying.draft.customer.push_back("account:acme" + number(dice.below(2)));
    saying.entry(Kind::case_, "A" + number(dice.below(3)));
    fill_entry(dice, saying, at_ms);
    return saying;
  }
  add_identities(dice, saying);
  if (what < 60) {
    saying.entry(static_cast<Kind>(dice.below(index::kKindCount)), "k" + number(dice.below(5)));
    fill_entry(dice, saying, at_ms);
  } else if (what < 65) {
    saying.retract(static_cast<Kind>(dice.below(index::kKindCount)), "k" + number(dice.below(5)),
                   "wrong customer");
  } else if (what < 75) {
    fill_consent(dice, saying, at_ms);
  } else if (what < 85) {
    fill_profile(dice, saying);
  } else if (what < 90) {
    saying.membership("acme" + number(dice.below(2)), dice.chance(50) ? "buyer" : "");
  } else if (what < 95) {
    saying.fact("fact" + number(dice.below(3)), "value " + number(dice.below(9)));
  } else {
    saying.draft.type = static_cast<std::uint8_t>(index::EventType::identity);
  }
  return saying;
}

Saying long_event(Dice& dice, std::size_t n, std::size_t keys) {
  const auto now_ms = 1'000'000 + static_cast<std::int64_t>(n) * 10;
  const std::int64_t at_ms =
      dice.chance(80) ? now_ms : 1'000'000 + static_cast<std::int64_t>(dice.below(n * 10 + 1));
  static const char* const kSources[] = {"crm", "shop", "helpdesk"};
  Saying saying(kSources[dice.below(3)], "l" + number(n), at_ms);
  if (dice.chance(90)) saying.department("department" + number(dice.below(5)));
  const std::size_t what = dice.below(100);
  if (what < 2) {
    saying.entry(Kind::release, "R" + number(dice.below(3)));
    saying.links({"tracker/defect/B" + number(dice.below(3))});
    return saying;
  }
  const std::size_t who = dice.below(10);
  saying.draft.customer.push_back(who < 7 ? "crm:7" : who < 9 ? "crm:8" : "account:acme0");
  const auto kind = static_cast<Kind>(dice.below(index::kKindCount));
  const std::string key = "L\"" + number(dice.below(keys));
  if (what < 88) {
    saying.entry(kind, key);
    fill_entry(dice, saying, at_ms);
    if (dice.chance(2)) saying.text(std::string(20'000 + dice.below(9'000), 'x'));
  } else if (what < 93) {
    saying.retract(kind, key, "not his");
  } else if (what < 96) {
    saying.fact("fact" + number(dice.below(40)), "value " + number(dice.below(9)));
  } else if (what < 97) {
    fill_consent(dice, saying, at_ms);
  } else if (what < 98) {
    fill_profile(dice, saying);
  } else if (what < 99) {
    saying.membership("acme0", "buyer");
  } else {
    saying.draft.type = static_cast<std::uint8_t>(index::EventType::identity);
  }
  return saying;
}

}  // namespace

std::vector<std::string> long_feed(std::uint64_t seed, std::size_t count, std::size_t keys) {
  Dice dice(seed);
  std::vector<std::string> feed;
  for (std::size_t n = 0; n < count; ++n) feed.push_back(long_event(dice, n, keys).bytes());
  return feed;
}

index::IdentityTypes story_identity_types() {
  index::IdentityTypes types = index::default_identity_types();
  for (const char* name : {"crm", "shop"}) {
    index::IdentityType type;
    type.name = name;
    types.set(type);
  }
  index::IdentityType phone = *types.find("phone");
  phone.region = "DE";
  types.set(phone);
  return types;
}

std::vector<std::string> random_feed(std::uint64_t seed, std::size_t count) {
  Dice dice(seed);
  std::vector<std::string> feed;
  for (std::size_t n = 0; n < count; ++n) feed.push_back(random_event(dice, n).bytes());
  return feed;
}

std::string all_answers(const index::Engine& engine, index::UnixMillis as_of, bool with_revisions) {
  return all_answers(engine.snapshot(), as_of, with_revisions);
}

std::string all_answers(const index::Snapshot& snapshot, index::UnixMillis as_of,
                        bool with_revisions) {
  const index::ReadPin pin = snapshot.pin();
  index::Buffer buffer;
  for (std::size_t place = 0; place < snapshot.record_count(); ++place) {
    const index::RecordView record = snapshot.record_at(pin, place);
    if (!record) continue;
    const index::Customer customer = snapshot.customer(pin, record.id(), as_of);
    index::ContextQuestion question;
    question.as_of = as_of;
    question.limit = 1000;
    index::JsonWriter out(buffer);
    out.begin_object();
    for (int i = 0; i < index::kContextFieldCount; ++i) {
      const auto field = static_cast<index::ContextField>(i);
      using F = index::ContextField;
      if (field == F::policy_version || field == F::answer_id || field == F::do_not ||
          field == F::next || field == F::authority || field == F::sources ||
          (field == F::revision && !with_revisions))
        continue;
      index::write_context_field(out, field, customer, question);
    }
    out.end_object();
    buffer.push('\n');
  }
  return std::string(buffer.view());
}

std::string first_difference(const std::string& a, const std::string& b) {
  if (a == b) return {};
  const auto at = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::size_t from = at < 200 ? 0 : at - 200;
  return "at byte " + std::to_string(at) + "\n  " + a.substr(from, 400) + "\n  " +
         (from < b.size() ? b.substr(from, 400) : std::string("(ends before)"));
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "concord-test-XXXXXX").string();
  CONCORD_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace concord::test
