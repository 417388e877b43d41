// Counters and duration histograms, counted by each thread in cells of its own and added up only
// when somebody looks; written in the Prometheus text format.
// Our own and not prometheus-cpp: counting here is one relaxed load and store (about 1 ns, against
// 22 to 80 ns and a contended cache line there), and the text format is a page of code.
// Histograms have buckets of powers of two from 1 us to about 1 s: the usual buckets start at 5 ms
// and would put every question into the first.
// Thread class: any-thread after the last registration; a MetricsSlot is one-owner.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/buffer.h"

namespace concord::server {

/// Names and values, as {{"op", "context"}, {"phase", "total"}}. Never an id of a customer.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Bucket i holds durations up to 2^i microseconds; behind them one for longer ones.
inline constexpr std::size_t kBuckets = 21;

/// One thread's cells.
class MetricsSlot {
 public:
  void add(std::size_t counter, std::uint64_t count = 1) { bump(counter, count); }
  void observe(std::size_t histogram, std::int64_t nanoseconds);

 private:
  friend class Metrics;
  explicit MetricsSlot(std::size_t cells) : cells_(cells) {}
  // One thread writes, a scrape may read: no read-modify-write needed.
  void bump(std::size_t cell, std::uint64_t count) {
    std::atomic<std::uint64_t>& value = cells_[cell];
    value.store(value.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::vector<std::atomic<std::uint64_t>> cells_;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Registration: before the first slot. Series of one name stand together. The result is the
  /// series' number for MetricsSlot. Names follow Prometheus: `concord_…_total`, `…_seconds`.
  std::size_t counter(std::string_view name, std::string_view help, const Labels& labels = {});
  std::size_t histogram(std::string_view name, std::string_view help, const Labels& labels = {});
  /// `read` is called by scrapes, in any thread.
  void gauge(std::string_view name, std::string_view help, std::function<double()> read,
             const Labels& labels = {});

  /// A `type` ("counter", "gauge") whose series are not known beforehand: `read` gives them at each
  /// scrape, in any thread.
  using Samples = std::vector<std::pair<Labels, double>>;
  void collector(std::string_view name, std::string_view help, std::string_view type,
                 std::function<Samples()> read);

  /// A new slot, valid as long as this object; one for each thread that counts.
  MetricsSlot& make_slot();

  /// Sum over all slots; a histogram's: number of observations.
  [[nodiscard]] std::uint64_t total(std::size_t series) const;
  /// Content type text/plain; version=0.0.4.
  void append_text(index::Buffer& out) const;

 private:
  struct Series;
  struct Family;
  Series& add_series(std::string_view name, std::string_view help, std::string_view type,
                     const Labels& labels);
  [[nodiscard]] std::uint64_t sum(std::size_t cell) const;
  void append_histogram(index::Buffer& out, const Family& family, const Series& series) const;

  std::vector<std::unique_ptr<Family>> families_;
  std::size_t cells_ = 0;
  mutable std::mutex mutex_;  // guards slots_
  std::vector<std::unique_ptr<MetricsSlot>> slots_;
};

}  // namespace concord::server
