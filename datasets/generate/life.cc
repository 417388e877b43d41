#include <cstdio>
#include <string>

#include "datasets/generate/names.h"
#include "datasets/generate/stories.h"

namespace concord::datasets {
namespace {

struct Told {
  std::uint32_t weight;
  void (*tell)(Teller&);
};

// Once in a life at most: so many of a thousand customers.
constexpr Told kOnce[] = {{60, campaign_unsubscribe},
                          {40, lead_to_review},
                          {50, mixed_message},
                          {90, bug_report},
                          {30, invoice_dispute},
                          {40, overdue_invoice},
                          {40, hand_off},
                          {60, promise_made},
                          {60, call_back},
                          {50, waiting_customer},
                          {6, legal_hold},
                          {60, contract_renewal},
                          {150, fact_told},
                          {120, social_complaint},
                          {50, return_sent}};

// Every day: of a hundred.
constexpr Told kDaily[] = {{20, plain_order}, {28, newsletter},  {18, app_visit}, {9, store_visit},
                           {13, call},        {8, plain_ticket}, {4, note}};

// Where he lives now, or did before he moved.
std::string_view city_of(const Person& person, bool moved) {
  const auto of = [&](const auto& cities) {
    return cities[(person.index + (moved ? 1 : 0)) % std::size(cities)];
  };
  switch (person.country) {
    case Country::de: return of(kCitiesDe);
    case Country::at: return of(kCitiesAt);
    case Country::ch: return of(kCitiesCh);
    case Country::us: return of(kCitiesUs);
    case Country::gb: break;
  }
  return of(kCitiesGb);
}

void write_contact(Teller& t, Ms changed, bool moved) {
  const Person& p = t.person;
  constexpr std::string_view kNeeds[] = {"large_print", "sign_language", "no_phone_calls",
                                         "wheelchair_access"};
  Row row(t.out, Extract::crm_contacts);
  row.text(p.crm_contact).text(p.first_name + " " + p.last_name).text(p.email);
  row.text(t.spelled_phone()).text(t.spelled_mobile()).text(word(p.language));
  row.text(word(p.country)).text(time_zone_of(p.country)).text(city_of(p, moved)).text(p.account);
  row.text(p.billing_account).text(kStaff[p.index % 12]);
  row.text(p.special_needs ? kNeeds[p.index % 4] : std::string_view{}).time(p.since);
  row.time(changed).end(Step::first);
  if (p.special_needs && !moved) t.told(Story::special_needs);
}

void write_account(Teller& t, const Account& account) {
  constexpr std::string_view kTrades[] = {"hotel", "retail", "school", "clinic", "workshop"};
  constexpr std::string_view kForms[] = {"GmbH", "AG", "Ltd", "KG"};
  Row row(t.out, Extract::crm_accounts);
  row.text(account_number(account));
  row.text(t.person.last_name + " " + std::string(kForms[account.number % 4]));
  row.text(kTrades[account.number % 5]).text(word(t.person.country)).number(account.contacts);
  row.time(t.person.since).end(Step::first);
}

void write_membership(Teller& t, const Account& account) {
  constexpr std::string_view kRoles[] = {"buyer", "user", "billing", "technical"};
  const bool first = account.first == t.person.index;
  const bool left = !first && t.dice.chance(100);
  Row row(t.out, Extract::crm_memberships);
  row.text(t.person.account).text(t.person.crm_contact);
  row.text(first ? "admin" : t.dice.pick(kRoles)).time(t.person.since);
  row.time(left ? t.some_day(30) : kNever).time(t.person.since).end(Step::first);
}

// The later files of a person, each with the number that ties it to the others.
void write_ids(Teller& t) {
  const Person& p = t.person;
  if (!p.shop_customer.empty()) {
    Row row(t.out, Extract::shop_customers);
    row.text(p.shop_customer).text(p.shop_email).text(p.first_name + " " + p.last_name);
    const bool other = t.dice.chance(30);  // he shops in the other language: a conflict to show
    row.text(word((p.language == Language::de) != other ? Language::de : Language::en));
    row.text(p.loyalty_card).time(p.since).end(Step::first);
  }
  if (!p.billing_account.empty()) {
    Row row(t.out, Extract::billing_accounts);
    row.text(p.billing_account).text(p.shop_customer);
    row.text(p.shop_customer.empty() ? p.email : std::string()).time(p.since).end(Step::first);
  }
  if (!p.loyalty_card.empty()) {
    Row row(t.out, Extract::loyalty_cards);
    row.text(p.loyalty_card).text(t.spelled_email()).time(p.since).end(Step::first);
  }
  if (!p.social_handle.empty()) {
    Row row(t.out, Extract::social_profiles);
    row.text(p.social_handle).text(p.email).text("chirper").time(p.since).end(Step::first);
  }
}

void write_consents(Teller& t) {
  struct Choice {
    std::string_view purpose, channel;
    std::uint32_t asked, granted;  // of a thousand; never asked: no row, so unknown
  };
  constexpr Choice kChoices[] = {{"marketing", "email", 900, 750},
                                 {"marketing", "phone", 500, 300},
                                 {"marketing", "sms", 300, 400},
                                 {"marketing", "post", 300, 600},
                                 {"sales", "phone", 300, 500}};
  const Ms at = by_day(t.person.since + kHourMs);
  write(t, Consent{.purpose = "service", .channel = "email", .basis = "contract", .at = at});
  for (const Choice& c : kChoices) {
    const bool asked = t.dice.chance(c.asked);
    const bool granted = t.dice.chance(c.granted);
    if (!asked) continue;
    write(t, Consent{.purpose = c.purpose,
                     .channel = c.channel,
                     .state = granted ? "granted" : "denied",
                     .evidence = "signup_form",
                     .at = at});
  }
}

void write_holdings(Teller& t) {
  const std::uint32_t count = t.dice.chance(400) ? 1 + t.dice.below(2) : 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Ms since = t.some_day();
    const bool returned = t.dice.chance(50);
    const std::string serial = t.key("SN");
    Row row(t.out, Extract::holdings);
    row.text(serial).text(t.person.email).text(t.product().name).time(since);
    row.time(since + 730 * kDayMs).text(returned ? "returned" : "active").time(since);
    row.end(Step::first);
  }
}

void write_truth(Teller& t) {
  const Person& p = t.person;
  char person[16];
  const int bytes = std::snprintf(person, sizeof person, ",p%07u\n", p.index);
  const auto say = [&](std::string_view type, std::string_view value) {
    if (value.empty()) return;
    t.out.truth.append(type);
    t.out.truth.append(value);
    t.out.truth.append({person, static_cast<std::size_t>(bytes)});
    ++t.out.identities;
  };
  say("email:", p.email);
  if (p.shop_email != p.email) say("email:", p.shop_email);
  if (t.phone_written) say("phone:", p.phone);
  if (t.mobile_written) say("phone:", p.mobile);
  say("crm_contact:", p.crm_contact);
  say("shop_customer:", p.shop_customer);
  say("billing_account:", p.billing_account);
  say("loyalty_card:", p.loyalty_card);
  say("social_handle:", p.social_handle);
}

void tell_day(Teller& t) {
  std::uint32_t draw = t.dice.below(100);
  for (const Told& daily : kDaily) {
    if (draw < daily.weight) return daily.tell(t);
    draw -= daily.weight;
  }
}

}  // namespace

void tell_who(Teller& t) {
  if (const Account* account = t.world.account_of(t.person.index)) {
    if (account->first == t.person.index) write_account(t, *account);
    write_membership(t, *account);
  }
  if (!t.person.crm_contact.empty()) {
    write_contact(t, t.person.since, false);
    if (t.dice.chance(50)) write_contact(t, t.some_day(), true);
  }
  write_ids(t);
  write_consents(t);
}

void tell_life(Teller& t) {
  if (t.person.silent) {
    silent_until_renewal(t);
  } else {
    write_holdings(t);
    for (const Told& once : kOnce)
      if (t.dice.chance(once.weight)) once.tell(t);
    // Some days write nothing (an order of tomorrow): the number of tries is bounded.
    const std::uint32_t tries_max = 4 * t.person.entries_wanted;
    for (std::uint32_t i = 0; i < tries_max && t.out.entries < t.person.entries_wanted; ++i)
      tell_day(t);
  }
  write_truth(t);
  t.out.end_customer();
}

}  // namespace concord::datasets
