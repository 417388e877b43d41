// A company with the default policy set, told in a few words: events in, answers out. The clock is
// the number of days since day 0, at ten in the morning in Berlin. Thread class: one-owner.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/engine.h"
#include "scoring/decide.h"
#include "scoring/policy_data.h"
#include "tests/support/events.h"

namespace concord::test {

/// The policy set that comes with concord, loaded once.
const scoring::Policy& default_set();

/// 2025-06-02T08:00:00Z plus `days`.
std::int64_t on_day(double days);

/// What was decided, by name.
struct Advice {
  std::vector<std::string> ranked;                 // actions, best first
  std::vector<index::Purpose> purposes;            // of them
  std::vector<std::string> channels;               // of them: "phone email ", what passes now
  std::map<std::string, std::int64_t> left_minor;  // what each grade may still grant
  std::vector<std::string> blocks;                 // names of the rules that hold, worst first
  std::vector<std::string> block_evidence;         // "rule entry", each
  struct Drop {
    std::string action, stage, component;
    std::vector<std::string> evidence;
    bool has_end = false;  // `until` or `ends_when`
  };
  std::vector<Drop> dropped;

  [[nodiscard]] bool does(std::string_view action) const;
  /// Place in `ranked`, from 0; its size when it is not there.
  [[nodiscard]] std::size_t place(std::string_view action) const;
  /// "stage component" of a dropped action; empty when it is not dropped.
  [[nodiscard]] std::string why_not(std::string_view action) const;
  /// Nothing of purpose sales or marketing is ranked.
  [[nodiscard]] bool sells_nothing() const;
  [[nodiscard]] bool has_block(std::string_view rule) const;
};

class Company {
 public:
  Company();
  /// An event of department `department` about Ann, on that day; fill it in, then `tell` it.
  Saying said(const char* department, double day);
  Company& tell(const Saying& saying);
  /// Ann: known by e-mail and phone, consents to marketing and sales, ordered long ago.
  Company& ann_is_a_customer();

  Advice advise(double day, std::string_view intent = {}, std::string_view channel = {}) const;
  [[nodiscard]] index::Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<index::Engine> engine_;
  int told_ = 0;
};

/// The same for any customer of any engine.
Advice advise(const index::Engine& engine, const scoring::Policy& policy, index::CustomerId id,
              const scoring::DecisionQuestion& question);

}  // namespace concord::test
