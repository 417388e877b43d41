#include "scoring/batch.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "index/base/parallel.h"
#include "scoring/policy_data.h"

namespace concord::scoring {
namespace {

constexpr std::size_t kChunk = 1'024;    // customers one thread takes at a time
constexpr std::size_t kWaveChunks = 64;  // chunks between two calls of the sink

struct ChunkResult {
  index::Buffer lines;
  BatchCounts counts;
};

/// Scratch and decision of one chunk's run, kept warm between waves.
struct Desk {
  DecideScratch scratch;
  Decision decision;
};

void add(BatchCounts& sum, const BatchCounts& part) {
  sum.customers += part.customers;
  sum.gates += part.gates;
  sum.ranked += part.ranked;
  sum.no_action += part.no_action;
  sum.forgotten += part.forgotten;
  for (std::size_t i = 0; i < kStageCount; ++i) sum.dropped_at[i] += part.dropped_at[i];
}

void write_line(index::Buffer& lines, const PolicyData& policy, const Decision& decision,
                std::uint32_t top) {
  index::JsonWriter out(lines);
  out.begin_object();
  out.key("customer_id").id(decision.customer);
  out.key("revision").unsigned_integer(decision.revision);
  out.key("answer_id").string(index::to_hex(decision.answer_id));
  out.key("actions").begin_array();
  for (std::size_t i = 0; i < decision.ranked.size() && i < top; ++i) {
    const RankedAction& ranked = decision.ranked[i];
    out.begin_object();
    out.key("action").string(policy.actions[ranked.action].id);
    out.key("priority_micro").integer(ranked.priority_micro);
    out.end_object();
  }
  out.end_array();
  out.key("no_action");
  if (decision.no_action.empty())
    out.null();
  else
    out.string(decision.no_action);
  out.end_object();
  lines.push('\n');
}

class Batch {
 public:
  Batch(const Policy& policy, const index::Snapshot& snapshot, const index::ReadPin& pin,
        const BatchQuestion& question, bool write)
      : policy_(policy), snapshot_(snapshot), pin_(pin), question_(question), write_(write) {
    ask_.as_of = question.as_of;
    ask_.direction = question.direction;
    ask_.limit = question.top;
  }

  /// Decides places [begin, end) into `result`.
  void run(std::size_t begin, std::size_t end, ChunkResult& result) const {
    thread_local Desk desk;
    desk.scratch.use(question_.rows);
    result.lines.clear();
    result.counts = BatchCounts{};
    for (std::size_t place = begin; place < end; ++place) {
      const index::RecordView record = snapshot_.record_at(pin_, place);
      if (!record || record.is_account()) continue;
      const index::Customer customer = snapshot_.customer(pin_, record.id(), question_.as_of);
      decide(policy_, customer, ask_, desk.scratch, desk.decision);
      count(desk.decision, result.counts);
      if (write_) write_line(result.lines, policy_.data(), desk.decision, question_.top);
    }
  }

 private:
  void count(const Decision& decision, BatchCounts& counts) const {
    ++counts.customers;
    counts.gates += policy_.action_count();
    counts.ranked += decision.ranked.size();
    counts.no_action += decision.ranked.empty() ? 1 : 0;
    counts.forgotten += decision.forgotten;
    for (std::size_t i = 0; i < kStageCount; ++i) counts.dropped_at[i] += decision.dropped_at[i];
  }

  const Policy& policy_;
  const index::Snapshot& snapshot_;
  const index::ReadPin& pin_;
  const BatchQuestion& question_;
  DecisionQuestion ask_;
  bool write_;
};

}  // namespace

BatchCounts decide_all(const Policy& policy, const index::Snapshot& snapshot,
                       const index::ReadPin& pin, const BatchQuestion& question,
                       const BatchSink& sink, const BatchProgress& progress) {
  const Batch batch(policy, snapshot, pin, question, static_cast<bool>(sink));
  const std::size_t places = snapshot.record_count();
  std::vector<ChunkResult> wave(kWaveChunks);
  BatchCounts sum;
  for (std::size_t first = 0; first < places; first += kChunk * kWaveChunks) {
    const std::size_t here = std::min(places - first, kChunk * kWaveChunks);
    index::parallel_chunks(here, kChunk, question.threads,
                           [&](std::size_t begin, std::size_t end, std::size_t chunk) {
                             batch.run(first + begin, first + end, wave[chunk]);
                           });
    for (std::size_t chunk = 0; chunk * kChunk < here; ++chunk) {  // in the order of the places
      add(sum, wave[chunk].counts);
      if (sink && wave[chunk].lines.size() != 0) sink(wave[chunk].lines.view());
    }
    if (progress) progress(first + here, places);
  }
  return sum;
}

}  // namespace concord::scoring
