// Features and block rules.
#include <algorithm>

#include "scoring/loading.h"

namespace concord::scoring {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }) && !(text[0] >= '0' && text[0] <= '9');
}

Feature read_feature(Loading& loading, TableReader& in) {
  static constexpr std::string_view kAggregations[] = {
      "count", "sum", "min", "max", "days_since", "days_since_first", "share"};
  static constexpr std::string_view kOver[] = {"customer", "accounts", "all"};
  Feature out;
  out.name = in.required_text("name");
  if (!out.name.empty() && !is_name(out.name))
    in.problem("name", "must be lower-case letters, digits and '_', not a digit first");
  if (in.take("aggregation") == nullptr) in.problem("aggregation", "is missing");
  out.aggregation = static_cast<Aggregation>(in.choice("aggregation", kAggregations, 0));
  out.over = static_cast<Over>(in.choice("over", kOver, 0));
  out.window_ms = in.duration_ms("window");
  for (const TomlNode* where : in.tables("where"))
    out.filter = read_filter(loading, *where, in.what() + ", where", in);
  const bool share = out.aggregation == Aggregation::share;
  const std::vector<const TomlNode*> part = in.tables("part");
  for (const TomlNode* table : part)
    out.part = read_filter(loading, *table, in.what() + ", part", in);
  if (share == part.empty())
    in.problem("part", share ? "is missing: a share says of what part" : "is for a share only");
  in.finish();
  return out;
}

void read_strength(TableReader& in, BlockRule& rule) {
  static constexpr std::string_view kStrengths[] = {"stop", "postpone", "note"};
  static constexpr std::string_view kScopes[] = {"customer", "account", "product"};
  rule.scope = static_cast<RuleScope>(in.choice("scope", kScopes, 0));
  if (in.take("strength") == nullptr) in.problem("strength", "is missing");
  rule.strength = static_cast<Strength>(in.choice("strength", kStrengths, 0));
  rule.severity = static_cast<std::uint32_t>(in.required_integer("severity", 1, 9));
  rule.postpone_ms = in.duration_ms("postpone");
  if ((rule.strength == Strength::postpone) != (rule.postpone_ms != 0))
    in.problem("postpone", "belongs to strength = \"postpone\", which needs it");
}

BlockRule read_rule(Loading& loading, TableReader& in) {
  BlockRule rule;
  rule.name = in.required_text("name");
  read_strength(in, rule);
  const std::vector<const TomlNode*> match = in.tables("match");
  rule.has_match = !match.empty();
  for (const TomlNode* table : match)
    rule.match = read_filter(loading, *table, in.what() + ", match", in);
  rule.when = read_condition(loading, in, "when");
  if (!rule.has_match && rule.when == kNone && in.take("when") == nullptr)
    in.problem("match", "or 'when' must say what causes it");
  if (!rule.has_match && rule.strength == Strength::postpone)
    in.problem("postpone", "counts from the entry found by 'match', which is missing");
  if (!rule.has_match && rule.scope != RuleScope::customer) in.problem("scope", "needs a 'match'");
  rule.purposes = in.bits<index::Purpose>("purposes");
  if (rule.purposes == 0 && rule.strength != Strength::note)
    in.problem("purposes", "must say what is blocked");
  rule.spares_asked = in.flag("spares_asked", true);
  rule.stale_after_ms = in.duration_ms("stale_after");
  if (rule.has_match && rule.strength == Strength::stop && rule.stale_after_ms == 0)
    in.problem("stale_after", "is missing: no entry may stop for ever");
  rule.because = in.required_text("because");
  rule.ends_when = in.required_text("ends_when");
  in.finish();
  return rule;
}

}  // namespace

void load_features(Loading& loading, const PolicyFile& file) {
  TableReader root(file.root, "features", file.name, loading.problems);
  std::vector<Feature>& features = loading.data.features;
  for (const TomlNode* table : root.tables("feature")) {
    TableReader naming(*table, "feature", file.name, loading.problems);
    TableReader in(*table, "feature '" + naming.text("name") + "'", file.name, loading.problems);
    Feature feature = read_feature(loading, in);
    for (const Feature& other : features)
      if (other.name == feature.name) in.problem("name", "is given twice");
    features.push_back(std::move(feature));
  }
  root.finish();
}

void load_rules(Loading& loading, TableReader& company) {
  std::vector<BlockRule>& rules = loading.data.rules;
  for (const TomlNode* table : company.tables("block")) {
    TableReader naming(*table, "block", company.file(), loading.problems);
    TableReader in(*table, "block '" + naming.text("name") + "'", company.file(), loading.problems);
    BlockRule rule = read_rule(loading, in);
    for (const BlockRule& other : rules)
      if (other.name == rule.name) in.problem("name", "is given twice");
    rules.push_back(std::move(rule));
  }
  if (rules.size() > kRulesMax) {
    company.problem("block", "is given more than " + std::to_string(kRulesMax) + " times");
    rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(kRulesMax), rules.end());
  }
  for (const TomlNode* table : company.tables("engagement")) {
    TableReader in(*table, "engagement", company.file(), loading.problems);
    loading.data.engagement = read_engagement(loading, in);
    in.finish();
  }
}

}  // namespace concord::scoring
