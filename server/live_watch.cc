#include "server/live_watch.h"

namespace concord::server {
namespace {

using index::Live;
using index::LiveCounts;

void watch_counts(Metrics& metrics, const Live& live) {
  struct Row {
    const char* name;
    const char* help;
    std::uint64_t LiveCounts::*value;
  };
  for (const Row& row : {
           Row{"concord_intake_queue_events", "Events taken and not answered yet.",
               &LiveCounts::queue_events},
           Row{"concord_intake_queue_bytes", "Bytes they take.", &LiveCounts::queue_bytes},
           Row{"concord_log_seq", "The newest durable event.", &LiveCounts::log_seq},
           Row{"concord_retired_versions",
               "Replaced versions of records that wait for a reader to let go.",
               &LiveCounts::retired_versions},
       })
    metrics.gauge(row.name, row.help,
                  [&live, row] { return static_cast<double>(live.counts().*row.value); });
  for (const Row& row : {
           Row{"concord_intake_frames_total", "Frames handled since the start.",
               &LiveCounts::frames},
           Row{"concord_intake_written_total", "Events written to the log since the start.",
               &LiveCounts::events},
           Row{"concord_intake_unknown_total", "Events whose write failed.", &LiveCounts::unknown},
       })
    metrics.collector(row.name, row.help, "counter", [&live, row] {
      return Metrics::Samples{{{}, static_cast<double>(live.counts().*row.value)}};
    });
}

void watch_text(Metrics& metrics, const Live& live) {
  const index::LiveText* const text = live.engine().live_text();
  if (text == nullptr) return;  // a generation without a text index
  metrics.gauge("concord_text_revision", "Every event up to it is findable.",
                [text] { return static_cast<double>(text->status().revision); });
  metrics.gauge("concord_text_lag_seconds",
                "Age of the oldest change that is not findable; 0: none.",
                [text] { return static_cast<double>(text->status().lag_ms) / 1000; });
  metrics.gauge("concord_text_rebuilding", "1: the live text index is being made anew.",
                [text] { return text->status().rebuilding ? 1.0 : 0.0; });
  using index::LiveTextStatus;
  struct Row {
    const char* name;
    const char* help;
    std::uint64_t LiveTextStatus::*value;
  };
  for (const Row& row : {
           Row{"concord_text_waiting_customers", "Customers that changed and are not taken up yet.",
               &LiveTextStatus::waiting},
           Row{"concord_text_live_documents", "Documents findable that are not the generation's.",
               &LiveTextStatus::live_documents},
           Row{"concord_text_shards", "Live shards over the generation's text index.",
               &LiveTextStatus::shards},
           Row{"concord_text_live_bytes", "Bytes of the live shards.", &LiveTextStatus::bytes},
       })
    metrics.gauge(row.name, row.help,
                  [text, row] { return static_cast<double>(text->status().*row.value); });
  for (const Row& row : {
           Row{"concord_text_commits_total", "States of the text index published since the start.",
               &LiveTextStatus::commits},
           Row{"concord_text_merges_total", "Merges of live shards since the start.",
               &LiveTextStatus::merges},
           Row{"concord_text_errors_total", "Commits of the text index that failed.",
               &LiveTextStatus::errors},
       })
    metrics.collector(row.name, row.help, "counter", [text, row] {
      return Metrics::Samples{{{}, static_cast<double>(text->status().*row.value)}};
    });
}

Metrics::Samples source_samples(const Live& live) {
  Metrics::Samples samples;
  for (const index::SourceCounts& one : live.source_counts())
    for (const auto& [status, count] :
         {std::pair{"accepted", one.accepted}, std::pair{"duplicate", one.duplicate},
          std::pair{"rejected", one.rejected}, std::pair{"stale", one.stale},
          std::pair{"clamped", one.clamped}})
      samples.push_back({{{"source", one.source}, {"status", status}}, static_cast<double>(count)});
  return samples;
}

}  // namespace

std::function<void(const index::FrameCost&)> LiveWatch::hook() {
  return [this](const index::FrameCost& cost) {
    if (slot_ == nullptr) return;
    if (cost.events > 0) slot_->observe(commit_, cost.commit_ns);
    if (cost.events > 0) slot_->observe(apply_, cost.apply_ns);
  };
}

void LiveWatch::watch(Metrics& metrics, const Live& live, const RevisionBell& bell) {
  watch_counts(metrics, live);
  watch_text(metrics, live);
  metrics.collector("concord_intake_events_total",
                    "Events by source and outcome; clamped: accepted with a time brought back.",
                    "counter", [&live] { return source_samples(live); });
  commit_ = metrics.histogram("concord_commit_seconds", "Append and sync of one frame.");
  apply_ = metrics.histogram("concord_apply_seconds", "Fold and publish of one frame.");
  metrics.gauge("concord_writable", "1: events are taken; 0: reads only, /readyz says why.", [&] {
    return live.write_state().mode == index::WriteState::Mode::writable ? 1.0 : 0.0;
  });
  metrics.gauge("concord_stale", "1: acknowledged events are missing from answers.",
                [&live] { return live.report().stale ? 1.0 : 0.0; });
  metrics.gauge("concord_waiting_questions", "Questions that wait for a revision.",
                [&bell] { return static_cast<double>(bell.waiting()); });
}

}  // namespace concord::server
