// What the routes of decisions share: a kept decision out of the log, claims on topics, answers.
// Thread class: any-thread (functions); DecisionDraft and the waits are one-owner.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_writer.h"
#include "index/snapshot/snapshot.h"
#include "server/answers_redact.h"
#include "server/kept_decision.h"
#include "server/routes.h"
#include "server/submission_wait.h"

namespace concord::server {

inline constexpr std::int64_t kClaimMsDefault = index::kDayMs;
inline constexpr std::int64_t kClaimMsMax = 30 * index::kDayMs;
inline constexpr std::int64_t kWriteMsMax = 10'000;  // then 503: send it again with the same key
inline constexpr std::uint32_t kClaimAttemptsMax = 16;

/// A decision on its way into the log.
struct DecisionDraft {
  KeptDecision kept;
  bool claim_wanted = false;
  std::uint32_t attempt = 0;  // of the claim: the customer has changed so often meanwhile
};

/// Waits for the claim, then another for the decision itself.
class DecisionWait final : public SubmissionWait {
 public:
  bool claiming = false;
  DecisionDraft draft;
};

class OutcomeWait final : public SubmissionWait {
 public:
  std::string entry;  // concord/outcome/…
};

/// The entry by which a decision holds its topic: "concord/decision/d_…".
std::string claim_entry(std::string_view decision_id);
/// The decision whose claim this entry is; empty: it is none.
std::string_view claiming_decision(const index::EntryView& entry);
/// The claim that holds `topic` at `now`, of another decision than `own`. Borrows from the pin.
std::optional<index::EntryView> claim_on(const index::RecordView& record, std::string_view topic,
                                         std::int64_t now_ms, std::string_view own);

/// An event that concord writes about this customer: source, department, time and whose it is. The
/// record has an identity that names it. `id`: unique among our own.
index::EventDraft own_event(const index::RecordView& record, std::string id,
                            std::string_view department, index::UnixMillis at);

/// The kept decision of that id. Errors: not_found, those of the log and of decode_decision.
index::Result<KeptDecision> kept_decision(index::EventLog& log, std::string_view id);
/// Its payload, as the event carries it. Errors: damaged.
index::Result<std::string_view> payload_of(std::string_view event_bytes);

/// What nobody may see who sees no more than `view`: of the customer now and as he was then.
HiddenEntries hidden_of(const KeptDecision& decision, const index::Customer& now, View view);

/// {"decision_id",…,"claim",…,"answer"}: one object. `record`: as it is now; may be empty.
void write_kept_decision(index::JsonWriter& out, const KeptDecision& decision,
                         const index::RecordView& record, std::int64_t now_ms);

}  // namespace concord::server
