// First half of the batch index: whose is each event? Identities are normalised in parallel, a
// batch at a time; owners are resolved in log order by one thread.
// Thread class: one-owner.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/customer/releases.h"
#include "index/generation.h"
#include "index/generation_ids.h"
#include "index/intake.h"
#include "index/reindex.h"

namespace concord::index {

/// Where an event lies in the spool, and the slot that owned it when it came. seq = place + 1.
struct SpooledEvent {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t slot = kNoOwner;  // kNoOwner: belongs to nobody (knowledge, release, heartbeat)
};
struct SlotMerge {
  EventSeq seq;
  std::uint32_t survivor;
  std::uint32_t loser;
};
/// An account that became known by a membership alone.
struct AccountIntro {
  std::uint32_t slot;
  EventSeq seq;
};

class ReindexIntake {
 public:
  ReindexIntake(const ReindexOptions& options, FileWriter spool, IdsWriter ids);

  Result<void> add(std::string_view bytes);
  /// Resolves what is still waiting; closes the spool, writes ids.bin.
  Result<void> finish();

  /// The id of an account some membership or event named.
  [[nodiscard]] CustomerId account_id(const NormalisedIdentity& account) const;

  // Filled by now (read after finish()).
  std::vector<SpooledEvent> events;
  std::vector<std::uint64_t> slot_ids;      // CustomerId::value by slot
  std::vector<std::uint32_t> survivor_of;   // by slot; itself unless merged
  std::vector<SlotMerge> merges;            // in log order
  std::vector<AccountIntro> introductions;  // in log order
  Releases releases;
  std::vector<std::string> knowledge;  // encoded knowledge events, in log order
  Hash128 chain;
  std::int64_t newest_at_ms = kNoTime;
  std::vector<SourceInfo> sources;  // by name, with counts
  EventSeq sources_seq = 0;         // the last source_state event
  ReindexReport report;

 private:
  struct Waiting {
    std::string bytes;
    Result<Prepared> prepared;
    IdRow id;  // but for its seq
  };
  Result<void> flush();
  static void name(Waiting& one);
  void take(Waiting& one);
  void reject(const Waiting& one, const Error& error);
  SourceInfo& source_of(std::string_view name);
  void count_source(const wire::Event& event);
  std::uint32_t owner(const OwnerPlan& plan, std::span<const NormalisedIdentity> identities,
                      EventSeq seq);
  std::uint32_t find(const NormalisedIdentity& identity) const;
  void bind(const NormalisedIdentity& identity, std::uint32_t slot);
  std::uint32_t root(std::uint32_t slot) const;

  const ReindexOptions& options_;
  IdentityNormaliser normaliser_;
  FileWriter spool_;
  IdsWriter ids_;
  std::vector<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::unique_ptr<KeyTable> identities_;  // joining identities → slot
  std::unique_ptr<KeyTable> by_id_;       // customer ids → slot
};

}  // namespace concord::index
