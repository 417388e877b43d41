// Durations, money, filters and features in words.
#include "scoring/plain_words.h"

#include <array>

#include "scoring/policy_data.h"
#include "scoring/table_reader.h"

namespace concord::scoring {
namespace {

using index::words;

std::string listed(const std::vector<std::string>& all, std::string_view last_join) {
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) out += i + 1 == all.size() ? std::string(last_join) : ", ";
    out += all[i];
  }
  return out;
}

template <typename Enum>
std::vector<std::string> words_of_bits(std::uint32_t bits) {
  std::vector<std::string> out;
  const auto all = words<Enum>();
  for (std::size_t i = 0; i < all.size(); ++i)
    if ((bits >> i & 1U) != 0) out.emplace_back(all[i]);
  return out;
}

/// The parts of a filter, each as "that are open", "on channel phone or sms".
class FilterWords {
 public:
  explicit FilterWords(const Filter& filter) : filter_(filter) {}
  std::string text() {
    std::string out = "entries";
    if (filter_.kinds != 0)
      out += " of kind " + listed(words_of_bits<index::Kind>(filter_.kinds), " or ");
    yes_no();
    closed_lists();
    open_lists();
    times();
    return out + (parts_.empty() ? "" : " " + listed(parts_, ", "));
  }

 private:
  void say(std::string_view before, const std::vector<std::string>& all) {
    if (!all.empty()) parts_.push_back(std::string(before) + listed(all, " or "));
  }
  void ask(std::int8_t wanted, const char* yes, const char* no) {
    if (wanted >= 0) parts_.emplace_back(wanted == 1 ? yes : no);
  }
  void within(std::string_view before, std::int64_t milliseconds) {
    if (milliseconds != 0) parts_.push_back(std::string(before) + duration_words(milliseconds));
  }
  void yes_no() {
    ask(filter_.open, "that are open", "that are not open");
    ask(filter_.overdue, "that are overdue", "that are not overdue");
    ask(filter_.requested, "that the customer requested", "that nobody requested");
    ask(filter_.is_public, "that are public", "that are not public");
  }
  void closed_lists() {
    say("in state ", words_of_bits<index::StateType>(filter_.states));
    say("with trouble ", words_of_bits<index::Trouble>(filter_.troubles));
    say("", words_of_bits<index::Direction>(filter_.directions));
    say("for ", words_of_bits<index::Purpose>(filter_.purposes));
    if (filter_.priority_max != 0)
      parts_.push_back("of priority " + std::to_string(filter_.priority_max) + " or more urgent");
  }
  void open_lists() {
    say("of department ", filter_.departments);
    say("from source ", filter_.sources);
    say("on channel ", filter_.channels);
    say("about ", filter_.topics);
    say("because of ", filter_.reasons);
    say("with status ", filter_.statuses);
    say("of brand ", filter_.brands);
    if (!filter_.attribute.empty())
      parts_.push_back(
          "whose attribute " + filter_.attribute + " is " +
          (filter_.attribute_values.empty() ? "there" : listed(filter_.attribute_values, " or ")));
  }
  void times() {
    within("younger than ", filter_.younger_than_ms);
    within("due within ", filter_.due_within_ms);
    within("closed in the last ", filter_.closed_within_ms);
  }

  const Filter& filter_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string duration_words(std::int64_t milliseconds) {
  struct Unit {
    std::int64_t milliseconds;
    const char* name;
  };
  constexpr std::array<Unit, 4> kUnits = {
      {{86'400'000, "day"}, {3'600'000, "hour"}, {60'000, "minute"}, {1'000, "second"}}};
  for (const Unit& unit : kUnits) {
    if (milliseconds == 0 || milliseconds % unit.milliseconds != 0) continue;
    const std::int64_t count = milliseconds / unit.milliseconds;
    return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
  }
  return std::to_string(milliseconds) + " ms";
}

std::string money_words(std::int64_t minor, std::string_view currency) {
  const std::int64_t cents = minor < 0 ? -(minor % 100) : minor % 100;
  return (minor < 0 && minor / 100 == 0 ? "-" : "") + std::to_string(minor / 100) + "." +
         (cents < 10 ? "0" : "") + std::to_string(cents) + (currency.empty() ? "" : " ") +
         std::string(currency);
}

std::string micro_words(std::int64_t micro) {
  constexpr std::int64_t kMicro = 1'000'000;
  const std::int64_t size = micro < 0 ? -micro : micro;
  std::string rest = std::to_string(kMicro + size % kMicro).substr(1);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return (micro < 0 ? "-" : "+") + std::to_string(size / kMicro) + (rest.empty() ? "" : ".") + rest;
}

std::string words_of(const Filter& filter) { return FilterWords(filter).text(); }

std::string words_of(const Feature& feature) {
  constexpr std::array<const char*, 7> kAggregations = {
      "number of ",         "sum of the amounts of ",    "least amount of ",
      "largest amount of ", "days since the newest of ", "days since the oldest of ",
      "millionths of the "};
  constexpr std::array<const char*, 3> kOver = {"", ", of the customer's accounts",
                                                ", of the customer and his accounts"};
  std::string out =
      kAggregations[static_cast<std::size_t>(feature.aggregation)] + words_of(feature.filter);
  if (feature.aggregation == Aggregation::share) out += " that are also " + words_of(feature.part);
  if (feature.window_ms != 0) out += ", in the last " + duration_words(feature.window_ms);
  return out + kOver[static_cast<std::size_t>(feature.over)];
}

index::Result<std::uint32_t> find_action(const Policy& policy, std::string_view id) {
  const std::vector<Action>& actions = policy.data().actions;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (actions[i].id == id) return static_cast<std::uint32_t>(i);
    known.push_back(actions[i].id);
  }
  return index::fail(index::Code::not_found,
                     "no action is called '" + std::string(id) + "'" + did_you_mean(id, known));
}

}  // namespace concord::scoring
