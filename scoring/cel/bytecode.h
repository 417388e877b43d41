// A program as it runs: one flat row of instructions over a stack of values.
// Thread class: immutable once made.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "scoring/cel/arena.h"
#include "scoring/cel/ast.h"
#include "scoring/cel/checker.h"
#include "scoring/cel/pattern.h"
#include "scoring/cel/program.h"
#include "scoring/cel/signatures.h"
#include "scoring/cel/zone.h"

namespace concord::cel {

enum class Op : std::uint8_t {
  constant,  // push constants[a]
  variable,  // push the variable in slot a
  local,     // push the name of loop a (its second one when `flag`)
  field,     // top = field a of the object on top
  has_field,
  local_field,     // push field b of the object that is the name of loop a
  variable_field,  // push field b of the object in slot a
  equal_constant,  // top = (top == constants[a]); `flag`: !=
  key,             // top = top[constants[a]]
  has_key,
  call,          // top `count` values → one; b: number + 1 of a pattern or zone
  logic_first,   // top decides (`flag`: false decides)? jump a
  logic_join,    // join the two on top; decided? jump a
  branch,        // pop: true goes on, false jumps to a; no answer jumps to b and stays
  jump,          // to a
  list,          // top a values → a list
  map,           // top a pairs → a map
  loop_begin,    // pop the range of loop a; nothing to walk over: push why, jump b
  loop_next,     // next element of loop a; none left: jump b
  loop_fold,     // pop a condition for `all` (`flag`) or `exists`; undecided: jump b
  loop_count,    // pop a condition for `exists_one`; jump b
  loop_keep,     // pop a condition: false jumps to b
  loop_collect,  // pop an element of the new list of loop a; jump b (`flag`: a map)
  loop_end,      // push what loop a has come to; count: its Macro
  fail,          // push constants[a], an error
};

/// Elements that all loops of one evaluation may look at: a customer with 10,000 entries makes two
/// loops inside one another 100 million, which no load can know. Then the answer is an error.
inline constexpr std::uint64_t kLoopStepsMax = 5'000'000;

struct Instruction {
  Op op = Op::constant;
  Function function = Function::add;
  std::uint8_t count = 0;
  bool flag = false;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t at = 0;  // byte offset in the source, for errors
};

struct Bytecode {
  Ast ast;
  Type type;
  std::vector<Instruction> code;
  std::vector<Value> constants;
  std::deque<std::vector<Value>> constant_lists;
  std::deque<std::string> constant_texts;
  std::vector<Pattern> patterns;
  std::vector<Zone> zones;
  /// By node: its instructions [first, second), for explain; by node: its loop, if it is a macro.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  std::vector<std::uint32_t> loops;
  std::uint32_t stack_max = 0;
  std::uint32_t loops_max = 0;
  std::size_t variables = 0;
  std::vector<std::string> reads;
  std::uint64_t cost = 0;
  std::size_t scratch_bytes_max = 0;
};

struct Loop {
  Value range;
  Value first;  // the names it binds
  Value second;
  Value answer;
  std::uint32_t next = 0;
  std::uint32_t found = 0;           // exists_one: how many
  std::uint32_t collected_from = 0;  // start of its part of State::collected
  bool stopped = false;              // the answer is settled
};

struct Scratch::State {
  std::vector<Value> stack;
  std::vector<Loop> loops;
  std::vector<Value> collected;  // new lists while they grow, one behind the other
  Arena arena;
};

/// Runs instructions [begin, end); the value they leave.
Value run(const Bytecode& code, std::uint32_t begin, std::uint32_t end,
          const Activation& activation, Scratch::State& state);

/// The instructions of a checked tree. Errors: bad_input for a literal pattern, zone, timestamp or
/// duration that is none.
index::Result<Bytecode> flatten(Ast ast, const Checked& checked, const Options& options);

}  // namespace concord::cel
