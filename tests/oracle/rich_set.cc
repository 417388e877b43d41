#include "tests/oracle/rich_set.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace concord::oracle {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCompany = R"(
[[cap]]
name = "news_per_issue"
scope = "issue"
limit = 1
window = "4d"
purposes = ["marketing"]
[[cap]]
name = "same_action"
scope = "action"
limit = 1
window = "9d"
purposes = ["sales", "service"]
[[pause]]
name = "has_clicked"
after = 1
window = "30d"
pause = "20d"
purposes = ["marketing", "service"]
outcomes = ["clicked", "opened"]
because = "the customer looked at it"
[[limit]]
name = "three_to_sell"
scope = "all"
at_most = 3
purposes = ["sales", "marketing"]
[[limit]]
name = "two_a_group"
scope = "group"
at_most = 2
purposes = ["service", "transactional", "sales", "marketing"]
[[limit]]
name = "four_a_department"
scope = "department"
at_most = 4
purposes = ["service", "marketing"]
[[block]]
name = "broken_product"
scope = "product"
strength = "stop"
severity = 1
match = { kind = ["defect", "case", "return"], open = true, sure = true }
purposes = ["service", "sales", "marketing"]
spares_asked = false
stale_after = "200d"
because = "this product is broken at the customer's"
ends_when = "it is repaired"
[[block]]
name = "account_order"
scope = "account"
strength = "postpone"
postpone = "60d"
severity = 3
match = { kind = "order" }
purposes = ["service", "sales"]
because = "the company has ordered lately"
ends_when = "its order is old"
[[block]]
name = "german_notice"
strength = "note"
severity = 9
when = 'customer.language == "de-AT" || features.open_cases > 3'
because = "mind the tone"
ends_when = "he speaks otherwise"
[[block]]
name = "young_and_open"
strength = "stop"
severity = 8
match = { kind = "task", open = true }
when = 'customer.since > timestamp("2024-06-01T00:00:00Z")'
purposes = ["sales"]
spares_asked = true
stale_after = "50d"
because = "a new customer waits for something"
ends_when = "the task is done"
)";

constexpr const char* kActions = R"x(
[[issue]]
id = "extra"
title = "What the default set does not use"
suitability = "features.open_cases < 5 || intent != ''"
[[group]]
id = "extra/one"
title = "One"
lever_add_micro = 500000
[[group]]
id = "extra/two"
title = "Two"
eligibility = [
  "customer.language != 'xx' || true",
  "!(features.orders == 1 && features.leads == 1)",
]
[[action]]
id = "extra/one/lamp"
title = "About the lamp"
department = "product"
purpose = "sales"
value_minor = 77
product = "lamp"
topics = ["offer"]
treatment = [
  { channel = "email", text = { en = "Lamp" } },
  { channel = "internal", text = { en = "Lamp" } },
]
[[action]]
id = "extra/one/other_brand"
title = "Of another brand"
department = "social"
purpose = "service"
brand = "other"
value_minor = 88
topics = ["feedback"]
treatment = [
  { channel = "social", brand = "other", text = { en = "Hello, other", de = "Hallo, andere" } },
  { channel = "social", text = { en = "Hello" } },
  { channel = "phone", when = "channel == 'store'", text = { en = "In the store" } },
]
[[action]]
id = "extra/two/french"
title = "Only in French"
department = "marketing"
purpose = "service"
value_minor = 5000
treatment = [{ channel = "email", text = { fr = "Bonjour" } }]
[[action]]
id = "extra/two/chosen"
title = "For those it fits"
department = "service"
purpose = "service"
value_minor = 6000
applicability = "features.open_cases > 0 || features.orders > 0 && customer.owner == 'Eva'"
[[action.treatment]]
channel = "phone"
when = "features.days_since_contact > 40 && channel == 'phone'"
text = { en = "Long ago" }
[[action.treatment]]
channel = "chat"
when = "customer.owner != ''"
text = { en = "From your owner" }
[[action.treatment]]
channel = "email"
when = "account.owner == 'x' || features.orders > 2"
text = { en = "Many" }
[[action]]
id = "extra/two/by_sms"
title = "Only by SMS"
department = "service"
purpose = "service"
value_minor = 3
treatment = [{ channel = "sms", text = { en = "Short" } }]
[[action]]
id = "extra/two/again"
title = "Held by a pause"
department = "sales"
purpose = "service"
value_minor = 10
topics = ["newsletter", "follow_up"]
direction = "outbound"
treatment = [{ channel = "post", text = { en = "Again", it = "Ancora" } }]
[[action]]
id = "extra/two/unlikely"
title = "Hardly ever wanted"
department = "sales"
purpose = "service"
value_minor = 10
model = "renews"
propensity_min_micro = 300000
treatment = [{ channel = "post", text = { en = "Maybe" } }]
)x";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void put(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// Replaces the line that starts with `key`.
std::string with_line(std::string text, const std::string& key, const std::string& line) {
  const std::size_t begin = text.find("\n" + key) + 1;
  EXPECT_NE(begin, 0U) << key;
  return text.replace(begin, text.find('\n', begin) - begin, line);
}

}  // namespace

std::string default_folder() {
  return std::string(CONCORD_SOURCE_DIR) + "/scoring/policies/default";
}

std::shared_ptr<const scoring::Policy> rich_set(const std::string& folder) {
  fs::copy(default_folder(), folder,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  const fs::path company = fs::path(folder) / "company.toml";
  std::string text = text_of(company);
  text = with_line(text, "brands", "brands = [\"other\"]\nfallback_languages = [\"en\", \"it\"]");
  const std::size_t engagement = text.find("[engagement]");
  put(company, text.substr(0, engagement) + kCompany +
                   (engagement == std::string::npos ? "" : text.substr(engagement)));
  put(fs::path(folder) / "actions" / "extra.toml", kActions);
  auto policy = scoring::load_policy(folder);
  EXPECT_TRUE(policy.has_value()) << policy.error().text();
  return policy.has_value() ? *policy : nullptr;
}

}  // namespace concord::oracle
