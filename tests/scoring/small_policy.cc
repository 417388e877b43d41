#include "tests/scoring/small_policy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "index/base/json_reader.h"

namespace concord::test {
namespace {

constexpr const char* kCompany = R"(
currency = "EUR"
clock_tick = "1m"
language = "en"
time_zone = "Europe/Berlin"
departments = ["sales", "service"]
brands = ["north"]
contact_kinds = ["message"]
reject_words = ["rejected"]
asked_window = "30d"
[[channel]]
id = "email"
identities = ["email"]
[[channel]]
id = "chat"
wording_of = ["email"]
[[channel]]
id = "internal"
internal = true
[[consent]]
purpose = "sales"
required = true
[[block]]
name = "open_case"
strength = "stop"
severity = 2
match = { kind = "case", open = true }
purposes = ["sales"]
stale_after = "100d"
because = "there is an unsolved problem"
ends_when = "the case is solved"
)";

constexpr const char* kActions = R"(
[[issue]]
id = "sales"
title = "Sales"
[[issue]]
id = "service"
title = "Service"
[[group]]
id = "sales/offer"
title = "Offers"
[[group]]
id = "service/case"
title = "Cases"
[[action]]
id = "service/case/answer"
title = "Answer the case"
department = "service"
purpose = "service"
value_minor = 100
applicability = "features.open_cases > 0"
acknowledges = ["open_case"]
about = "open_cases"
treatment = [{ channel = "email", text = { en = "Your case[[ {key}]]", de = "Ihr Fall[[ {key}]]" }}]
[[action]]
id = "service/case/finish_or_correct"
title = "Finish it"
department = "service"
purpose = "service"
stale_task = true
treatment = [{ channel = "internal", text = { en = "Finish[[ {key}]]" } }]
)";

constexpr const char* kFeatures = R"(
[[feature]]
name = "open_cases"
aggregation = "count"
where = { kind = "case", open = true }
)";

constexpr const char* kZones = R"(
zone = [
  { name = "Europe/Berlin", offset_minutes = 60, daylight = "eu" },
  { name = "America/New_York", offset_minutes = -300, daylight = "us" },
]
)";

}  // namespace

SmallPolicy::SmallPolicy()
    : files{{"company.toml", kCompany},
            {"features.toml", kFeatures},
            {"time_zones.toml", kZones},
            {"actions/all.toml", kActions}} {}

SmallPolicy& SmallPolicy::add(const std::string& file, const std::string& text) {
  files[file] += text;
  return *this;
}

SmallPolicy& SmallPolicy::change(const std::string& file, const std::string& from,
                                 const std::string& to) {
  std::string& text = files[file];
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return *this;
}

SmallPolicy& SmallPolicy::action(const std::string& name, const std::string& more) {
  return add("actions/all.toml",
             "[[action]]\nid = \"sales/offer/" + name + "\"\ntitle = \"Offer " + name +
                 "\"\ndepartment = \"sales\"\n" +
                 (more.find("purpose =") == std::string::npos ? "purpose = \"sales\"\n" : "") +
                 (more.find("value_minor") == std::string::npos ? "value_minor = 100\n" : "") +
                 (more.find("treatment") == std::string::npos
                      ? "treatment = [{ channel = \"email\", text = { en = \"Buy\" } }]\n"
                      : "") +
                 more + "\n");
}

index::Result<std::shared_ptr<const scoring::Policy>> SmallPolicy::load() {
  namespace fs = std::filesystem;
  fs::remove_all(folder_.path());
  for (const auto& [name, text] : files) {
    const fs::path path = fs::path(folder_.path()) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  return scoring::load_policy(folder_.path());
}

std::shared_ptr<const scoring::Policy> SmallPolicy::must_load() {
  auto policy = load();
  EXPECT_TRUE(policy.has_value()) << policy.error().text();
  return policy.has_value() ? *policy : nullptr;
}

std::shared_ptr<const scoring::Policy> default_policy() {
  static const auto policy =
      scoring::load_policy(std::string(CONCORD_SOURCE_DIR) + "/scoring/policies/default");
  EXPECT_TRUE(policy.has_value()) << policy.error().text();
  return *policy;
}

Told tell(const scoring::Policy& policy, const index::Customer& customer,
          const scoring::DecisionQuestion& question) {
  scoring::DecideScratch scratch;
  scoring::Decision decision;
  scoring::DecisionQuestion explained = question;
  explained.explain |= scoring::kExplainDropped;
  scoring::decide(policy, customer, explained, scratch, decision);
  index::Buffer buffer;
  index::JsonWriter writer(buffer);
  scoring::write_decision(writer, policy, decision, explained, scoring::kExplainDropped);
  Told told;
  told.json = std::string(buffer.view());
  index::JsonReader reader;
  const auto root = reader.parse(told.json);
  EXPECT_TRUE(root.has_value()) << told.json;
  if (!root.has_value()) return told;
  for (const auto action : root->find("actions")->elements())
    told.ranked.emplace_back(*action.find("action")->as_string());
  for (const auto one : root->find("dropped")->elements()) {
    const std::string name(*one.find("action")->as_string());
    told.dropped[name] = std::string(*one.find("stage")->as_string()) + " " +
                         std::string(*one.find("component")->as_string());
    std::string& because = told.because[name];
    because = std::string(*one.find("because")->as_string()) + " | ";
    const auto until = one.find("until");
    EXPECT_NE(until.has_value(), one.find("ends_when").has_value()) << told.json;
    because += until ? *until->as_string() : *one.find("ends_when")->as_string();
    for (const auto id : one.find("evidence")->elements())
      because += " | " + std::string(*id.as_string());
  }
  EXPECT_EQ(decision.ranked.size() + decision.dropped.size(), policy.action_count());
  return told;
}

}  // namespace concord::test
