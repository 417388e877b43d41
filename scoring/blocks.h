// Block rules: which hold for a customer now, what they cause, and which causes were forgotten.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "scoring/conditions.h"
#include "scoring/decide.h"

namespace concord::scoring {

/// One cause of a rule that holds.
struct LiveCause {
  index::EntryView entry;
  std::string_view unknown_field;
};

struct LiveRule {
  std::uint32_t rule = 0;
  std::uint32_t cause_begin = 0;  // into Blocks::causes, oldest first
  std::uint32_t cause_count = 0;  // 0: a condition over the whole customer
  std::string_view unknown_field;
  std::int64_t until_ms = index::kNoTime;  // postpone: the latest of its causes
};

struct Blocks {
  std::vector<LiveRule> rules;  // worst first: strength, severity, order of company.toml
  std::vector<LiveCause> causes;
  std::vector<index::EntryView> stale;  // forgotten causes, oldest first, each once
  std::uint64_t holding = 0;            // bits of the rules that stop or postpone
};

/// Refills `blocks` from the causes in `state.facts`.
void find_blocks(ConditionState& state, Blocks& blocks);

/// Does a live rule hold this action back? `asked`: the customer asked for it.
bool blocks_action(const PolicyData& policy, const Blocks& blocks, const LiveRule& live,
                   const Action& action, bool asked);

/// Why a live rule holds something back. Its causes, at most kEvidenceMax, go to `evidence`.
Reason reason_of(const PolicyData& policy, const Blocks& blocks, const LiveRule& live,
                 std::vector<index::EntryView>& evidence);

/// Is `entry` the business of this stale task? The department's own task, or, when it has none, the
/// first stale task of the catalogue.
bool is_stale_task_of(const PolicyData& policy, const Action& task, const index::EntryView& entry);

}  // namespace concord::scoring
