// Random CEL expressions with a type each, over a fixed set of variables, the same for the same
// seed. What two evaluators may answer differently by the specification, and what the peer is known
// to do otherwise (README.md), is not generated. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/cel_differential/datum.h"
#include "tests/fuzz/cel_differential/expression.h"

namespace concord::test {

struct Variable {
  const char* name;
  cel::Type type;
};
/// In the order in which they are declared: Generator::values fills them so.
const std::vector<Variable>& variables();

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) {}

  /// A whole expression of any type.
  Expression expression();
  /// A value for each of variables().
  std::vector<Datum> values();

 private:
  using Kind = cel::TypeKind;
  struct Bound {  // by a macro around
    std::string name;
    Kind kind;
  };

  std::uint32_t roll(std::uint32_t sides) { return static_cast<std::uint32_t>(dice_() % sides); }
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[roll(static_cast<std::uint32_t>(all.size()))];
  }
  Expression leaf(std::string text, bool is_open = false) {
    return Expression{std::move(text), {}, is_open};
  }
  Expression made(std::string pattern, std::vector<Expression> parts);
  Expression infix(const std::vector<std::string>& operators, Kind kind, int depth);
  Expression chosen(Kind kind, int depth);  // c ? a : b
  bool bound_leaf(Kind kind, Expression& out);

  Expression of(Kind kind, int depth);
  Expression boolean(int depth);
  Expression comparison(int depth);
  Expression mixed_numbers();
  Expression string_test(int depth);
  Expression membership(int depth);
  Expression quantified(int depth);
  Expression integer(int depth);
  Expression integer_part(int depth);
  Expression integer_of_time(int depth);
  Expression uinteger(int depth);
  Expression floating(int depth);
  Expression string(int depth);
  Expression bytes(int depth);
  Expression timestamp(int depth);
  Expression duration(int depth);
  Expression integers(int depth);  // a list
  Expression strings(int depth);   // a list
  Expression map(int depth);
  Expression type_test(int depth);
  Expression loop(const char* pattern, Kind element, Kind body, int depth);

  std::mt19937_64 dice_;
  std::vector<Bound> bound_;
  int loops_ = 0;
  int names_ = 0;
};

}  // namespace concord::test
