// Decisions as JSON: the next-best-action answer, and scoring's members of the context answer.
#include <algorithm>

#include "index/base/time.h"
#include "scoring/decide.h"
#include "scoring/policy_data.h"

namespace concord::scoring {
namespace {

using index::Buffer;
using index::EntryView;
using index::JsonWriter;
using index::kNoTime;

constexpr std::string_view kScopes[] = {"customer", "account", "product"};
constexpr std::string_view kFactors[kFactorCount] = {"propensity", "context_weight", "value",
                                                     "lever"};
constexpr std::string_view kStrengths[] = {"stop", "postpone", "note"};

void put_quoted(Buffer& out, std::string_view escaped) {
  out.push('"');
  out.append(escaped);
  out.push('"');
}

class Renderer {
 public:
  Renderer(JsonWriter& out, const Policy& policy, const Decision& decision)
      : out_(out), policy_(policy.data()), version_(policy.version()), decision_(decision) {}

  void head();
  void actions(const DecisionQuestion& question, std::uint32_t limit, std::uint32_t explain);
  void dropped(bool shown);
  void counts();
  void sensitivity();
  void do_not();
  void authority();

 private:
  void action(const RankedAction& ranked, std::size_t rank, const DecisionQuestion& question,
              std::uint32_t explain);
  void factors(const Factors& factors);
  void why(const RankedAction& ranked);
  void evidence(std::uint32_t begin, std::uint32_t count);
  void because(const Reason& reason);
  void ending(const Reason& reason);
  void decided(const Reason& reason);
  void ranks_without(std::size_t rank);
  void treatment(const RankedAction& ranked, const Action& action, std::string_view channel);
  void text(const Treatment& treatment, const EntryView* about);
  void scores(const Action& action);

  JsonWriter& out_;
  const PolicyData& policy_;
  std::string_view version_;
  const Decision& decision_;
  Buffer text_;
};

void Renderer::head() {
  out_.key("customer_id").id(decision_.customer);
  out_.key("as_of").time(decision_.as_of);
  out_.key("revision").unsigned_integer(decision_.revision);
  out_.key("policy_version").string(version_);
  out_.key("answer_id").string(index::to_hex(decision_.answer_id));
}

void Renderer::actions(const DecisionQuestion& question, std::uint32_t limit,
                       std::uint32_t explain) {
  out_.begin_array();
  for (std::size_t i = 0; i < decision_.ranked.size() && i < limit; ++i)
    action(decision_.ranked[i], i + 1, question, explain);
  out_.end_array();
}

void Renderer::action(const RankedAction& ranked, std::size_t rank,
                      const DecisionQuestion& question, std::uint32_t explain) {
  const Action& action = policy_.actions[ranked.action];
  out_.begin_object();
  out_.key("rank").unsigned_integer(rank);
  out_.key("action").string(action.id);
  out_.key("issue").string(policy_.issues[action.issue].id);
  out_.key("group").string(policy_.groups[action.group].id);
  out_.key("department").string(action.department);
  out_.key("purpose").string(index::word(action.purpose));
  out_.key("title").string(action.title);
  out_.key("priority_micro").integer(ranked.priority_micro);
  factors(ranked.factors);
  why(ranked);
  out_.key("deliverable_by").begin_array();
  for (std::size_t i = 0; i < policy_.channels.size(); ++i)
    if ((ranked.deliverable_by >> i & 1U) != 0) out_.string(policy_.channels[i].id);
  out_.end_array();
  treatment(ranked, action, question.channel);
  out_.key("authority");
  if (action.grants)
    authority();
  else
    out_.begin_array().end_array();
  if ((explain & kExplainScores) != 0) scores(action);
  if ((explain & kExplainSensitivity) != 0 && rank <= decision_.sensitivity.ranks.size())
    ranks_without(rank);
  out_.end_object();
}

/// Which rank it would have with one factor taken as 1 for all; null: a limit would hold it back.
void Renderer::ranks_without(std::size_t rank) {
  out_.key("rank_without").begin_object();
  for (std::size_t factor = 0; factor < kFactorCount; ++factor) {
    const std::uint32_t other = decision_.sensitivity.ranks[rank - 1][factor];
    out_.key(kFactors[factor]);
    if (other == 0)
      out_.null();
    else
      out_.unsigned_integer(other);
  }
  out_.end_object();
}

void Renderer::sensitivity() {
  out_.key("sensitivity").begin_array();
  for (std::size_t factor = 0; factor < kFactorCount && !decision_.sensitivity.ranks.empty();
       ++factor) {
    out_.begin_object();
    out_.key("without").string(kFactors[factor]);
    out_.key("first").string(policy_.actions[decision_.sensitivity.first[factor]].id);
    out_.key("moved").unsigned_integer(decision_.sensitivity.moved[factor]);
    out_.end_object();
  }
  out_.end_array();
}

void Renderer::factors(const Factors& factors) {
  out_.key("factors").begin_object();
  out_.key("propensity_micro").integer(factors.propensity_micro);
  out_.key("context_weight_micro").integer(factors.context_weight_micro);
  out_.key("value_minor").integer(factors.value_minor);
  out_.key("lever_micro").integer(factors.lever_micro);
  out_.end_object();
}

void Renderer::why(const RankedAction& ranked) {
  out_.key("why").begin_array();
  for (std::uint32_t i = 0; i < ranked.why_count; ++i) {
    const Why& one = decision_.whys[ranked.why_begin + i];
    out_.begin_object().key("because").string(one.because);
    evidence(one.evidence_begin, one.evidence_count);
    out_.end_object();
  }
  out_.end_array();
}

void Renderer::evidence(std::uint32_t begin, std::uint32_t count) {
  out_.key("evidence").begin_array();
  for (std::uint32_t i = 0; i < count; ++i) {
    text_.clear();
    put_quoted(text_, decision_.evidence[begin + i].id_json());
    out_.raw(text_.view());
  }
  out_.end_array();
}

/// A reason that rests on something absent names it: "unknown:consent".
void Renderer::because(const Reason& reason) {
  out_.key("because");
  if (reason.unknown_field.empty()) {
    out_.string(reason.because);
    return;
  }
  text_.clear();
  text_.append("unknown:");
  text_.append(reason.unknown_field);
  out_.string(text_.view());
}

void Renderer::ending(const Reason& reason) {
  if (reason.until_ms != kNoTime)
    out_.key("until").time(index::UnixMillis{reason.until_ms});
  else
    out_.key("ends_when").string(reason.ends_when);
}

void Renderer::treatment(const RankedAction& ranked, const Action& action,
                         std::string_view channel) {
  out_.key("treatment");
  if (ranked.treatment < 0) {
    out_.null();
    if (ranked.blocked_here < 0) return;
    const Reason& reason = decision_.blocked_here[static_cast<std::size_t>(ranked.blocked_here)];
    out_.key("blocked_here").begin_object();
    because(reason);
    ending(reason);
    out_.end_object();
    return;
  }
  const Treatment& chosen = action.treatments[static_cast<std::size_t>(ranked.treatment)];
  const EntryView* about = nullptr;
  for (std::uint32_t i = 0; i < ranked.why_count && about == nullptr; ++i) {
    const Why& one = decision_.whys[ranked.why_begin + i];
    if (one.evidence_count != 0) about = &decision_.evidence[one.evidence_begin];
  }
  out_.begin_object();
  out_.key("id").string(chosen.id);
  out_.key("channel").string(channel);
  out_.key("language").string(chosen.language);
  out_.key("text");
  text(chosen, about);
  out_.end_object();
}

/// What placeholder `what` stands for, escaped; empty: nothing.
void put_placeholder(Buffer& out, TextPiece::What what, const EntryView* about) {
  if (about == nullptr) return;
  if (what == TextPiece::What::key) {
    std::string_view id = about->id_json();
    for (int slash = 0; slash < 2; ++slash) id.remove_prefix(id.find('/') + 1);
    out.append(id);
  } else if (what == TextPiece::What::department) {
    Buffer quoted;
    index::append_json_string(quoted, about->department());
    out.append(quoted.view().substr(1, quoted.size() - 2));
  } else if (what == TextPiece::What::date && about->due_at_ms() != kNoTime) {
    out.append(index::to_rfc3339(index::UnixMillis{about->due_at_ms()}).substr(0, 10));
  }
}

/// An optional part with a placeholder that stands for nothing is left out whole.
void Renderer::text(const Treatment& treatment, const EntryView* about) {
  using What = TextPiece::What;
  text_.clear();
  text_.push('"');
  std::size_t optional_begin = 0;
  bool missing = false;
  for (const TextPiece& piece : treatment.text) {
    const std::size_t before = text_.size();
    switch (piece.what) {
      case What::literal: text_.append(piece.text); break;
      case What::begin_optional:
        optional_begin = before;
        missing = false;
        break;
      case What::end_optional:
        if (missing) text_.truncate(optional_begin);
        break;
      default:
        put_placeholder(text_, piece.what, about);
        missing = missing || text_.size() == before;
    }
  }
  text_.push('"');
  out_.raw(text_.view());
}

/// `scores`: what each predictor of the model added; `model`: what they were added to.
void Renderer::scores(const Action& action) {
  ModelReason reason;
  if (action.model != kNone)
    explain_propensity(policy_.models[action.model], decision_.features, reason);
  out_.key("scores").begin_array();
  for (const ModelReason::Part& part : reason.contributions) {
    const FeatureValue& feature = decision_.features[part.feature];
    out_.begin_object();
    out_.key("feature").string(policy_.features[part.feature].name);
    out_.key("value");
    if (feature.known)
      out_.integer(feature.value);
    else
      out_.null();
    out_.key("contribution_micro").integer(part.micro);
    out_.end_object();
  }
  out_.end_array();
  if (action.model == kNone) return;
  const Model& model = policy_.models[action.model];
  out_.key("model").begin_object();
  out_.key("name").string(model.name);
  out_.key("type").string(type_word(model));
  out_.key("intercept_micro").integer(reason.intercept_micro);
  out_.key("rounding_micro").integer(reason.rounding_micro);
  out_.key("score_micro").integer(reason.score_micro);
  out_.end_object();
}

void Renderer::dropped(bool shown) {
  out_.key("dropped").begin_array();
  for (const Dropped& one : decision_.dropped) {
    if (!shown) break;
    out_.begin_object();
    out_.key("action").string(policy_.actions[one.action].id);
    out_.key("stage").string(word(one.reason.stage));
    out_.key("component").string(one.reason.component);
    because(one.reason);
    evidence(one.reason.evidence_begin, one.reason.evidence_count);
    decided(one.reason);
    ending(one.reason);
    out_.end_object();
  }
  out_.end_array();
}

/// The parts of the condition that settled it; nothing for a reason without a condition.
void Renderer::decided(const Reason& reason) {
  if (reason.decided_count == 0) return;
  out_.key("decided_by").begin_array();
  for (std::uint32_t i = 0; i < reason.decided_count; ++i) {
    const Decided& one = decision_.decided[reason.decided_begin + i];
    out_.begin_object().key("condition").string(one.text).key("was").string(one.was).end_object();
  }
  out_.end_array();
}

void Renderer::counts() {
  out_.key("counts").begin_object();
  out_.key("catalogue").unsigned_integer(policy_.actions.size());
  out_.key("ranked").unsigned_integer(decision_.ranked.size());
  out_.key("dropped").begin_object();
  for (std::size_t i = 0; i < kStageCount; ++i)
    out_.key(word(static_cast<Stage>(i))).unsigned_integer(decision_.dropped_at[i]);
  out_.end_object();
  out_.key("forgotten").unsigned_integer(decision_.forgotten);
  out_.end_object();
}

void Renderer::do_not() {
  out_.begin_array();
  for (const Block& block : decision_.blocks) {
    const BlockRule& rule = policy_.rules[block.rule];
    out_.begin_object();
    out_.key("rule").string(rule.name);
    out_.key("scope").string(kScopes[static_cast<std::size_t>(rule.scope)]);
    out_.key("strength").string(kStrengths[static_cast<std::size_t>(rule.strength)]);
    because(block.reason);
    evidence(block.reason.evidence_begin, block.reason.evidence_count);
    ending(block.reason);
    out_.end_object();
  }
  out_.end_array();
}

void Renderer::authority() { write_authority(out_, decision_); }

}  // namespace

void write_decision(JsonWriter& out, const Policy& policy, const Decision& decision,
                    const DecisionQuestion& question, std::uint32_t explain) {
  Renderer renderer(out, policy, decision);
  out.begin_object();
  renderer.head();
  out.key("actions");
  renderer.actions(question, question.limit, explain);
  renderer.dropped((explain & kExplainDropped) != 0);
  renderer.counts();
  out.key("no_action");
  if (decision.no_action.empty())
    out.null();
  else
    out.string(decision.no_action);
  if ((explain & kExplainSensitivity) != 0) renderer.sensitivity();
  out.end_object();
}

void write_do_not(JsonWriter& out, const Policy& policy, const Decision& decision) {
  Renderer(out, policy, decision).do_not();
}

void write_next(JsonWriter& out, const Policy& policy, const Decision& decision,
                const DecisionQuestion& question) {
  Renderer(out, policy, decision).actions(question, kNextInContext, kExplainNothing);
}

void write_authority(JsonWriter& out, const Decision& decision) {
  out.begin_array();
  for (const Authority& one : decision.authority) {
    out.begin_object();
    out.key("grade").string(one.grade);
    out.key("limit_minor").integer(one.limit_minor);
    out.key("left_minor").integer(one.left_minor);
    out.key("currency").string(one.currency);
    out.key("period").string(one.period);
    out.end_object();
  }
  out.end_array();
}

}  // namespace concord::scoring
