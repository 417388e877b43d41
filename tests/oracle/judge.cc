#include "tests/oracle/judge.h"

#include <algorithm>
#include <map>

#include "index/base/assert.h"
#include "scoring/arithmetic.h"
#include "tests/oracle/judge_model.h"
#include "tests/oracle/judge_order.h"
#include "tests/oracle/judge_send.h"
#include "tests/oracle/judge_words.h"

namespace concord::oracle {
namespace {

using index::Direction;
using scoring::Action;
using scoring::Gate;
using scoring::kNone;
using scoring::PolicyData;

constexpr std::int64_t kMicro = 1'000'000;

std::string id_json(const Entry& entry) {
  index::Buffer out;
  index::append_json_string(out, entry.id);
  return std::string(out.view().substr(1, out.size() - 2));
}

std::string list(const std::vector<const Entry*>& entries) {
  std::string out = "[";
  for (const Entry* entry : entries) out += id_json(*entry) + " ";
  return out + "]";
}

/// `until` kNoTime: it ends by something, not at a time.
std::string ending(std::int64_t until, const std::string& ends_when) {
  return until != index::kNoTime ? " until " + std::to_string(until) : " ends when " + ends_when;
}
std::string ending(const std::optional<std::int64_t>& until, const std::string& ends_when) {
  return ending(until.value_or(index::kNoTime), ends_when);
}

/// What may be asked of a condition of the policy.
struct Asking {
  Ask ask;
  std::function<std::optional<bool>(std::uint32_t condition, const std::string& channel,
                                    std::string& field)>
      on_channel;
  /// The parts that settled it: text, and what it was.
  std::function<std::vector<std::pair<std::string, std::string>>(std::uint32_t condition)> parts;
};

std::string line_of(std::size_t rank, const Ranked& one) {
  std::string out = "rank " + std::to_string(rank) + " " + one.action->id + " tier " +
                    std::to_string(one.tier) + " priority " +
                    std::to_string(priority_of(one.factors));
  const char* const names[] = {" P ", " C ", " V ", " L "};
  for (std::size_t i = 0; i < 4; ++i) out += names[i] + std::to_string(one.factors[i]);
  out += " by " + one.channels + " why";
  for (const Reasoned& why : one.why) out += " " + why.because + list(why.evidence);
  return out + "\n";
}

/// The funnel for one customer and question.
class Funnel {
 public:
  Funnel(const PolicyData& policy, const Situation& now, const Question& question,
         const Asking& ask)
      : policy_(policy),
        now_(now),
        question_(question),
        ask_(ask),
        outbound_(question.direction == Direction::outbound) {}

  /// Why the action leaves the funnel; empty: `out` is ranked.
  std::optional<Why> drop(const Action& action, Ranked& out) {
    const Entry* asked_by = nullptr;
    const bool asked = is_asked(action, asked_by);
    if (auto why = unavailable(action, asked)) return why;
    if (auto why = shut(action.eligibility, "eligibility")) return why;
    if (auto why = shut(action.applicability, "applicability")) return why;
    if (auto why = shut(action.suitability, "suitability")) return why;
    if (!action.stale_task) {  // that is no contact: it is the work of colleagues
      if (auto why = against_contact_policy(policy_, now_, action, asked, outbound_)) return why;
      if (auto why = blocked(action, asked)) return why;
    }
    std::vector<std::size_t> channels;
    if (auto why = undeliverable(action, asked, channels)) return why;
    out.action = &action;
    out.factors[0] = action.model == kNone
                         ? action.propensity_micro
                         : likelihood(policy_.models[action.model], now_.features);
    if (out.factors[0] < action.propensity_min_micro)
      return Why{"propensity",
                 "propensity_min_micro",
                 "it is too unlikely to be wanted",
                 "the propensity reaches the action's least",
                 {},
                 {}};
    if (auto why = unworded(action, channels, out)) return why;
    weigh(action, out);
    reason(action, asked, asked_by, out);
    return std::nullopt;
  }

 private:
  bool is_asked(const Action& action, const Entry*& by) const {
    const auto& answers = action.answers;
    const auto names = [&](std::string_view word) {
      return !word.empty() && std::find(answers.begin(), answers.end(), word) != answers.end();
    };
    if (!outbound_ && names(question_.intent)) return true;
    for (const Entry* entry : now_.asked)
      if (names(entry->now.topic) || names(entry->now.reason) ||
          names(index::word(entry->kind()))) {
        by = entry;
        return true;
      }
    return false;
  }

  /// A forgotten record belongs to its department's task, or to the first such task of all.
  bool is_task_for(const Action& task, const Entry& entry) const {
    const Action* first = nullptr;
    bool has_own = false;
    for (const Action& action : policy_.actions) {
      if (!action.stale_task) continue;
      if (first == nullptr) first = &action;
      has_own = has_own || action.department == entry.department;
    }
    return has_own ? task.department == entry.department : &task == first;
  }

  std::vector<const Entry*> forgotten_for(const Action& task) const {
    std::vector<const Entry*> out;
    for (const Entry* entry : now_.stale)
      if (is_task_for(task, *entry)) out.push_back(entry);
    return out;
  }

  std::optional<Why> unavailable(const Action& action, bool asked) const {
    const auto why = [](const char* component, const char* because, const char* ends_when) {
      return Why{"available", component, because, ends_when, {}, {}};
    };
    if (!action.enabled) return why("enabled", "it is switched off", "it is switched on");
    if (action.from_ms != index::kNoTime && now_.as_of < action.from_ms)
      return Why{"available", "from", "it has not begun", "", action.from_ms, {}};
    if (action.to_ms != index::kNoTime && now_.as_of >= action.to_ms)
      return why("to", "it is over", "it is offered again");
    if (action.directions != 0 &&
        !has_bit(action.directions, static_cast<std::size_t>(question_.direction)))
      return why("direction", "it is not for this direction",
                 "the customer is spoken to in the other direction");
    if (action.asked_only && !asked)
      return why("asked_only", "it is done only when the customer asks for it",
                 "the customer asks for it");
    if (action.stale_task && forgotten_for(action).empty())
      return why("stale_task", "no record of this department is forgotten",
                 "a record of this department is forgotten");
    return std::nullopt;
  }

  std::optional<Why> shut(const std::vector<Gate>& gates, const char* stage) const {
    static const char* const kLevels[] = {"all", "issue", "group", "action"};
    for (const Gate& gate : gates) {
      std::string field;
      const std::optional<bool> answer = ask_.ask(now_, gate.condition, field);
      if (answer.value_or(false)) continue;  // unknown is false: it does not allow
      const std::string& text = policy_.conditions[gate.condition].text;
      return Why{stage,
                 kLevels[static_cast<std::size_t>(gate.level)],
                 answer.has_value() ? text : "unknown:" + field,
                 text,
                 {},
                 {},
                 decided_by(gate.condition)};
    }
    return std::nullopt;
  }

  std::string decided_by(std::uint32_t condition) const {
    std::string out;
    for (const auto& [text, was] : ask_.parts(condition)) out += "[" + text + " was " + was + "]";
    return out;
  }

  std::optional<Why> blocked(const Action& action, bool asked) const {
    for (const LiveBlock& block : now_.blocks) {
      const scoring::BlockRule& rule = policy_.rules[block.rule];
      if (rule.strength == scoring::Strength::note) continue;
      if (!has_bit(rule.purposes, static_cast<std::size_t>(action.purpose))) continue;
      if (has_bit(action.acknowledges, block.rule)) continue;
      if (asked && rule.spares_asked) continue;
      if (rule.scope == scoring::RuleScope::product && !is_about(action, block)) continue;
      return because_of(block);
    }
    return std::nullopt;
  }

  bool is_about(const Action& action, const LiveBlock& block) const {
    if (action.product.empty()) return false;
    return std::any_of(block.causes.begin(), block.causes.end(), [&](const Entry* cause) {
      return attribute_text(*cause, "product").value_or(action.product) == action.product;
    });
  }

  Why because_of(const LiveBlock& block) const {
    const scoring::BlockRule& rule = policy_.rules[block.rule];
    Why why{"service_first",
            rule.name,
            block.unknown.empty() ? rule.because : "unknown:" + block.unknown,
            rule.ends_when,
            block.until,
            block.causes,
            rule.when == kNone ? "" : decided_by(rule.when)};
    if (why.evidence.size() > 10) why.evidence.resize(10);
    return why;
  }

  /// Does the policy have words for this action on that channel?
  bool has_wording(const Action& action, std::size_t channel) const {
    const auto written = [&](std::size_t on) {
      return std::any_of(action.treatments.begin(), action.treatments.end(),
                         [&](const scoring::Treatment& t) { return t.channel == on; });
    };
    const auto& borrowed = policy_.channels[channel].wording_of;
    return written(channel) || std::any_of(borrowed.begin(), borrowed.end(), written);
  }

  std::optional<Why> undeliverable(const Action& action, bool asked,
                                   std::vector<std::size_t>& channels) const {
    std::optional<Why> soonest;
    for (std::size_t i = 0; i < policy_.channels.size(); ++i) {
      if (!has_wording(action, i)) continue;
      auto why = not_on_channel(policy_, now_, action, asked, outbound_, policy_.channels[i], i);
      if (!why)
        channels.push_back(i);
      else if (!soonest || (why->until && (!soonest->until || *why->until < *soonest->until)))
        soonest = why;
    }
    return channels.empty() ? soonest : std::nullopt;
  }

  /// The wordings for a channel: its own, then those it borrows, channel by channel.
  std::vector<const scoring::Treatment*> wordings(const Action& action, std::size_t channel) const {
    std::vector<std::size_t> sources{channel};
    for (const std::uint32_t other : policy_.channels[channel].wording_of) sources.push_back(other);
    std::vector<const scoring::Treatment*> out;
    for (const std::size_t source : sources)
      for (const scoring::Treatment& one : action.treatments)
        if (one.channel == source) out.push_back(&one);
    return out;
  }

  bool speaks_to_him(const scoring::Treatment& one) const {
    const std::string own = now_.language.empty() ? policy_.language : now_.language.substr(0, 2);
    const auto& others = policy_.fallback_languages;
    return one.language == own ||
           std::find(others.begin(), others.end(), one.language) != others.end();
  }

  std::optional<Why> unworded(const Action& action, const std::vector<std::size_t>& channels,
                              Ranked& out) const {
    std::string field;
    for (const std::size_t channel : channels) {
      const std::string& id = policy_.channels[channel].id;
      for (const scoring::Treatment* one : wordings(action, channel)) {
        if (!speaks_to_him(*one)) continue;
        if (one->when != kNone && !ask_.on_channel(one->when, id, field).value_or(false)) continue;
        out.channels += id + ",";
        break;
      }
    }
    if (!out.channels.empty()) return std::nullopt;
    const std::string& id = policy_.channels[channels.front()].id;
    for (const scoring::Treatment* one : wordings(action, channels.front())) {
      if (one->when == kNone) continue;
      const std::optional<bool> answer = ask_.on_channel(one->when, id, field);
      if (answer.value_or(false)) continue;
      const std::string& text = policy_.conditions[one->when].text;
      return Why{"treatment", "when", answer.has_value() ? text : "unknown:" + field, text, {}, {}};
    }
    return Why{"treatment",
               "language",
               "there is no wording in a language for this customer",
               "a treatment in his language is written",
               {},
               {}};
  }

  void weigh(const Action& action, Ranked& out) const {
    auto& [p, c, v, l] = out.factors;
    for (const scoring::ContextWeight& weight : action.context) {
      std::string field;
      if (ask_.ask(now_, weight.when, field).value_or(false)) c += weight.add_micro;
    }
    v = action.value_minor;
    l += action.lever_add_micro;
    if (action.care) l += policy_.care_floor.lever_add_micro;
    c = std::max<std::int64_t>(c, 0);
    l = std::max<std::int64_t>(l, 0);
  }

  void reason(const Action& action, bool asked, const Entry* by, Ranked& out) const {
    const auto forgotten = forgotten_for(action);
    bool acknowledges = false;
    if (action.stale_task)
      out.why.push_back({"this record is forgotten: finish or correct it", forgotten});
    for (const LiveBlock& block : now_.blocks) {
      if (!has_bit(action.acknowledges, block.rule)) continue;
      if (policy_.rules[block.rule].strength == scoring::Strength::note) continue;
      acknowledges = true;
      out.why.push_back({policy_.rules[block.rule].because, because_of(block).evidence});
    }
    if (asked) out.why.push_back({"the customer asked for it", {}});
    if (asked && by != nullptr) out.why.back().evidence.push_back(by);
    if (action.about != kNone && now_.features[action.about].newest != nullptr)
      out.why.push_back(
          {policy_.features[action.about].name, {now_.features[action.about].newest}});
    if (action.care) out.why.push_back({"the customer has not heard from us for too long", {}});
    for (const Gate& gate : action.applicability)
      if (gate.level != scoring::Level::all)
        for (const auto& [text, was] : ask_.parts(gate.condition)) out.why.push_back({text, {}});
    out.tier = action.mandatory || action.stale_task ? 0 : acknowledges ? 1 : asked ? 2 : 3;
  }

  const PolicyData& policy_;
  const Situation& now_;
  const Question& question_;
  const Asking& ask_;
  bool outbound_;
};

std::string authority_lines(const PolicyData& policy, const Situation& now) {
  std::string out;
  for (const scoring::Grade& grade : policy.grades) {
    std::int64_t left = grade.limit_minor;
    for (const Entry& entry : now.own) {
      if (entry.kind() != index::Kind::credit || entry.at <= now.as_of - grade.period_ms) continue;
      const auto amount = amount_of(policy, entry);
      left = amount ? std::max<std::int64_t>(0, left - std::abs(*amount)) : 0;
    }
    out += "grade " + grade.name + " left " + std::to_string(left) + "\n";
  }
  return out;
}

std::string block_line(const PolicyData& policy, const LiveBlock& block) {
  const scoring::BlockRule& rule = policy.rules[block.rule];
  std::vector<const Entry*> causes = block.causes;
  if (causes.size() > 10) causes.resize(10);
  return "block " + rule.name + " " +
         (block.unknown.empty() ? rule.because : "unknown:" + block.unknown) + list(causes) +
         ending(block.until, rule.ends_when) + "\n";
}

/// Of the last stage that dropped any, what dropped most; of two alike the one met first.
std::string cause_of(const std::map<std::string, Why>& dropped) {
  for (std::size_t stage = scoring::kStageCount; stage-- > 0;) {
    const std::string word(scoring::word(static_cast<scoring::Stage>(stage)));
    std::map<std::string, std::size_t> counts;
    std::string most;
    for (const auto& [action, why] : dropped)
      if (why.stage == word) ++counts[why.component];
    for (const auto& [action, why] : dropped)
      if (why.stage == word && (most.empty() || counts[why.component] > counts[most]))
        most = why.component;
    if (!most.empty()) return word + "/" + most;
  }
  return "";
}

}  // namespace

Judge::Judge(const scoring::Policy& policy)
    : policy_(policy), words_(std::make_unique<Words>(policy.data())) {}
Judge::~Judge() = default;

std::string Judge::decide(const Book& book, const Person& person, const Question& question) const {
  const PolicyData& policy = policy_.data();
  Situation now = situation_of(policy, book, person, question.as_of);
  const Asking asking{[&](const Situation& its, std::uint32_t condition, std::string& field) {
                        return words_->ask(its, question, condition, field);
                      },
                      [&](std::uint32_t condition, const std::string& channel, std::string& field) {
                        return words_->ask(now, question, condition, field, channel);
                      },
                      [&](std::uint32_t condition) {
                        std::vector<std::pair<std::string, std::string>> out;
                        for (const Words::Part& one : words_->explain(now, question, condition))
                          out.emplace_back(one.text, one.was);
                        return out;
                      }};
  find_blocks(policy, asking.ask, now);
  std::string out;
  for (const LiveBlock& block : now.blocks) out += block_line(policy, block);
  out += authority_lines(policy, now);
  out += "forgotten " + std::to_string(now.stale.size()) + "\n";
  Funnel funnel(policy, now, question, asking);
  std::vector<Ranked> passed;
  std::map<std::string, Why> dropped;  // by action
  for (const Action& action : policy.actions) {
    Ranked one;
    if (const auto why = funnel.drop(action, one))
      dropped[action.id] = *why;
    else
      passed.push_back(one);
  }
  const Order order = in_order(policy, passed);
  for (const auto& [action, why] : order.held_back) dropped[action->id] = why;
  for (std::size_t i = 0; i < order.ranked.size(); ++i) out += line_of(i + 1, order.ranked[i]);
  if (order.ranked.empty()) out += "no action " + cause_of(dropped) + "\n";
  out += sensitivity_lines(policy, passed);
  for (const auto& [action, why] : dropped)
    out += "drop " + action + " " + why.stage + " " + why.component + " " + why.because +
           list(why.evidence) + ending(why.until, why.ends_when) + why.decided_by + "\n";
  return out;
}

std::string in_lines(const scoring::Policy& policy, const scoring::Decision& decision) {
  const PolicyData& data = policy.data();
  const auto evidence = [&](std::uint32_t begin, std::uint32_t count) {
    std::string out = "[";
    for (std::uint32_t i = 0; i < count; ++i)
      out += std::string(decision.evidence[begin + i].id_json()) + " ";
    return out + "]";
  };
  const auto reason = [&](const scoring::Reason& r) {
    return (r.unknown_field.empty() ? std::string(r.because)
                                    : "unknown:" + std::string(r.unknown_field)) +
           evidence(r.evidence_begin, r.evidence_count) +
           ending(r.until_ms, std::string(r.ends_when));
  };
  const auto decided = [&](const scoring::Reason& r) {
    std::string out;
    for (std::uint32_t i = 0; i < r.decided_count; ++i)
      out += "[" + std::string(decision.decided[r.decided_begin + i].text) + " was " +
             std::string(decision.decided[r.decided_begin + i].was) + "]";
    return out;
  };
  std::string out;
  for (const scoring::Block& block : decision.blocks)
    out += "block " + data.rules[block.rule].name + " " + reason(block.reason) + "\n";
  for (const scoring::Authority& one : decision.authority)
    out += "grade " + std::string(one.grade) + " left " + std::to_string(one.left_minor) + "\n";
  out += "forgotten " + std::to_string(decision.forgotten) + "\n";
  for (std::size_t i = 0; i < decision.ranked.size(); ++i) {
    const scoring::RankedAction& fast = decision.ranked[i];
    Ranked one;
    one.action = &data.actions[fast.action];
    one.tier = static_cast<int>(fast.tier);
    one.factors = {fast.factors.propensity_micro, fast.factors.context_weight_micro,
                   fast.factors.value_minor, fast.factors.lever_micro};
    CONCORD_ASSERT(fast.priority_micro == priority_of(one.factors));
    for (std::size_t c = 0; c < data.channels.size(); ++c)
      if (has_bit(fast.deliverable_by, c)) one.channels += data.channels[c].id + ",";
    std::string line = line_of(i + 1, one);
    line.pop_back();
    for (std::uint32_t w = 0; w < fast.why_count; ++w) {
      const scoring::Why& why = decision.whys[fast.why_begin + w];
      line += " " + std::string(why.because) + evidence(why.evidence_begin, why.evidence_count);
    }
    out += line + "\n";
  }
  if (decision.ranked.empty()) out += "no action " + decision.no_action + "\n";
  for (std::size_t factor = 0; factor < scoring::kFactorCount; ++factor) {
    out += "without " + std::to_string(factor);
    if (!decision.ranked.empty())
      out += " first " + data.actions[decision.sensitivity.first[factor]].id + " ranks";
    for (const auto& ranks : decision.sensitivity.ranks) out += " " + std::to_string(ranks[factor]);
    out += "\n";
  }
  for (const scoring::Dropped& one : decision.dropped)
    out += "drop " + data.actions[one.action].id + " " +
           std::string(scoring::word(one.reason.stage)) + " " + std::string(one.reason.component) +
           " " + reason(one.reason) + decided(one.reason) + "\n";
  return out;
}

}  // namespace concord::oracle
