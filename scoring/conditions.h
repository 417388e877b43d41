// The conditions of a policy set: what they may speak about, and asking one, at most once a
// decision. Thread class: one-owner (ConditionState); the functions are any-thread.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "index/snapshot/snapshot.h"
#include "scoring/cel/program.h"
#include "scoring/facts.h"
#include "scoring/policy_data.h"

namespace concord::scoring {

/// Declares customer, account, entries, features, consents, intent, direction and now in
/// `policy.environment`, these and channel in `policy.treatment_environment`. Requires:
/// policy.features is complete and stays where it is.
void declare_environment(PolicyData& policy);

enum class Truth : std::uint8_t { no, yes, unknown };

struct Answer {
  Truth truth = Truth::no;
  std::string_view unknown_field;  // unknown: what is absent; the whole condition after an error
};

struct PartAnswer {
  Truth truth = Truth::no;
  bool is_error = false;  // truth is unknown then
  std::string_view unknown_field;
};

struct ConditionState;
struct EntryRef {  // what a condition's entry points at
  index::EntryView entry;
  const ConditionState* state;
};
const cel::ObjectType& entry_type();
struct ConsentRef {  // what a condition's consent points at
  const index::wire::ConsentState* consent;
  const ConditionState* state;
};
struct ConditionState {
  static constexpr std::size_t kVariables = 9;  // the last one: channel
  static constexpr std::uint8_t kNotAsked = 0xff;
  const PolicyData* policy = nullptr;
  const index::Customer* customer = nullptr;
  const Facts* facts = nullptr;
  index::UnixMillis as_of;
  std::vector<EntryRef> entries;
  std::vector<ConsentRef> consents;  // said by `as_of`
  std::array<cel::Value, kVariables> variables;
  std::vector<std::uint8_t> truths;              // by condition: kNotAsked, or its Truth
  std::vector<std::string_view> unknown_fields;  // likewise; right where the truth is unknown
  std::vector<PartAnswer> parts;                 // by part
  std::vector<std::uint8_t> has_part;            // likewise
  cel::Scratch scratch;
  std::vector<cel::Decider> deciders;
};

/// Makes `state` ready for one customer and question. Everything passed must outlive its use.
void prepare(ConditionState& state, const PolicyData& policy, const index::Customer& customer,
             const DecisionQuestion& question, const Facts& facts);

/// Asks condition number `condition`; the second time the answer is remembered.
Answer ask(ConditionState& state, std::uint32_t condition);
/// The same without the name of what is unknown, which most questions do not need.
inline Truth truth_of(ConditionState& state, std::uint32_t condition) {
  const std::uint8_t truth = state.truths[condition];
  if (truth == ConditionState::kNotAsked) return ask(state, condition).truth;
  return static_cast<Truth>(truth);
}

/// Asks a treatment's condition about `channel`, which must outlive the next question.
Answer ask_on(ConditionState& state, std::uint32_t condition, std::string_view channel);

/// Appends to out.decided the pieces that settled the answer to a condition that is no treatment's,
/// in the order of its text, and their entries to out.evidence. The caller notes where both began.
void tell_decided(ConditionState& state, std::uint32_t condition, Decision& out);

}  // namespace concord::scoring
