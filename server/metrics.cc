#include "server/metrics.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "index/base/assert.h"

namespace concord::server {
namespace {

// Of a histogram: its buckets, the one for longer durations, the sum of nanoseconds.
constexpr std::size_t kLonger = kBuckets;
constexpr std::size_t kSum = kBuckets + 1;
constexpr std::size_t kHistogramCells = kBuckets + 2;

void append_number(index::Buffer& out, double value) {
  char* const to = out.reserve_more(32);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 32, value).ptr - to));
}
void append_number(index::Buffer& out, std::uint64_t value) {
  char* const to = out.reserve_more(20);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 20, value).ptr - to));
}

bool is_name(std::string_view text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// op="context",phase="total"
std::string label_text(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    CONCORD_ASSERT(is_name(name));
    if (!text.empty()) text += ',';
    text += name + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') text += '\\';
      if (c == '\n')
        text += "\\n";
      else
        text += c;
    }
    text += '"';
  }
  return text;
}

void append_series(index::Buffer& out, std::string_view name, std::string_view suffix,
                   std::string_view labels, std::string_view more_labels = {}) {
  out.append(name);
  out.append(suffix);
  if (!labels.empty() || !more_labels.empty()) {
    out.push('{');
    out.append(labels);
    if (!labels.empty() && !more_labels.empty()) out.push(',');
    out.append(more_labels);
    out.push('}');
  }
  out.push(' ');
}

}  // namespace

struct Metrics::Series {
  std::string labels;
  std::size_t cell = 0;
  std::function<double()> read;  // gauges only
};
struct Metrics::Family {
  std::string name, help, type;
  std::vector<Series> series;
  std::function<Samples()> collect;  // in place of `series`
};

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

void MetricsSlot::observe(std::size_t histogram, std::int64_t nanoseconds) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
  // The smallest i with ns <= 1000 * 2^i.
  const std::uint64_t micros = (ns + 999) / 1000;
  const auto bucket = static_cast<std::size_t>(micros <= 1 ? 0 : std::bit_width(micros - 1));
  bump(histogram + std::min(bucket, kLonger), 1);
  bump(histogram + kSum, ns);
}

Metrics::Series& Metrics::add_series(std::string_view name, std::string_view help,
                                     std::string_view type, const Labels& labels) {
  CONCORD_ASSERT(is_name(name));
  CONCORD_ASSERT(slots_.empty());  // a slot has cells for what is registered when it is made
  auto at = std::find_if(families_.begin(), families_.end(),
                         [name](const auto& family) { return family->name == name; });
  if (at == families_.end()) {
    families_.push_back(std::make_unique<Family>(
        Family{std::string(name), std::string(help), std::string(type), {}, nullptr}));
    at = families_.end() - 1;
  }
  CONCORD_ASSERT((*at)->type == type);
  Series series{label_text(labels), cells_, nullptr};
  for (const Series& other : (*at)->series) CONCORD_ASSERT(other.labels != series.labels);
  (*at)->series.push_back(std::move(series));
  return (*at)->series.back();
}

std::size_t Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::size_t cell = add_series(name, help, "counter", labels).cell;
  cells_ += 1;
  return cell;
}

std::size_t Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  const std::size_t cell = add_series(name, help, "histogram", labels).cell;
  cells_ += kHistogramCells;
  return cell;
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> read,
                    const Labels& labels) {
  add_series(name, help, "gauge", labels).read = std::move(read);
}

void Metrics::collector(std::string_view name, std::string_view help, std::string_view type,
                        std::function<Samples()> read) {
  add_series(name, help, type, {});
  Family& family = *families_.back();
  CONCORD_ASSERT(family.name == name && family.series.size() == 1);  // a name of its own
  family.series.clear();
  family.collect = std::move(read);
}

MetricsSlot& Metrics::make_slot() {
  const std::lock_guard lock(mutex_);
  slots_.push_back(std::unique_ptr<MetricsSlot>(new MetricsSlot(cells_)));
  return *slots_.back();
}

std::uint64_t Metrics::sum(std::size_t cell) const {
  std::uint64_t total = 0;
  for (const auto& slot : slots_) total += slot->cells_[cell].load(std::memory_order_relaxed);
  return total;
}

std::uint64_t Metrics::total(std::size_t series) const {
  const std::lock_guard lock(mutex_);
  for (const auto& family : families_) {
    if (family->type != "histogram") continue;
    for (const Series& one : family->series) {
      if (one.cell != series) continue;
      std::uint64_t count = 0;
      for (std::size_t i = 0; i <= kLonger; ++i) count += sum(series + i);
      return count;
    }
  }
  return sum(series);
}

void Metrics::append_histogram(index::Buffer& out, const Family& family,
                               const Series& series) const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= kLonger; ++i) {
    count += sum(series.cell + i);
    std::string bound = "le=\"+Inf\"";
    if (i < kLonger) {
      index::Buffer seconds;
      append_number(seconds, static_cast<double>(1ULL << i) / 1e6);
      bound = "le=\"" + std::string(seconds.view()) + "\"";
    }
    append_series(out, family.name, "_bucket", series.labels, bound);
    append_number(out, count);
    out.push('\n');
  }
  append_series(out, family.name, "_sum", series.labels);
  append_number(out, static_cast<double>(sum(series.cell + kSum)) / 1e9);
  out.push('\n');
  append_series(out, family.name, "_count", series.labels);
  append_number(out, count);
  out.push('\n');
}

void Metrics::append_text(index::Buffer& out) const {
  const std::lock_guard lock(mutex_);
  for (const auto& family : families_) {
    for (const std::string_view part :
         {std::string_view("# HELP "), std::string_view(family->name), std::string_view(" "),
          std::string_view(family->help), std::string_view("\n# TYPE "),
          std::string_view(family->name), std::string_view(" "), std::string_view(family->type),
          std::string_view("\n")})
      out.append(part);
    for (const auto& [labels, value] : family->collect ? family->collect() : Samples{}) {
      append_series(out, family->name, "", label_text(labels));
      append_number(out, value);
      out.push('\n');
    }
    for (const Series& series : family->series) {
      if (family->type == "histogram") {
        append_histogram(out, *family, series);
        continue;
      }
      append_series(out, family->name, "", series.labels);
      if (series.read)
        append_number(out, series.read());
      else
        append_number(out, sum(series.cell));
      out.push('\n');
    }
  }
}

}  // namespace concord::server
