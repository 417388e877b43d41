// A compiled CEL expression: parsed, checked against declared types, flattened to bytecode.
// Thread class: Program and Environment are immutable, Scratch is one-owner.
// Knows no clock: "now" is a variable like any other.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "scoring/cel/environment.h"
#include "scoring/cel/value.h"

namespace concord::cel {

struct Bytecode;  // bytecode.h

/// What a hostile expression may not pass. Refused at load with its position.
struct Limits {
  std::size_t source_bytes_max = 16 * 1024;
  std::uint32_t nesting_max = 100;          // parentheses, operators, calls inside one another
  std::uint32_t nodes_max = 4'000;          // operators, names and literals
  std::uint64_t cost_max = 50'000'000;      // estimated steps, see `assumed_list_size`
  std::uint32_t assumed_list_size = 1'000;  // elements a list of the host is taken to have
  std::size_t scratch_bytes_max = 4 * 1024 * 1024;  // strings and lists made while running
};

struct Options {
  Limits limits;
  /// The type the expression must have; dyn takes any. A condition asks for boolean.
  Type wanted = TypeKind::dyn;
  /// Put before line:column in errors ("actions.toml:12").
  std::string place;
  /// Off: types are found only when running (every variable is dyn). For tools and tests.
  bool check = true;
};

/// The values of the variables, by slot (Environment::declare). An absent fact is Value::unknown.
struct Activation {
  std::span<const Value> variables;
};

/// A piece of the source that settled the answer, and what it was.
struct Decider {
  std::uint32_t begin;  // byte offsets in Program::source()
  std::uint32_t end;
  Value value;    // true, false, unknown or error; borrows like the answer
  Value element;  // of an `exists` that held or an `all` that failed: the element; else null
};

/// Working memory of evaluations, reused. Not allocated from once warm.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

class Program {
 public:
  /// Errors: bad_input (syntax, names, types; `place` has line:column), over_limit (see Limits).
  static index::Result<Program> compile(std::string_view source, const Environment& environment,
                                        const Options& options = {});
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  /// The value, or unknown (the first absent field that mattered), or error. Never throws, never
  /// reads a clock. What is not scalar borrows from the activation, the program and `scratch`,
  /// until the next evaluation with that scratch. No allocation for expressions that make no new
  /// string, list or map. Requires: activation.variables as long as the environment's.
  Value evaluate(const Activation& activation, Scratch& scratch) const;

  /// The same answer, and the smallest set of conditions that decided it, in the order of the
  /// source: of a false `&&` the operand that was false, of a true one all of them.
  Value explain(const Activation& activation, Scratch& scratch, std::vector<Decider>& why) const;

  [[nodiscard]] std::string_view source() const;
  [[nodiscard]] const Type& type() const;
  /// What the program may touch, sorted: "intent", "entries.state_type", "features.visits_90d".
  /// A variable used whole is named alone.
  [[nodiscard]] std::span<const std::string> reads() const;
  /// Estimated steps with lists of Limits::assumed_list_size elements.
  [[nodiscard]] std::uint64_t cost() const;
  /// "line:column" (from 1, columns in characters) of a byte offset of the source.
  [[nodiscard]] std::string position(std::uint32_t offset) const;

 private:
  explicit Program(std::unique_ptr<const Bytecode> code);
  std::unique_ptr<const Bytecode> code_;
};

}  // namespace concord::cel
