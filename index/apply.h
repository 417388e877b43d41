// Events into the published state, in log order: whose an event is, his record after it, who else
// is concerned. Nothing is readable before publish(). Thread class: one-owner.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "index/customer/releases.h"
#include "index/intake.h"
#include "index/snapshot/publish.h"
#include "index/snapshot/record_update.h"
#include "index/snapshot/snapshot_writer.h"
#include "index/voids.h"
#include "index/waiters.h"

namespace concord::index {

class Applier {
 public:
  /// `releases`: those among the events already in `state`.
  Applier(std::shared_ptr<SnapshotState> state, Releases releases);

  /// The event becomes part of what the next publish() shows. `bytes`: the event itself, kept when
  /// it is a release. Requires: seq above the published one and not below an earlier one; seqs
  /// that change nobody (heartbeats, knowledge) may be left out. Errors: bad_input (no customer),
  /// unsupported, damaged (a stored record does not read back); the state is then unchanged, as it
  /// is by an event that is void: its customer, or an account he belongs to at the event's time,
  /// was changed after the revision it names (`unless_changed`).
  Result<Verdict> apply(const Prepared& prepared, std::string_view bytes, EventSeq seq);
  /// Makes everything applied so far readable, as revision `seq`. Records that several events
  /// touched since the last call are published once: the versions in between never existed.
  void publish(EventSeq seq) { writer_.publish(seq); }

  /// Equal for equal states, however they came to be: event by event, in batches, or rebuilt. Every
  /// record is read back and written anew, so that how it is cut into segments does not count.
  /// Requires: nothing applied since the last publish(). O(base), on `threads` threads (0: all).
  /// Errors: damaged.
  [[nodiscard]] Result<Hash128> state_hash(unsigned threads) const;

  /// `listener` hears of every record that changes, before it is published. Must be quick.
  void on_put(std::function<void(CustomerId, EventSeq)> listener) { on_put_ = std::move(listener); }

  [[nodiscard]] SnapshotWriter& writer() { return writer_; }
  [[nodiscard]] const Releases& releases() const { return releases_; }

 private:
  Result<CustomerRecord> record_of(std::uint32_t slot) const;
  void put(std::uint32_t slot, CustomerRecord& record, EventSeq seq);
  void put_encoded(std::uint32_t slot, EventSeq seq);
  std::uint32_t add_customer(const NormalisedIdentity& first);
  [[nodiscard]] std::uint32_t find(const NormalisedIdentity& identity) const;
  Result<Verdict> apply_to_customer(const Prepared& prepared, EventSeq seq);
  [[nodiscard]] RecordView newest_of(CustomerId id) const;
  [[nodiscard]] EventSeq standing(std::uint32_t slot, UnixMillis at) const;
  [[nodiscard]] Verdict judge(const wire::Event& event, const OwnerPlan& plan) const;
  Result<void> apply_release(const Prepared& prepared, std::string_view bytes, EventSeq seq);
  Result<void> update(const Prepared& prepared, std::uint32_t slot, EventSeq seq);
  Result<void> rewrite(const Prepared& prepared, const OwnerPlan& plan, EventSeq seq);
  [[nodiscard]] CustomerId account_id(const Prepared& prepared, std::uint32_t owner) const;
  void introduce(const Prepared& prepared, EventSeq seq);
  [[nodiscard]] CustomerId new_id(const NormalisedIdentity& first) const;

  std::shared_ptr<SnapshotState> state_;
  SnapshotWriter writer_;
  Releases releases_;
  std::optional<Waiters> waiters_;  // filled at the first release
  RecordEncoder encoder_;
  RecordUpdater updater_;
  EncodedRecord encoded_;
  std::function<void(CustomerId, EventSeq)> on_put_;
};

}  // namespace concord::index
