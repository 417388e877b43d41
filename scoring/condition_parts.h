// Conditions taken apart at &&, || and !, so that the commonest pieces are compared without CEL,
// pieces that several conditions share are asked once a customer, and cheap pieces go first. The
// answer is the one the whole program gives: what is false ends an &&, whatever stands beside it,
// so the order of asking is free; of several unknowns the first by the text is told.
// Thread class: immutable once loaded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/cel/environment.h"
#include "scoring/cel/program.h"
#include "scoring/feature_value.h"

namespace concord::scoring {

/// `features.name > 3`, or any other piece, which CEL answers.
struct ConditionPart {
  enum class Order : std::uint8_t { less, less_equal, greater, greater_equal, equal, unequal };
  static constexpr std::uint32_t kNoFeature = 0xffff'ffff;

  std::string text;
  std::uint32_t feature = kNoFeature;  // compared with `number`; kNoFeature: see `program`
  Order order = Order::equal;
  std::int64_t number = 0;
  std::optional<cel::Program> program;

  /// Requires: `value` is known.
  [[nodiscard]] bool holds(std::int64_t value) const {
    switch (order) {
      case Order::less: return value < number;
      case Order::less_equal: return value <= number;
      case Order::greater: return value > number;
      case Order::greater_equal: return value >= number;
      case Order::equal: return value == number;
      case Order::unequal: return value != number;
    }
    return false;
  }
};

/// How the parts are joined: nodes()[0] is the root. Empty: ask the whole program.
struct ConditionTree {
  enum class Join : std::uint8_t { part, all, any, negation };
  struct Node {
    Join join = Join::part;
    std::uint32_t first = 0;  // part: its number; else the first of `count` places in `branches`
    std::uint32_t count = 0;
  };
  struct Branch {
    std::uint32_t node = 0;
    std::uint32_t place = 0;  // in the text, from 0
  };
  std::vector<Node> nodes;
  std::vector<Branch> branches;  // of one node: the cheapest first
};

/// Takes `text` apart; parts that are in `parts` already are shared. `feature_names` by number.
/// Empty tree: it is better left whole. Requires: `text` compiles as a condition in `environment`.
ConditionTree take_apart(std::string_view text, const cel::Environment& environment,
                         const cel::ObjectType& feature_type, std::vector<ConditionPart>& parts);

}  // namespace concord::scoring
