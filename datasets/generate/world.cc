#include "datasets/generate/world.h"

#include <algorithm>
#include <cstdio>

#include "datasets/generate/names.h"
#include "index/base/hash.h"

namespace concord::datasets {
namespace {

// What a Dice is for; the person's number and this word fix every draw.
enum Topic : std::uint64_t { kAccounts = 1, kBugs, kWho, kWanted, kHousehold };

constexpr Product kProducts[kProductCount] = {
    {"Aurora 300", 8'990},    {"Brisa Fan", 12'900},     {"Caldo Kettle", 5'490},
    {"Dorado Lamp", 7'990},   {"Elva Heater", 21'900},   {"Fjord Purifier", 34'900},
    {"Gala Speaker", 14'900}, {"Hearth Hub", 19'900},    {"Ivo Router", 11'900},
    {"Juno Camera", 16'900},  {"Kestrel Lock", 24'900},  {"Lumo Strip", 3'990},
    {"Mira Display", 45'900}, {"Nook Sensor", 2'990},    {"Orbit Mower", 129'900},
    {"Pico Switch", 1'990},   {"Quill Printer", 27'900}, {"Rondo Vacuum", 38'900},
    {"Sola Panel", 89'900},   {"Terra Pump", 54'900}};

// Prime, larger than any world: number ↦ number·a + b modulo it gives each person his own.
constexpr std::uint64_t kPeopleMax = 10'000'019;

std::uint64_t scrambled(std::uint64_t seed, std::uint64_t topic, std::uint64_t number) {
  const std::uint64_t a = index::mix64(seed ^ topic << 8) % (kPeopleMax - 1) + 1;
  const std::uint64_t b = index::mix64(seed ^ topic << 16) % kPeopleMax;
  return (number * a + b) % kPeopleMax;
}

template <typename... Args>
std::string format(const char* pattern, Args... args) {
  char out[64];
  const int bytes = std::snprintf(out, sizeof out, pattern, args...);
  return {out, static_cast<std::size_t>(bytes)};
}

/// Lower-case ASCII for addresses: umlauts as people spell them, other accents dropped.
std::string ascii_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kFold[] = {
      {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"ß", "ss"}, {"é", "e"},
      {"ë", "e"},  {"ş", "s"},  {"ı", "i"},  {"í", "i"},  {"á", "a"}};
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') out += c;
    for (const auto& [from, to] : kFold)
      if (name.substr(i).starts_with(from)) out += to;
  }
  return out;
}

Country country_of(std::uint32_t draw) {
  if (draw < 55) return Country::de;
  if (draw < 63) return Country::at;
  if (draw < 70) return Country::ch;
  return draw < 86 ? Country::us : Country::gb;
}

}  // namespace

const Product& product_at(std::size_t i) { return kProducts[i]; }

std::int64_t price_of(std::string_view product) {
  for (const Product& one : kProducts)
    if (one.name == product) return one.price_minor;
  return 0;
}

std::string_view currency_of(Country country) {
  constexpr std::string_view kWords[] = {"EUR", "EUR", "CHF", "USD", "GBP"};
  return kWords[static_cast<std::size_t>(country)];
}
std::string_view time_zone_of(Country country) {
  constexpr std::string_view kWords[] = {"Europe/Berlin", "Europe/Vienna", "Europe/Zurich",
                                         "America/New_York", "Europe/London"};
  return kWords[static_cast<std::size_t>(country)];
}
std::string_view word(Country country) {
  constexpr std::string_view kWords[] = {"DE", "AT", "CH", "US", "GB"};
  return kWords[static_cast<std::size_t>(country)];
}

std::string account_number(const Account& account) { return format("A-%06u", account.number); }

World::World(std::uint32_t customers, std::uint64_t seed)
    : customers_(customers), seed_(seed), bug_ranks_(std::min(400U, 12 + customers / 1000)) {
  found_accounts();
  plant_bugs();
}

// Consumers in stretches of about 60, then a company; the second company is the largest.
void World::found_accounts() {
  Dice dice(seed_, 0, kAccounts, 0);
  std::uint32_t next = 5 + dice.below(10);
  while (next < customers_) {
    const auto number = static_cast<std::uint32_t>(accounts_.size());
    std::uint32_t contacts = std::min(300U, 1 + 600 / (2 + dice.below(400)));
    if (dice.chance(450)) contacts = 1;
    if (number == 1) contacts = std::min(300U, std::max(2U, customers_ / 10));
    contacts = std::min(contacts, customers_ - next);
    accounts_.push_back({number, next, contacts});
    next += contacts + 20 + dice.below(80);
  }
}

void World::plant_bugs() {
  constexpr int kMonths = 35;
  for (int month = 0; month < kMonths; ++month)
    releases_.push_back({format("R-%d.%02d", 2023 + (month + 11) / 12, (month + 11) % 12 + 1),
                         by_day(kWorldStart + (month + 1) * 30 * kDayMs + 9 * kHourMs),
                         {}});
  const std::uint32_t bugs = std::min(400U, 12 + customers_ / 1000);
  for (std::uint32_t i = 0; i < bugs; ++i) {
    Dice dice(seed_, i, kBugs, 0);
    Bug bug;
    bug.key = format("BUG-%u", 101 + i);
    bug.product = dice.below(kProductCount);
    bug.since = kWorldStart + dice.below(1000) * kDayMs;
    const auto after =
        static_cast<std::size_t>((bug.since - kWorldStart) / (30 * kDayMs)) + 1 + dice.below(5);
    if (after < releases_.size() && dice.chance(700) && releases_[after].bugs.size() < 30) {
      bug.release = static_cast<int>(after);
      releases_[after].bugs.push_back(i);
    }
    bugs_.push_back(std::move(bug));
  }
}

const Account* World::account_of(std::uint32_t person) const {
  auto after = std::upper_bound(accounts_.begin(), accounts_.end(), person,
                                [](std::uint32_t p, const Account& a) { return p < a.first; });
  if (after == accounts_.begin()) return nullptr;
  const Account& account = *--after;
  return person < account.first + account.contacts ? &account : nullptr;
}

// Weight 1/(u + 1/200): many customers with few entries, few with hundreds; and a handful of heavy
// ones (machines that order, companies with one address) with over 10,000.
std::uint32_t World::entries_wanted(std::uint32_t index) const {
  const std::uint32_t heavy = customers_ < 10'000 ? 1 : std::min(20U, 2 + customers_ / 50'000);
  const std::uint32_t apart = customers_ / (heavy + 1);
  Dice dice(seed_, index, kWanted, 0);
  if (apart > 0 && index > 0 && index % apart == 0 && index / apart <= heavy)
    return customers_ < 10'000 ? std::max(50U, customers_) : 10'400 + dice.below(4'000);
  constexpr std::uint64_t kOne = 1U << 20;
  return static_cast<std::uint32_t>(1 + 43 * kOne / (10 * (dice.below(kOne) + kOne / 200)));
}

void World::give_phones(Person& person) const {
  const std::uint64_t own = person.index;
  const std::uint64_t home = own / 4;  // groups of four neighbours; some are households
  Dice dice(seed_, home, kHousehold, 0);
  const std::uint32_t size = dice.chance(300) ? 2 + dice.below(3) : 1;
  const bool shares = person.account.empty() && own % 4 < size && size > 1 &&
                      account_of(static_cast<std::uint32_t>(home * 4)) == nullptr;
  if (shares) {
    person.country = country_of(dice.below(100));
    person.language = person.country <= Country::ch ? Language::de : Language::en;
    person.last_name =
        person.language == Language::de ? dice.pick(kLastNamesDe) : dice.pick(kLastNamesEn);
  }
  const std::uint64_t line = scrambled(seed_, 7, shares ? home * 4 : own);
  const std::uint64_t cell = scrambled(seed_, 8, own);
  const auto number = [](std::uint64_t n) { return static_cast<unsigned>(n); };
  switch (person.country) {
    case Country::de:
      person.phone = format("+4930%08u", number(20'000'000 + line));
      person.mobile = format("+49151%08u", number(10'000'000 + cell));
      return;
    case Country::at:
      person.phone = format("+431%07u", number(line % 8'000'000 + 1'000'000));
      person.mobile = format("+43664%07u", number(cell % 9'000'000 + 1'000'000));
      break;
    case Country::ch:
      person.phone = format("+4144%07u", number(line % 7'000'000 + 2'000'000));
      person.mobile = format("+4179%07u", number(cell % 7'000'000 + 2'000'000));
      break;
    case Country::us:
      person.phone = format("+1212%07u", number(line % 7'000'000 + 2'000'000));
      person.mobile = format("+1617%07u", number(cell % 7'000'000 + 2'000'000));
      break;
    case Country::gb:
      person.phone = format("+4420%08u", number(70'000'000 + line % 9'000'000));
      person.mobile = format("+447400%06u", number(cell % 1'000'000));
      break;
  }
}

// A company contact is in the CRM; a consumer in the CRM, the shop or both. Who has two addresses
// has a billing account too, and its file names both sides: every chain is closed.
void World::give_ids(Person& person) const {
  Dice dice(seed_, person.index, kWho, 1);
  const bool company = !person.account.empty();
  const bool crm = company || person.silent || dice.chance(700);
  const bool shop = !crm || dice.chance(company ? 300 : 850);
  const bool two_addresses = crm && shop && dice.chance(150);
  const std::string name = ascii_of(person.first_name) + "." + ascii_of(person.last_name);
  const std::string number = std::to_string(person.index);
  const Account* account = account_of(person.index);
  constexpr std::string_view kHosts[] = {"mail.example", "post.example", "web.example",
                                         "inbox.example", "home.example"};
  person.email =
      name + number + "@" +
      (account ? format("firma-%u.example", account->number) : std::string(dice.pick(kHosts)));
  person.shop_email = two_addresses ? "x" + name + number + "@privat.example" : person.email;
  if (crm)
    person.crm_contact = format("K-%08u", static_cast<unsigned>(scrambled(seed_, 1, person.index)));
  if (shop)
    person.shop_customer = format(
        "%016llx", static_cast<unsigned long long>(index::mix64(person.index + 1 + (seed_ << 24))));
  if (two_addresses || company || person.silent || dice.chance(850))
    person.billing_account =
        format("40%08u", static_cast<unsigned>(scrambled(seed_, 2, person.index)));
  if (dice.chance(350))
    person.loyalty_card =
        format("27%011llu", static_cast<unsigned long long>(scrambled(seed_, 3, person.index)));
  if (!company && dice.chance(150))
    person.social_handle = "@" + ascii_of(person.first_name) + number;
}

Person World::person(std::uint32_t index) const {
  Dice dice(seed_, index, kWho, 0);
  Person person;
  person.index = index;
  if (const Account* account = account_of(index)) person.account = account_number(*account);
  person.entries_wanted = entries_wanted(index);
  person.country = country_of(dice.below(100));
  person.language = person.country <= Country::ch ? Language::de : Language::en;
  if (person.country == Country::ch && dice.chance(100)) person.language = Language::en;
  person.last_name =
      person.language == Language::de ? dice.pick(kLastNamesDe) : dice.pick(kLastNamesEn);
  const Ms first_day = kWorldStart + dice.below(900) * kDayMs;
  person.since = by_day(first_day + dice.below(86'400) * 1000LL);
  person.silent = person.entries_wanted < 100 && dice.chance(12);
  if (person.silent) person.since = by_day(kWorldStart + dice.below(300) * kDayMs);
  person.special_needs = dice.chance(25);
  give_phones(person);
  person.first_name =
      person.language == Language::de ? dice.pick(kFirstNamesDe) : dice.pick(kFirstNamesEn);
  give_ids(person);
  return person;
}

}  // namespace concord::datasets
