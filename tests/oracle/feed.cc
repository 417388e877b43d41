#include "tests/oracle/feed.h"

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/base/types.h"

namespace concord::oracle {
namespace {

using index::EventDraft;
using index::EventType;
using index::kDayMs;
using index::Kind;
namespace wire = index::wire;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) { return index::mix64(state_ += 0x9e3779b97f4a7c15ULL) % n; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <std::size_t N>
  const char* word(const char* const (&words)[N]) {
    return words[below(N)];
  }
  /// Around `at`: up to `days` before or behind it.
  std::int64_t near(std::int64_t at, std::size_t days) {
    const auto span = static_cast<std::int64_t>(days) * kDayMs;
    return at - span + static_cast<std::int64_t>(below(static_cast<std::size_t>(2 * span)));
  }

 private:
  std::uint64_t state_;
};

constexpr const char* kDepartments[] = {"marketing",  "sales", "service", "finance",
                                        "operations", "legal", "product", "social"};
constexpr const char* kChannels[] = {"phone", "email", "sms", "post", "chat", "app", "social"};
constexpr const char* kTopics[] = {
    "after_solution", "care",         "call_back", "complaint",       "do_not_contact", "lead",
    "newsletter",     "order_status", "offer",     "overdue_invoice", "question",       "quote",
    "renewal",        "setup",        "welcome",   "follow_up",       "new_collection", "feedback"};
constexpr const char* kReasons[] = {"late_delivery", "refund",       "invoice_copy",
                                    "question",      "compensation", "offer"};
constexpr const char* kStatuses[] = {"rejected", "declined", "clicked", "opened",
                                     "returned", "shipped",  "Open",    "failed"};
constexpr const char* kCurrencies[] = {"EUR", "EUR", "EUR", "USD", "GBP", "XTS"};

std::string number(std::size_t n) { return std::to_string(n); }

void name_customer(Dice& dice, std::size_t people, EventDraft& event) {
  const std::string person = number(dice.below(people));
  switch (dice.below(6)) {
    case 0: event.customer.push_back("email:P" + person + "@Example.test"); break;
    case 1: event.customer.push_back("crm:" + person); break;
    case 2: event.customer.push_back("shop_customer:s" + person); break;
    case 3: event.customer.push_back("loyalty_card:l" + person); break;
    default:
      event.customer.push_back("crm:" + person);
      event.customer.push_back(dice.chance(30) ? "social_handle:h" + person
                                               : "email:p" + person + "@example.test");
      event.customer.push_back(dice.chance(50) ? "shop_customer:s" + person
                                               : "loyalty_card:l" + person);
  }
  if (dice.chance(1)) event.customer.push_back("shop_customer:s" + number(dice.below(people)));
  if (dice.chance(25)) event.customer.push_back("phone:030 1234500" + person.substr(0, 1));
}

void add_attribute(Dice& dice, std::vector<std::unique_ptr<wire::AttributeT>>& to) {
  auto one = std::make_unique<wire::AttributeT>();
  if (dice.chance(60)) {
    one->name = "stars";
    one->type = wire::AttributeType::integer;
    one->integer = static_cast<std::int64_t>(1 + dice.below(5));
  } else if (dice.chance(50)) {
    one->name = "product";
    one->type = wire::AttributeType::text;
    one->text = dice.chance(50) ? "lamp" : "chair \"b\"";
  } else {
    one->name = "ratio";
    one->type = wire::AttributeType::real;
    one->real = 0.5 + static_cast<double>(dice.below(4));
  }
  to.push_back(std::move(one));
}

/// What went wrong, how far it is, and until when.
void fill_state(Dice& dice, wire::EntryT& it, std::int64_t at) {
  constexpr std::uint8_t kStates[] = {0, 1, 2, 2, 3, 4, 5, 6, 5, 6};
  if (dice.chance(70)) it.state_type = kStates[dice.below(10)];
  if (dice.chance(35)) it.due_at = dice.near(at, 60);
  if (dice.chance(30)) it.closed_at = at + static_cast<std::int64_t>(dice.below(40)) * kDayMs;
  if (dice.chance(15)) it.trouble = static_cast<std::uint8_t>(dice.below(5));
  if (dice.chance(30)) it.priority = static_cast<std::uint8_t>(dice.below(5));
  if (dice.chance(25)) it.status = dice.word(kStatuses);
  if (dice.chance(8)) it.at = dice.near(at, 10);
}

void fill_words(Dice& dice, wire::EntryT& it) {
  if (dice.chance(60)) it.channel = dice.word(kChannels);
  if (dice.chance(60)) it.direction = static_cast<std::uint8_t>(1 + dice.below(2));
  if (dice.chance(50)) it.purpose = static_cast<std::uint8_t>(dice.below(6));
  if (dice.chance(60)) it.topic = dice.word(kTopics);
  if (dice.chance(25)) it.reason = dice.word(kReasons);
  if (dice.chance(15)) it.requested = dice.chance(70);
  if (dice.chance(10)) it.is_public = dice.chance(50);
  if (dice.chance(50)) it.subject = "About \"" + number(dice.below(50)) + "\" \xC3\xA4\n";
  if (dice.chance(20))
    it.text =
        std::string(dice.below(300), 'x') + "\xE2\x82\xAC\t,\"text\":\"" + number(dice.below(9));
  if (dice.chance(30)) {
    it.amount_minor = static_cast<std::int64_t>(dice.below(60'000)) - 5'000;
    it.currency = dice.word(kCurrencies);
  }
  if (dice.chance(20)) it.actor = "actor " + number(dice.below(4));
  if (dice.chance(10)) it.assignee = "clerk " + number(dice.below(4));
  if (dice.chance(10)) it.participants = {"Ann", "Bob " + number(dice.below(3))};
  if (dice.chance(10)) it.language = dice.chance(50) ? "de" : "en";
  if (dice.chance(10)) it.url = "https://example.test/" + number(dice.below(9));
  if (dice.chance(15)) it.links = {"tracker/defect/B" + number(dice.below(4))};
}

void fill_entry(Dice& dice, wire::EntryT& it, std::int64_t at) {
  fill_state(dice, it, at);
  fill_words(dice, it);
  if (dice.chance(25)) add_attribute(dice, it.attributes);
  if (dice.chance(4)) it.cleared_attributes.push_back("stars");
  if (dice.chance(8)) it.cleared.push_back(static_cast<wire::EntryField>(dice.below(29)));
  if (dice.chance(5)) {
    auto file = std::make_unique<wire::AttachmentT>();
    file->name = "letter.pdf";
    file->bytes = 1000 + dice.below(10);
    it.attachments.push_back(std::move(file));
  }
}

void say_entry(Dice& dice, EventDraft& event, Kind kind, std::string key) {
  event.type = static_cast<std::uint8_t>(EventType::entry);
  event.entry = std::make_unique<wire::EntryT>();
  event.entry->kind = static_cast<std::uint8_t>(kind);
  event.entry->key = std::move(key);
  fill_entry(dice, *event.entry, event.at);
}

void say_consent(Dice& dice, EventDraft& event) {
  constexpr const char* kPurposes[] = {"marketing", "marketing", "sales", "service"};
  event.type = static_cast<std::uint8_t>(EventType::consent);
  event.consent = std::make_unique<wire::ConsentT>();
  event.consent->purpose = dice.word(kPurposes);
  if (dice.chance(50)) event.consent->channel = dice.word(kChannels);
  event.consent->state = static_cast<std::uint8_t>(dice.chance(60) ? 1 : dice.below(4));
  if (dice.chance(15)) event.consent->expires_at = event.at + 90 * kDayMs;
  if (dice.chance(15)) event.consent->identity = "phone:030 1234500" + number(dice.below(4));
  if (dice.chance(10))
    event.consent->identity = "email:p" + number(dice.below(4)) + "@Example.test";
  if (dice.chance(5)) event.consent->brand = "other";
  if (dice.chance(20)) event.consent->basis = "contract";
}

void say_profile(Dice& dice, EventDraft& event) {
  constexpr const char* kZones[] = {"Europe/Berlin", "America/New_York", "Asia/Tokyo", "Mars/Base"};
  constexpr const char* kNeeds[] = {"no_phone_calls", "sign_language", "simple_language",
                                    "vulnerable",     "deceased",      "large_print"};
  event.type = static_cast<std::uint8_t>(EventType::profile);
  event.profile = std::make_unique<wire::ProfileT>();
  wire::ProfileT& profile = *event.profile;
  if (dice.chance(70)) profile.name = "Name " + number(dice.below(5));
  if (dice.chance(40)) profile.language = dice.chance(50) ? "de-AT" : "en";
  if (dice.chance(40)) profile.time_zone = dice.word(kZones);
  if (dice.chance(12)) profile.needs = {dice.word(kNeeds), "large print"};
  if (dice.chance(20)) profile.since = dice.near(event.at, 300);
  if (dice.chance(10)) profile.cleared.push_back(static_cast<wire::ProfileField>(dice.below(5)));
  if (dice.chance(20)) add_attribute(dice, profile.attributes);
  if (dice.chance(5)) profile.cleared_attributes.push_back("stars");
}

void say_membership(Dice& dice, EventDraft& event) {
  event.type = static_cast<std::uint8_t>(EventType::membership);
  event.membership = std::make_unique<wire::MembershipT>();
  event.membership->account = "acme" + number(dice.below(2));
  if (dice.chance(50)) event.membership->account_name = "Acme " + number(dice.below(3));
  if (dice.chance(50)) event.membership->role = dice.chance(50) ? "buyer" : "payer";
  if (dice.chance(30)) event.membership->from = dice.near(event.at, 100);
  if (dice.chance(20)) event.membership->to = event.at + 200 * kDayMs;
}

void say_small(Dice& dice, EventDraft& event, std::size_t people) {
  const std::size_t what = dice.below(10);
  if (what < 5) {
    event.type = static_cast<std::uint8_t>(EventType::fact);
    event.fact = std::make_unique<wire::FactT>();
    event.fact->name = "fact" + number(dice.below(3));
    event.fact->value = "value \"" + number(dice.below(9));
    if (dice.chance(50)) event.fact->actor = "actor " + number(dice.below(4));
  } else if (what < 8) {
    event.type = static_cast<std::uint8_t>(EventType::outcome);
    event.outcome = std::make_unique<wire::OutcomeT>();
    event.outcome->outcome = dice.word(kStatuses);
    event.outcome->action = dice.word(kTopics);
  } else if (what < 9) {
    event.type = static_cast<std::uint8_t>(EventType::identity);
  } else {
    event.type = static_cast<std::uint8_t>(EventType::merge);
    event.merge = std::make_unique<wire::MergeT>();
    event.merge->into = "crm:" + number(dice.below(people));
    event.merge->from = dice.chance(20) ? "crm:" + number(dice.below(people)) : event.merge->into;
    event.merge->reason = "same person";
    event.customer.clear();
  }
}

/// A busy fortnight around day 310: campaigns, what the customer answered, complaints in public.
void say_campaign(Dice& dice, EventDraft& event, std::size_t n) {
  constexpr const char* kCampaigns[] = {"newsletter",   "offer_accessories", "offer_upgrade",
                                        "spring_sale",  "win_back",          "quote_follow_up",
                                        "quote_extend", "service_plan",      "offer_new_product"};
  event.at =
      kFeedStartMs + 303 * kDayMs + static_cast<std::int64_t>(dice.below(14 * 24 * 60)) * 60'000;
  if (dice.chance(25)) {
    event.type = static_cast<std::uint8_t>(EventType::outcome);
    event.outcome = std::make_unique<wire::OutcomeT>();
    event.outcome->outcome = dice.chance(80) ? "declined" : "accepted";
    event.outcome->action = dice.word(kCampaigns);
    return;
  }
  event.type = static_cast<std::uint8_t>(EventType::entry);
  event.entry = std::make_unique<wire::EntryT>();
  wire::EntryT& it = *event.entry;
  it.kind = static_cast<std::uint8_t>(Kind::message);
  it.key = "m" + number(n);
  const bool complaint = dice.chance(15);
  it.direction =
      static_cast<std::uint8_t>(complaint ? index::Direction::inbound : index::Direction::outbound);
  it.topic = complaint ? "complaint" : dice.word(kCampaigns);
  it.channel = complaint ? "social" : dice.word(kChannels);
  if (complaint) it.state_type = static_cast<std::uint8_t>(1 + dice.below(2));
  if (!complaint && dice.chance(80)) it.purpose = static_cast<std::uint8_t>(4 + dice.below(2));
}

EventDraft random_event(Dice& dice, std::size_t n, std::size_t people) {
  constexpr const char* kSources[] = {"crm", "shop", "helpdesk", "erp"};
  EventDraft event;
  event.source = dice.chance(70) ? kSources[0] : dice.word(kSources);
  event.id = "e" + number(n);
  event.at = kFeedStartMs + static_cast<std::int64_t>(dice.below(kFeedDays * 24 * 60)) * 60'000;
  if (dice.chance(90)) event.department = dice.word(kDepartments);
  const std::size_t what = dice.below(100);
  if (what < 3) {
    say_entry(dice, event, Kind::release, "R" + number(dice.below(4)));
    return event;
  }
  if (what < 7) {
    event.customer.push_back("account:acme" + number(dice.below(2)));
    say_entry(dice, event, dice.chance(60) ? Kind::case_ : Kind::order,
              "A" + number(dice.below(3)));
    return event;
  }
  name_customer(dice, people, event);
  if (what < 20) {
    say_campaign(dice, event, n);
  } else if (what < 70) {
    say_entry(dice, event, static_cast<Kind>(dice.below(index::kKindCount)),
              "k" + number(dice.below(2)));
  } else if (what < 75) {
    say_entry(dice, event, static_cast<Kind>(dice.below(index::kKindCount)),
              "k" + number(dice.below(2)));
    event.type = static_cast<std::uint8_t>(EventType::retract);
    event.entry->retract_reason = "wrong customer";
  } else if (what < 84) {
    say_consent(dice, event);
  } else if (what < 91) {
    say_profile(dice, event);
  } else if (what < 94) {
    say_membership(dice, event);
  } else {
    say_small(dice, event, people);
  }
  return event;
}

}  // namespace

index::IdentityTypes feed_identity_types() {
  index::IdentityTypes types = index::default_identity_types();
  for (const char* name : {"crm", "shop_customer", "loyalty_card", "social_handle"}) {
    index::IdentityType type;
    type.name = name;
    types.set(type);
  }
  index::IdentityType phone = *types.find("phone");
  phone.region = "DE";
  types.set(phone);
  return types;
}

std::vector<EventDraft> company_feed(std::uint64_t seed, std::size_t count, std::size_t people) {
  Dice dice(seed);
  std::vector<EventDraft> events;
  for (std::size_t n = 0; n < count; ++n) events.push_back(random_event(dice, n, people));
  return events;
}

std::vector<EventDraft> with_families(std::vector<EventDraft> feed) {
  std::size_t place = 0;
  for (EventDraft& event : feed) {
    ++place;
    std::erase_if(event.customer, [](const std::string& one) { return one.starts_with("phone:"); });
    if (event.customer.empty() || !event.customer.front().starts_with("crm:")) continue;
    const bool odd = (event.customer.front().back() - '0') % 2 != 0;
    const std::string phone = std::string("phone:030 7654321") + (odd ? "1" : "2");
    if (place % 5 == 0) event.customer.push_back(phone);
    if (event.consent != nullptr && place % 2 == 0) event.consent->identity = phone;
  }
  return feed;
}

std::vector<std::string> encoded(const std::vector<EventDraft>& events) {
  std::vector<std::string> out;
  for (const EventDraft& event : events) {
    const auto checked = index::check_event(event);
    CONCORD_ASSERT(checked.has_value());
    out.push_back(index::encode_event(event));
  }
  return out;
}

}  // namespace concord::oracle
