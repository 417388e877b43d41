// The world all customers share: companies, products, bugs, campaigns; and each customer, made from
// his number alone. Thread class: immutable.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/generate/calendar.h"
#include "datasets/generate/texts.h"

namespace concord::datasets {

/// An organisation; its contacts are the customers first … first + contacts - 1.
struct Account {
  std::uint32_t number = 0;
  std::uint32_t first = 0;
  std::uint32_t contacts = 0;
};

struct Product {
  std::string_view name;
  std::int64_t price_minor;
};
inline constexpr std::size_t kProductCount = 20;
const Product& product_at(std::size_t i);
/// By name; 0 for a name that is no product.
std::int64_t price_of(std::string_view product);

/// A fault of a product that customers report; `release` is -1 while there is no fix.
struct Bug {
  std::string key;
  std::size_t product = 0;
  Ms since = 0;
  int release = -1;
};

struct Release {
  std::string key;
  Ms at = 0;
  std::vector<std::uint32_t> bugs;  // fixed by it
};

enum class Country : std::uint8_t { de, at, ch, us, gb };

struct Person {
  std::uint32_t index = 0;
  Country country = Country::de;
  Language language = Language::de;
  std::string first_name, last_name;
  std::string email;       // in the CRM and for most of what he writes
  std::string shop_email;  // the one he shops with; the same for most
  std::string phone;       // E.164; the landline, shared in a household
  std::string mobile;      // E.164; his own
  std::string crm_contact, shop_customer, billing_account, loyalty_card, social_handle;  // or empty
  std::string account;  // of his company, or empty
  Ms since = 0;         // customer since
  bool silent = false;  // under contract and never contacted before the renewal
  bool special_needs = false;
  std::uint32_t entries_wanted = 0;
};

std::string_view currency_of(Country country);
std::string_view time_zone_of(Country country);
std::string_view word(Country country);

class World {
 public:
  World(std::uint32_t customers, std::uint64_t seed);
  [[nodiscard]] Person person(std::uint32_t index) const;
  /// Null for consumers.
  [[nodiscard]] const Account* account_of(std::uint32_t person) const;
  [[nodiscard]] std::span<const Account> accounts() const { return accounts_; }
  [[nodiscard]] std::span<const Bug> bugs() const { return bugs_; }
  [[nodiscard]] std::span<const Release> releases() const { return releases_; }
  [[nodiscard]] const Texts& texts() const { return texts_; }
  [[nodiscard]] const Zipf& bug_ranks() const { return bug_ranks_; }
  [[nodiscard]] std::uint32_t customers() const { return customers_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

 private:
  void found_accounts();
  void plant_bugs();
  void give_ids(Person& person) const;
  void give_phones(Person& person) const;
  [[nodiscard]] std::uint32_t entries_wanted(std::uint32_t index) const;

  std::uint32_t customers_;
  std::uint64_t seed_;
  std::vector<Account> accounts_;  // by `first`
  std::vector<Bug> bugs_;
  std::vector<Release> releases_;  // oldest first, one a month
  Zipf bug_ranks_;
  Texts texts_;
};

/// "A-000012"
std::string account_number(const Account& account);

}  // namespace concord::datasets
