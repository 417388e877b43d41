// What a loaded policy set holds, resolved to numbers: names were checked when it was read.
// Thread class: immutable once load_policy has returned it.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/base/vocabulary.h"
#include "scoring/cel/environment.h"
#include "scoring/cel/program.h"
#include "scoring/condition_parts.h"
#include "scoring/decide.h"
#include "scoring/filter.h"
#include "scoring/heads.h"
#include "scoring/local_time.h"
#include "scoring/model.h"
#include "scoring/policy.h"

namespace concord::scoring {

inline constexpr std::uint32_t kNone = 0xffff'ffff;
inline constexpr std::size_t kChannelsMax = 32;
inline constexpr std::size_t kActionsMax = 10'000;
inline constexpr std::size_t kRulesMax = 64;

// ---- features.toml
enum class Aggregation : std::uint8_t { count, sum, min, max, days_since, days_since_first, share };
enum class Over : std::uint8_t { customer, accounts, all };
struct Feature {
  std::string name;
  Aggregation aggregation = Aggregation::count;
  Over over = Over::customer;
  Filter filter;
  Filter part;                 // share: what is counted of `filter`
  std::int64_t window_ms = 0;  // 0: all of the past
};

// ---- conditions (CEL), shared by all that state the same text
struct Condition {
  std::string text;
  std::optional<cel::Program> program;
  bool of_treatment = false;  // speaks of `channel` too: asked anew for each channel
  bool one_piece = false;     // the whole of it decides, always: no && or || or macro inside
  ConditionTree tree;         // not of a treatment
};

// ---- company.toml
struct Rate {
  std::int64_t from_ms = 0;
  std::int64_t micro = 0;  // minor units of the company's currency for one minor unit, times 10^6
};
struct Quiet {  // minutes of the local day; from > to: over midnight; equal: never
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  std::uint32_t purposes = 0;
};
struct Channel {
  std::string id;
  bool internal = false;  // colleagues, not the customer: no consent, caps or quiet hours
  std::vector<std::string> identities;    // types, one of which the customer must have; empty: none
  std::vector<std::uint32_t> wording_of;  // channels whose treatments serve here, in this order
  Quiet quiet;
};
struct Cap {
  enum class Scope : std::uint8_t { all, channel, issue, group, action };
  std::string name;
  Scope scope = Scope::all;
  std::uint32_t limit = 0;
  std::int64_t window_ms = 0;
  std::uint32_t purposes = 0;         // counted, and held back
  std::vector<std::string> channels;  // scope channel: these; empty: each one
};
struct Pause {
  std::string name;
  std::uint32_t after = 0;
  std::int64_t window_ms = 0;
  std::int64_t pause_ms = 0;
  std::uint32_t purposes = 0;
  bool by_group = false;              // outcomes of any action of the group count
  std::vector<std::string> outcomes;  // words that count; else the company's reject_words
  std::string because;
};
struct Limit {  // how many of the ranked actions are left in the answer
  enum class Scope : std::uint8_t { all, issue, group, department };
  std::string name;
  Scope scope = Scope::all;
  std::uint32_t at_most = 0;
  std::uint32_t purposes = 0;  // of the actions that count, and that are held back
};
struct DuplicateTopic {
  std::int64_t window_ms = 0;  // 0: no guard
  std::uint32_t purposes = 0;  // of the actions that are held back
};
struct CareFloor {
  std::int64_t silence_ms = 0;  // 0: no floor
  std::int64_t lever_add_micro = 0;
  std::uint32_t purposes = 0;  // outbound contacts that are care
};
struct Grade {
  std::string name;
  std::int64_t limit_minor = 0;
  std::string currency;
  std::int64_t period_ms = 0;
  std::string period;
};
struct Need {
  std::string name;
  std::uint64_t channels = 0;  // closed to this customer
  std::uint32_t purposes = 0;  // for these purposes
};
enum class Strength : std::uint8_t { stop, postpone, note };
enum class RuleScope : std::uint8_t { customer, account, product };
struct BlockRule {
  std::string name;
  RuleScope scope = RuleScope::customer;
  Strength strength = Strength::stop;
  std::uint32_t severity = 0;  // 1 worst
  std::int64_t postpone_ms = 0;
  bool has_match = false;
  Filter match;
  std::uint32_t when = kNone;  // condition
  std::uint32_t purposes = 0;  // blocked
  bool spares_asked = true;
  std::int64_t stale_after_ms = 0;  // 0: never stale
  std::string because;
  std::string ends_when;
};
struct ConsentNeed {
  bool required = false;              // unknown is then not enough
  std::vector<std::string> consents;  // consent purposes that speak about it
};

// ---- actions/*.toml
struct Engagement {  // conditions
  std::vector<std::uint32_t> eligibility, applicability, suitability;
};
enum class Level : std::uint8_t { all, issue, group, action };
struct Gate {
  std::uint32_t condition = 0;
  Level level = Level::all;
  Stage stage = Stage::eligibility;
};
struct ContextWeight {
  std::uint32_t when = 0;
  std::int64_t add_micro = 0;
};
struct TextPiece {
  enum class What : std::uint8_t { literal, key, department, date, begin_optional, end_optional };
  What what = What::literal;
  std::string text;  // already escaped for JSON
};
struct Treatment {
  std::string id;
  std::uint32_t channel = 0;
  std::string language;
  std::string brand;
  std::uint32_t when = kNone;  // condition; kNone: always
  std::vector<TextPiece> text;
};
struct Issue {
  std::string id;
  std::string title;
  std::int64_t lever_add_micro = 0;
  Engagement engagement;
};
struct Group {
  std::string id;
  std::string title;
  std::uint32_t issue = 0;
  std::int64_t lever_add_micro = 0;
  Engagement engagement;
  std::vector<std::uint32_t> topics;  // of its actions
};
struct Action {
  std::string id;  // issue/group/name
  std::string title;
  std::string department;
  std::string brand;
  std::string product;
  std::uint32_t issue = 0;
  std::uint32_t group = 0;
  std::uint32_t department_number = 0;  // place in PolicyData::departments
  std::uint32_t brand_number = 0;       // see brand_number()
  index::Purpose purpose = index::Purpose::none;
  bool mandatory = false;
  bool enabled = true;
  bool care = false;
  bool stale_task = false;
  bool asked_only = false;
  bool grants = false;           // its answer shows what each grade may grant
  std::uint32_t directions = 0;  // bits; 0: both
  std::int64_t from_ms = index::kNoTime;
  std::int64_t to_ms = index::kNoTime;
  std::int64_t value_minor = 1;
  std::int64_t propensity_micro = 1'000'000;
  std::int64_t propensity_min_micro = 0;
  std::uint32_t model = kNone;
  std::int64_t lever_add_micro = 0;  // its own, its group's and its issue's
  std::uint64_t channels = 0;        // that have a wording, by fall-back too
  std::uint64_t choosy = 0;          // of them: whether a wording fits depends on the customer
  std::uint64_t acknowledges = 0;    // bits of block rules
  std::uint32_t about = kNone;       // feature whose newest entry is the reason
  std::vector<ContextWeight> context;
  std::vector<std::string> answers;  // intents, and topics, reasons or kinds of requests
  std::vector<std::uint32_t> topics;
  std::vector<Gate> eligibility, applicability, suitability;  // all levels, in order
  std::vector<Treatment> treatments;
};

/// What every question asks of every action, in one line of the cache; the rest is in Action.
struct alignas(64) QuickAction {
  enum Flag : std::uint8_t {
    kAlwaysThere = 1,   // enabled, at all times, asked for or not, and no stale task
    kMayBeAsked = 2,    // has `answers`
    kCare = 4,          // the care floor is asked
    kStaleTask = 8,     // no contact: neither pressure nor a block holds it back
    kMandatory = 16,    // or a stale task
    kWeighed = 32,      // has context weights
    kAcknowledges = 64  // some block rule
  };
  std::uint32_t gates_begin = 0;  // into PolicyData::gates, eligibility first
  std::uint32_t gates_end = 0;
  std::uint32_t model = kNone;
  std::uint32_t brand = 0;      // as Action::brand_number
  std::uint8_t flags = 0;       // Flag
  std::uint8_t purpose = 0;     // index::Purpose
  std::uint8_t directions = 0;  // bits, never 0
  std::uint64_t channels = 0;
  std::uint64_t choosy = 0;
  std::int64_t value_minor = 1;
  std::int64_t lever_micro = 0;  // the whole factor
  std::int64_t propensity_min_micro = 0;
};
static_assert(sizeof(QuickAction) == 64);

struct KindPlan {  // what an entry of one kind must be held against
  std::vector<std::uint32_t> features;
  std::vector<std::uint32_t> rules;
};

/// How far from an entry's times anything that is gathered may change; see facts_change_at().
struct ChangeShifts {
  std::vector<std::int64_t> after_at, after_closed, before_due;  // the last ones are negative
};

struct PolicyData {
  std::string version;
  std::vector<PolicySource> files;
  std::string currency;
  std::int64_t clock_tick_ms = 1;
  std::string language;                         // when the customer's is not known
  std::vector<std::string> fallback_languages;  // of wordings, behind the customer's, in order
  std::string time_zone;                        // likewise
  std::vector<std::string> departments, brands, reject_words;
  std::vector<std::string> outcome_words;  // that some pause counts
  std::uint32_t contact_kinds = 0;
  std::int64_t asked_window_ms = 0;
  std::vector<Channel> channels;
  std::unordered_map<std::string, std::vector<Rate>> rates;  // by currency, oldest first
  std::vector<Cap> caps;
  std::vector<Pause> pauses;
  std::vector<Limit> limits;
  DuplicateTopic duplicate_topic;
  CareFloor care_floor;
  std::vector<Grade> grades;
  std::vector<Need> needs;
  std::vector<BlockRule> rules;
  std::array<ConsentNeed, 6> consent;  // by Purpose
  ZoneTable zones;

  std::vector<Feature> features;
  std::vector<Model> models;
  Heads heads;                   // of `models`
  cel::ObjectType feature_type;  // `features` in conditions
  cel::Environment environment;
  cel::Environment treatment_environment;  // the same and `channel`
  std::vector<Condition> conditions;
  std::vector<ConditionPart> parts;  // of conditions
  bool reads_entries = false;

  Engagement engagement;  // of all actions
  std::vector<Issue> issues;
  std::vector<Group> groups;
  std::vector<Action> actions;     // by id
  std::vector<QuickAction> quick;  // likewise
  std::vector<Gate> gates;         // of all actions, see QuickAction
  std::uint32_t pressed_purposes =
      0;                              // that a cap, a pause or the duplicate-topic guard holds back
  std::uint32_t pressed_inbound = 0;  // likewise, when the customer speaks to us
  std::vector<std::string> topics;
  std::unordered_map<std::string_view, std::uint32_t> topic_numbers;  // keys borrow from `topics`

  std::array<KindPlan, index::kKindCount> plans;
  std::int64_t contact_window_ms = 0;  // longest look back at contacts and rejects
  std::int64_t authority_window_ms = 0;
  ChangeShifts shifts;
};

/// Place in `brands` + 1; 0: no brand of the policy, or none is meant.
inline std::uint32_t brand_number(const PolicyData& data, std::string_view brand) {
  if (brand.empty()) return 0;
  const auto at = std::find(data.brands.begin(), data.brands.end(), brand);
  return at == data.brands.end() ? 0 : static_cast<std::uint32_t>(at - data.brands.begin() + 1);
}

}  // namespace concord::scoring
