// What an action needs, stage by stage, in plain words.
#include <algorithm>
#include <array>

#include "index/base/time.h"
#include "scoring/plain_words.h"
#include "scoring/policy_data.h"

namespace concord::scoring {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kFeaturePrefix = "features.";

std::string listed(const Lines& all) {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : ", ") + one;
  return out;
}

bool has(std::uint32_t purposes, index::Purpose purpose) {
  return (purposes >> static_cast<unsigned>(purpose) & 1U) != 0;
}

std::string minute_words(std::uint16_t minute) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minute / 60) + ":" + two(minute % 60);
}

/// Says one action, heading by heading.
class Explaining {
 public:
  Explaining(const PolicyData& policy, const Action& action) : policy_(policy), action_(action) {}

  std::vector<ActionWords> all() {
    out_.push_back({"action", what_it_is()});
    out_.push_back({"available", available()});
    out_.push_back({"eligibility", gates(action_.eligibility)});
    out_.push_back({"applicability", gates(action_.applicability)});
    out_.push_back({"suitability", gates(action_.suitability)});
    out_.push_back({"contact_policy", contact_policy()});
    out_.push_back({"service_first", service_first()});
    out_.push_back({"deliverability", deliverability()});
    out_.push_back({"propensity", propensity()});
    out_.push_back({"arbitration", arbitration()});
    out_.push_back({"treatment", treatment()});
    out_.push_back({"limits", limits()});
    std::erase_if(out_, [](const ActionWords& one) { return one.lines.empty(); });
    return std::move(out_);
  }

 private:
  [[nodiscard]] Lines what_it_is() const;
  [[nodiscard]] Lines available() const;
  [[nodiscard]] Lines gates(const std::vector<Gate>& gates) const;
  [[nodiscard]] Lines contact_policy() const;
  [[nodiscard]] Lines service_first() const;
  [[nodiscard]] Lines deliverability() const;
  [[nodiscard]] Lines propensity() const;
  [[nodiscard]] Lines arbitration() const;
  [[nodiscard]] Lines treatment() const;
  [[nodiscard]] Lines limits() const;
  void add_condition(Lines& lines, std::string before, std::uint32_t condition) const;
  [[nodiscard]] std::string cap_words(const Cap& cap) const;
  [[nodiscard]] std::string rule_words(const BlockRule& rule) const;
  [[nodiscard]] std::string channel_words(std::size_t channel) const;
  [[nodiscard]] Lines topics() const;

  const PolicyData& policy_;
  const Action& action_;
  std::vector<ActionWords> out_;
};

Lines Explaining::topics() const {
  Lines out;
  for (const std::uint32_t topic : action_.topics)
    if (policy_.topics[topic] != action_.id) out.push_back(policy_.topics[topic]);
  return out;
}

Lines Explaining::what_it_is() const {
  Lines lines = {action_.title + " (" + action_.id + ")",
                 "done by " + action_.department + ", purpose " +
                     std::string(index::word(action_.purpose)) + ", group " +
                     policy_.groups[action_.group].title + " of " +
                     policy_.issues[action_.issue].title};
  if (!action_.brand.empty()) lines.push_back("for the brand " + action_.brand);
  if (!action_.product.empty()) lines.push_back("about the product " + action_.product);
  if (action_.about != kNone)
    lines.push_back("it is about the newest of: " + words_of(policy_.features[action_.about]));
  return lines;
}

Lines Explaining::available() const {
  Lines lines;
  if (!action_.enabled) lines.emplace_back("it is switched off");
  if (action_.from_ms != index::kNoTime)
    lines.push_back("from " + index::to_rfc3339({action_.from_ms}));
  if (action_.to_ms != index::kNoTime)
    lines.push_back("until " + index::to_rfc3339({action_.to_ms}));
  const auto all = index::words<index::Direction>();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (action_.directions == 1U << i) lines.push_back("only " + std::string(all[i]));
  if (!action_.answers.empty())
    lines.push_back((action_.asked_only ? "only when the customer asks for: "
                                        : "asked for by the customer with: ") +
                    listed(action_.answers));
  if (action_.stale_task)
    lines.push_back("when a record of " + action_.department + " is forgotten");
  return lines;
}

/// The condition as written, then what each feature in it counts.
void Explaining::add_condition(Lines& lines, std::string before, std::uint32_t condition) const {
  const Condition& one = policy_.conditions[condition];
  lines.push_back(std::move(before) + one.text);
  for (const std::string& read : one.program->reads()) {
    if (!read.starts_with(kFeaturePrefix)) continue;
    for (const Feature& feature : policy_.features)
      if (feature.name == read.substr(kFeaturePrefix.size()))
        lines.push_back("  " + feature.name + ": " + words_of(feature));
  }
}

Lines Explaining::gates(const std::vector<Gate>& gates) const {
  constexpr std::array<const char*, 4> kLevels = {
      "of all actions: ", "of the issue: ", "of the group: ", ""};
  Lines lines;
  for (const Gate& gate : gates)
    add_condition(lines, kLevels[static_cast<std::size_t>(gate.level)], gate.condition);
  return lines;
}

std::string Explaining::cap_words(const Cap& cap) const {
  constexpr std::array<const char*, 5> kScopes = {"over all actions", "on one channel",
                                                  "of its issue", "of its group", "of this action"};
  std::string out = "at most " + std::to_string(cap.limit) + " in " +
                    duration_words(cap.window_ms) + " " +
                    kScopes[static_cast<std::size_t>(cap.scope)];
  if (!cap.channels.empty()) out += " (" + listed(cap.channels) + ")";
  return out + ": " + cap.name;
}

Lines Explaining::contact_policy() const {
  Lines lines;
  if (action_.stale_task) return {"none: it is the work of colleagues"};
  for (const Cap& cap : policy_.caps)
    if (has(cap.purposes, action_.purpose)) lines.push_back(cap_words(cap));
  for (const Pause& pause : policy_.pauses)
    if (has(pause.purposes, action_.purpose))
      lines.push_back("after " + std::to_string(pause.after) + " times " + listed(pause.outcomes) +
                      " of " + (pause.by_group ? "its group" : "it") + " in " +
                      duration_words(pause.window_ms) + " a pause of " +
                      duration_words(pause.pause_ms) + ": " + pause.name);
  const DuplicateTopic& guard = policy_.duplicate_topic;
  if (guard.window_ms != 0 && has(guard.purposes, action_.purpose) && action_.topics.size() > 1)
    lines.push_back("not when any department spoke about " + listed(topics()) + " in the last " +
                    duration_words(guard.window_ms) + ": duplicate_topic");
  if (action_.care)
    lines.push_back("care: once the customer has heard nothing from us for " +
                    duration_words(policy_.care_floor.silence_ms));
  return lines;
}

std::string Explaining::rule_words(const BlockRule& rule) const {
  std::string out = rule.strength == Strength::stop
                        ? "stopped while "
                        : "postponed " + duration_words(rule.postpone_ms) + " because ";
  out += rule.because + ", until " + rule.ends_when + ": " + rule.name;
  if (rule.has_match) out += " (" + words_of(rule.match) + ")";
  return out;
}

Lines Explaining::service_first() const {
  Lines lines;
  if (action_.stale_task) return {"held back by nothing: it is the work of colleagues"};
  for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
    const BlockRule& rule = policy_.rules[i];
    if ((action_.acknowledges >> i & 1U) != 0)
      lines.push_back("goes first while " + rule.because + ": " + rule.name);
    else if (rule.strength != Strength::note && has(rule.purposes, action_.purpose))
      lines.push_back(rule_words(rule) + (rule.spares_asked ? "; spared when asked for" : ""));
  }
  return lines;
}

std::string Explaining::channel_words(std::size_t number) const {
  const Channel& channel = policy_.channels[number];
  std::string out = channel.id;
  if (channel.internal) return out + ": a colleague, not the customer";
  if (!channel.identities.empty()) out += ": needs " + listed(channel.identities);
  const Quiet& quiet = channel.quiet;
  if (quiet.from != quiet.to && has(quiet.purposes, action_.purpose))
    out += std::string(channel.identities.empty() ? ": " : ", ") + "quiet from " +
           minute_words(quiet.from) + " to " + minute_words(quiet.to) + " where the customer lives";
  for (const Need& need : policy_.needs)
    if ((need.channels >> number & 1U) != 0 && has(need.purposes, action_.purpose))
      out += ", not with the need " + need.name;
  return out;
}

Lines Explaining::deliverability() const {
  Lines lines;
  const ConsentNeed& need = policy_.consent[static_cast<std::size_t>(action_.purpose)];
  lines.push_back((need.required ? "needs consent to " : "no consent needed, no refusal of ") +
                  listed(need.consents) + (need.required ? " (unknown is not consent)" : ""));
  for (std::size_t i = 0; i < policy_.channels.size(); ++i)
    if ((action_.channels >> i & 1U) != 0) lines.push_back(channel_words(i));
  return lines;
}

Lines Explaining::propensity() const {
  Lines lines;
  if (action_.model != kNone)
    lines.push_back("model " + policy_.models[action_.model].name + " (" +
                    std::string(type_word(policy_.models[action_.model])) + ")");
  else if (action_.propensity_micro != 1'000'000)
    lines.push_back("always " + micro_words(action_.propensity_micro).substr(1));
  if (action_.propensity_min_micro != 0)
    lines.push_back("at least " + micro_words(action_.propensity_min_micro).substr(1));
  return lines;
}

Lines Explaining::arbitration() const {
  Lines lines;
  if (action_.mandatory || action_.stale_task)
    lines.emplace_back("mandatory: before everything else");
  else
    lines.push_back("value " + money_words(action_.value_minor, policy_.currency));
  if (action_.lever_add_micro != 0)
    lines.push_back("lever " + micro_words(action_.lever_add_micro) +
                    " (issue, group and action together)");
  if (action_.care && policy_.care_floor.lever_add_micro != 0)
    lines.push_back("lever " + micro_words(policy_.care_floor.lever_add_micro) +
                    " as care that is due");
  for (const ContextWeight& weight : action_.context)
    add_condition(lines, "context weight " + micro_words(weight.add_micro) + " when ", weight.when);
  return lines;
}

Lines Explaining::treatment() const {
  Lines lines;
  for (const Treatment& treatment : action_.treatments) {
    std::string text;
    for (const TextPiece& piece : treatment.text) {
      constexpr std::array<const char*, 6> kMarks = {"",       "{key}", "{department}",
                                                     "{date}", "[[",    "]]"};
      text += piece.what == TextPiece::What::literal ? piece.text
                                                     : kMarks[static_cast<std::size_t>(piece.what)];
    }
    lines.push_back(treatment.id + ": " + text);
    if (treatment.when != kNone) add_condition(lines, "  only when ", treatment.when);
  }
  return lines;
}

Lines Explaining::limits() const {
  constexpr std::array<const char*, 4> kScopes = {
      "actions", "actions of its issue", "actions of its group", "actions of its department"};
  Lines lines;
  for (const Limit& limit : policy_.limits)
    if (has(limit.purposes, action_.purpose))
      lines.push_back("among the best " + std::to_string(limit.at_most) + " " +
                      kScopes[static_cast<std::size_t>(limit.scope)] + ": " + limit.name);
  return lines;
}

}  // namespace

std::vector<ActionWords> explain_action(const Policy& policy, std::uint32_t action) {
  return Explaining(policy.data(), policy.data().actions[action]).all();
}

}  // namespace concord::scoring
