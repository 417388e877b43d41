#include "bench/report_page.h"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace concord::bench {
namespace {

using Value = std::optional<double>;

std::string number(double value, int digits = 2) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

class Page {
 public:
  explicit Page(const Figures& figures) : figures_(figures) {}

  std::string text() {
    out_ =
        "# Benchmarks\n\n"
        "Written by `./dev bench` from the files in `bench/results/`; do not edit. Every program\n"
        "first holds its answers against another way of working them out and refuses to measure "
        "wrong ones.\nFigures are medians over interleaved rounds. The machine is small and "
        "shared: trust the ratios, and read\nthe load beside every file. A time of one operation "
        "holds one reading of the clock (`clock`).\n\n";
    for (const std::string& size :
         {std::string("10000"), std::string("100000"), std::string("1000000")})
      if (has("/" + size)) budgets(size);
    growth();
    sizes();
    all_figures();
    files();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool has(const std::string& ending) const {
    return std::any_of(figures_.rounds.begin(), figures_.rounds.end(),
                       [&](const auto& one) { return one.first.ends_with(ending); });
  }
  [[nodiscard]] Value median(const std::string& name, const std::string& counter) const {
    const auto at = figures_.rounds.find(name);
    if (at == figures_.rounds.end()) return std::nullopt;
    const auto found = at->second.find(counter);
    if (found == at->second.end() || found->second.empty()) return std::nullopt;
    std::vector<double> values = found->second;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }

  void row(const std::string& what, const std::string& budget, Value value, double limit,
           bool at_most, const std::string& unit) {
    if (!value) return;
    const bool met = at_most ? *value <= limit : *value >= limit;
    const double ratio = *value / limit;
    out_ += "| " + what + " | " + budget + " | " + number(*value) + " " + unit + " | " +
            number(ratio) + "x | " + (met ? "met" : "**not met**") + " |\n";
  }
  static Value scaled(Value value, double by) { return value ? Value(*value * by) : std::nullopt; }
  static Value over(Value a, Value b) { return a && b ? Value(*a / *b) : std::nullopt; }

  void budgets(const std::string& size) {
    out_ += "## " + size +
            " customers\n\n| what | budget | measured | of the budget | |\n"
            "|---|---|---|---|---|\n";
    in_process(size);
    search(size);
    http(size);
    base(size);
    intake(size);
    out_ += "\n";
  }

  void in_process(const std::string& n) {
    for (const char* part : {"facts", "served"}) {
      const std::string context = std::string("context/") + part + "/";
      const std::string name = std::string("context, ") + part + ", ";
      const auto us = [&](const char* spread, const char* counter) {
        return scaled(median(context + spread + "/" + n, counter), 1e-3);
      };
      row(name + "Zipf p50", "≤ 1 µs (at 1M)", us("zipf", "p50_ns"), 1, true, "µs");
      row(name + "Zipf p99", "≤ 3 µs (at 1M)", us("zipf", "p99_ns"), 3, true, "µs");
      row(name + "uniform p50", "≤ 1.5 µs (at 1M)", us("uniform", "p50_ns"), 1.5, true, "µs");
      row(name + "uniform p99", "≤ 3 µs (at 1M)", us("uniform", "p99_ns"), 3, true, "µs");
    }
    for (const std::string way : {"outbound", "inbound", "outbound_rows", "inbound_rows"})
      row("next best action, " + way + " p50, default set", "≤ 5 µs (100 × 30 linear)",
          scaled(median("decide/" + way + "/" + n, "p50_ns"), 1e-3), 5, true, "µs");
    const Value one = median("decide_all/threads:1/" + n, "seconds");
    const Value two = median("decide_all/threads:2/" + n, "seconds");
    row("decide for all, 2 threads, features made anew", "1M × 64 in ≤ 0.5 s, rows ready: 2M/s",
        median("decide_all/threads:2/" + n, "customers_per_s"), 2e6, false, "customers/s");
    row("parallel efficiency of 2 threads", "≥ 0.85", scaled(over(one, two), 0.5), 0.85, false, "");
    row("decide for all, 2 threads, rows ready", "1M × 64 in ≤ 0.5 s: 2M/s",
        median("decide_all/rows/threads:2/" + n, "customers_per_s"), 2e6, false, "customers/s");
    row("parallel efficiency of 2 threads, rows ready", "≥ 0.85",
        scaled(over(median("decide_all/rows/threads:1/" + n, "seconds"),
                    median("decide_all/rows/threads:2/" + n, "seconds")),
               0.5),
        0.85, false, "");
  }

  void search(const std::string& n) {
    const auto p50 = [&](const std::string& what) {
      return scaled(median("search/" + what + "/" + n, "p50_ns"), 1e-3);
    };
    row("search in one customer, p50", "≤ 20 µs", p50("one_customer/word"), 20, true, "µs");
    row("search in all, AND, p50", "≤ 150 µs (1M entries)", p50("all/and/recent"), 150, true, "µs");
    row("search in all, phrase, p50", "≤ 150 µs (1M entries)", p50("all/phrase/recent"), 150, true,
        "µs");
    for (const char* form : {"word", "and"}) {
      const std::string all = std::string("all/") + form;
      const Value raw = p50(all + "/raw_xapian");
      row(std::string(form) + ", sort=recent beside raw Xapian BM25", "≤ 0.5x",
          over(p50(all + "/recent"), raw), 0.5, true, "x");
      row(std::string(form) + ", sort=relevance beside raw Xapian BM25", "≤ 1.1x",
          over(p50(all + "/relevance"), raw), 1.1, true, "x");
    }
  }

  void http(const std::string& n) {
    for (const auto& [what, extra] : {std::pair("context", 3.0), std::pair("decision", 8.0)}) {
      const std::string base = std::string("http/") + what + "/";
      const std::string ours = base + "concord/" + n;
      const std::string floor = base + "floor/" + n;
      const Value a = median(ours, "p50_us");
      const Value b = median(floor, "p50_us");
      if (!a || !b) continue;
      row(std::string("HTTP ") + what + ", p50 over the floor's " + number(*b) + " µs",
          "≤ floor + " + number(extra, 0) + " µs", *a - *b, extra, true, "µs");
      row(std::string("HTTP ") + what + ", 32 connections, one core, of the floor's rate", "≥ 0.8x",
          over(median(ours, "per_second_32"), median(floor, "per_second_32")), 0.8, false, "x");
    }
  }

  void base(const std::string& n) {
    const Value plain = median("reindex/without_text/" + n, "seconds");
    const Value text = median("reindex/with_text/" + n, "seconds");
    row("re-index without text", "≥ 150k entries/s",
        median("reindex/without_text/" + n, "entries_per_s"), 150e3, false, "entries/s");
    const Value texts = median("reindex/with_text/" + n, "text_documents");
    if (plain && text && *text > *plain)
      row("re-index, what the texts add", "≥ 7k text entries/s", over(texts, Value(*text - *plain)),
          7e3, false, "texts/s");
    const std::string open = "open/" + n;
    row("restart: from nothing to the first answer", "≤ 10 s (at 1M)", median(open, "seconds"), 10,
        true, "s");
    const Value held = median(open, "held_bytes");
    const Value index = median(open, "text_bytes");
    if (held && index)
      row("memory, text index pages apart, of the records' bytes", "≤ 1.5x",
          over(*held - std::min(*index, *held), median(open, "records_bytes")), 1.5, true, "x");
  }

  void intake(const std::string& n) {
    for (const char* who : {"spread", "large"}) {
      const std::string name = std::string("intake/") + who + "/" + n;
      const std::string what = std::string("intake, durable, events for ") +
                               (who[0] == 's' ? "all customers" : "the largest customers");
      row(what, "≥ 20k events/s", median(name, "events_per_s"), 20e3, false, "events/s");
      row(what + ", acknowledgement p99", "≤ 25 ms", median(name, "ack_p99_ms"), 25, true, "ms");
      row(what + ", readers' p99 of idle", "≤ 1.5x",
          over(median(name, "read_busy_p99_ms"), median(name, "read_idle_p99_ms")), 1.5, true, "x");
    }
    const std::string ten = "intake/overload/" + n;
    row("ten times the capacity: goodput", "≥ 0.9x of the capacity", median(ten, "goodput_share"),
        0.9, false, "x");
    row("ten times the capacity: refusal p99", "≤ 5 ms", median(ten, "shed_p99_ms"), 5, true, "ms");
    row("a second after it: refused", "none", median(ten, "after_refused_share"), 0.001, true,
        "of all");
  }

  void growth() {
    const Value small = median("context/facts/zipf/10000", "p50_ns");
    out_ += "## Growth of the context answer with the base (Zipf, p50)\n\n";
    for (const char* part : {"facts", "served"})
      for (const char* size : {"100000", "1000000"}) {
        const std::string name = std::string("context/") + part + "/zipf/";
        const Value ratio = over(median(name + size, "p50_ns"), median(name + "10000", "p50_ns"));
        if (ratio)
          out_ += std::string("- ") + part + ", 10000 to " + size + ": " + number(*ratio) +
                  "x (budget from 10k to 1M: 1.3x)\n";
      }
    if (!small) out_ += "- not measured\n";
    out_ += "\n";
  }

  /// Budgets: 100 × 30, and the largest.
  void sizes() {
    const std::string begin = "sizes/";
    out_ +=
        "## Next best action by size of the catalogue\n\nMade-up catalogues in which every "
        "action's "
        "model is scored (actions × predictors), rows ready, 10000 customers by Zipf, rendering "
        "apart.\nTrees: 50 of depth 5 an action; binned: 8 bins a predictor.\n\n| models | size | "
        "p50 µs | p99 µs | budget | |\n|---|---|---|---|---|---|\n";
    for (const std::string shape : {"linear", "binned", "trees"})
      for (const std::string actions : {"100", "400", "1000", "2500"})
        for (const std::string predictors : {"30", "100", "700"}) {
          const std::string size = actions + "x" + predictors;
          const std::string name = begin + shape + "/" + size + "/10000";
          const Value p50 = scaled(median(name, "p50_ns"), 1e-3);
          if (!p50) continue;
          const double limit = size_budget(shape, size);
          out_ += "| " + shape + " | " + actions + " × " + predictors + " | " + number(*p50) +
                  " | " + number(*scaled(median(name, "p99_ns"), 1e-3)) + " | " +
                  (limit == 0 ? " | |\n"
                              : "≤ " + number(limit, 0) + " | " +
                                    (*p50 <= limit ? "met |\n" : "**not met** |\n"));
        }
    out_ += "\n";
  }
  /// In µs; 0: none is stated.
  static double size_budget(const std::string& shape, const std::string& size) {
    if (size == "100x30") return shape == "linear" ? 5 : shape == "binned" ? 10 : 0;
    if (size == "2500x700") return shape == "linear" ? 1'000 : shape == "binned" ? 2'500 : 0;
    return 0;
  }

  void all_figures() {
    out_ += "## All figures\n\nMedian [lowest..highest] over the rounds.\n\n";
    for (const auto& [name, why] : figures_.failed)
      out_ += "- **" + name + " was not measured: its answer is wrong** (" + why + ")\n";
    for (const auto& [name, counters] : figures_.rounds) {
      std::string line;
      for (const auto& [counter, values] : counters) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        line += std::string(line.empty() ? "" : ", ") + counter + " " +
                number(*median(name, counter), 1) + " [" + number(*low, 1) + ".." +
                number(*high, 1) + "]";
      }
      out_ += "- `" + name + "`: " + line + "\n";
    }
    out_ += "\n";
  }

  void files() {
    out_ += "## Where and when\n\n";
    for (const auto& [name, about] : figures_.files) out_ += "- `" + name + "`: " + about + "\n";
    out_ +=
        "\nNot measured: PostgreSQL and Redis (no peer program yet), screening (not there yet), "
        "feature\nrows kept ready (made anew for each answer).\n";
  }

  const Figures& figures_;
  std::string out_;
};

}  // namespace

std::string page_of(const Figures& figures) { return Page(figures).text(); }

}  // namespace concord::bench
