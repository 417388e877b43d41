#include <algorithm>
#include <cmath>

#include "scoring/cel/bytecode.h"
#include "scoring/cel/functions.h"
#include "scoring/cel/times.h"

namespace concord::cel {
namespace {

constexpr std::string_view kNotACondition = "a condition must be true or false";
constexpr std::string_view kTooManySteps = "the loops look at too many elements";
constexpr std::string_view kKeyRepeated = "the map has this key twice";
constexpr std::string_view kKeyKind = "a key of a map is an int, uint, bool or string";

/// `value` as an operand of && or ||: what is neither true nor false nor unknown is an error.
Value condition(const Value& value, std::uint32_t at) {
  if (value.is(Kind::boolean) || !value.is_known()) return value;
  return Value::error(kNotACondition, at);
}

/// Both operands, neither of which decides: unknown before error before the plain value.
Value join(const Value& left, const Value& right) {
  if (left.is(Kind::unknown)) return left;
  if (right.is(Kind::unknown)) return right;
  return left.is(Kind::error) ? left : right;
}

class Runner {
 public:
  Runner(const Bytecode& code, const Activation& activation, Scratch::State& state)
      : code_(code), activation_(activation), state_(state), top_(state.stack.data()) {}

  Value run(std::uint32_t begin, std::uint32_t end) {
    const Instruction* const code = code_.code.data();
    const Value* const constants = code_.constants.data();
    const Value* const variables = activation_.variables.data();
    Loop* const loops = state_.loops.data();
    // The common instructions keep the top of the stack in a register; the rest go through step().
    Value* top = top_;
    std::uint32_t at = begin;
    while (at < end) {
      const Instruction& in = code[at++];
      switch (in.op) {
        case Op::constant: *top++ = constants[in.a]; continue;
        case Op::variable: *top++ = variables[in.a]; continue;
        case Op::variable_field: *top++ = field(variables[in.a], in.b, in.at); continue;
        case Op::local_field: *top++ = field(loops[in.a].first, in.b, in.at); continue;
        case Op::equal_constant:
          top[-1] = equal_constant(top[-1], constants[in.a], in.flag);
          continue;
        case Op::logic_first:
          if (!top[-1].is(Kind::boolean)) break;
          if (top[-1].as_boolean() != in.flag) at = in.a;
          continue;
        case Op::logic_join:
          if (!top[-1].is(Kind::boolean) || !top[-2].is(Kind::boolean)) break;
          --top;
          top[-1] = top[0];  // the left one did not decide, so the right one is the answer
          if (top[-1].as_boolean() != in.flag) at = in.a;
          continue;
        case Op::call:
          if (in.count != 2 || !quick_order(in.function, top)) break;
          --top;
          continue;
        default: break;
      }
      top_ = top;
      step(in, at);
      top = top_;
    }
    CONCORD_ASSERT(top == state_.stack.data() + 1);
    return top[-1];
  }

 private:
  void push(const Value& value) { *top_++ = value; }
  Value pop() { return *--top_; }

  void step(const Instruction& in, std::uint32_t& next) {
    switch (in.op) {
      case Op::constant:
      case Op::variable:
      case Op::variable_field:
      case Op::local_field:
      case Op::equal_constant: break;  // run() has done them
      case Op::fail: push(code_.constants[in.a]); break;
      case Op::local: push(in.flag ? state_.loops[in.a].second : state_.loops[in.a].first); break;
      case Op::field: top_[-1] = field(top_[-1], in.a, in.at); break;
      case Op::has_field: top_[-1] = has(top_[-1], field(top_[-1], in.a, in.at)); break;
      case Op::key: top_[-1] = key(top_[-1], code_.constants[in.a], in.at); break;
      case Op::has_key: has_key(in); break;
      case Op::call: call(in); break;
      case Op::logic_first: logic_first(in, next); break;
      case Op::logic_join: logic_join(in, next); break;
      case Op::branch: branch(in, next); break;
      case Op::jump: next = in.a; break;
      case Op::list: make_list(in); break;
      case Op::map: make_map(in); break;
      case Op::loop_begin: loop_begin(in, next); break;
      case Op::loop_next: loop_next(in, next); break;
      case Op::loop_fold: loop_fold(in, next); break;
      case Op::loop_count: loop_count(in, next); break;
      case Op::loop_keep: loop_keep(in, next); break;
      case Op::loop_collect: loop_collect(in, next); break;
      case Op::loop_end: loop_end(in); break;
    }
  }

  /// `<`, `<=`, `>`, `>=` of two ints, doubles or times, in place of the two on top. False: another
  /// operation or other kinds; nothing is done.
  static bool quick_order(Function function, Value* top) {
    const Value& a = top[-2];
    const Value& b = top[-1];
    if (function < Function::less || function > Function::greater_equal || a.kind() != b.kind())
      return false;
    bool less = false;
    bool greater = false;
    if (a.is(Kind::integer)) {
      less = a.as_integer() < b.as_integer();
      greater = a.as_integer() > b.as_integer();
    } else if (a.is(Kind::timestamp) || a.is(Kind::duration)) {
      const int result = compare_times(a, b);
      less = result < 0;
      greater = result > 0;
    } else if (a.is(Kind::floating) && !std::isunordered(a.as_floating(), b.as_floating())) {
      less = a.as_floating() < b.as_floating();
      greater = a.as_floating() > b.as_floating();
    } else {
      return false;
    }
    const bool answer = function == Function::less         ? less
                        : function == Function::less_equal ? !greater
                        : function == Function::greater    ? greater
                                                           : !less;
    top[-2] = Value::boolean(answer);
    return true;
  }

  static Value field(const Value& object, std::uint32_t number, std::uint32_t at) {
    if (object.is(Kind::object)) return object.object_type().get(object.data(), number);
    return object.is_known() ? Value::error(kNoOverload, at) : object;
  }

  /// An absent field is a clear "no"; an unknown or wrong object is not.
  static Value has(const Value& object, const Value& found) {
    if (!object.is_known() || found.is(Kind::error)) return found;
    return Value::boolean(found.is_known());
  }

  /// A field by name, found when running: of a map or of an object.
  static Value key(const Value& from, const Value& name, std::uint32_t at) {
    if (from.is(Kind::map)) {
      const Value found = from.find(name);
      const bool missing = found.is(Kind::unknown) && found.unknown_field().empty();
      return missing ? Value::error(kNoSuchKey, at) : found;
    }
    if (from.is(Kind::object)) {
      const auto number = from.object_type().find(name.as_text());
      return number ? field(from, *number, at) : Value::error("the object has no such field", at);
    }
    return from.is_known() ? Value::error(kNoOverload, at) : from;
  }

  void has_key(const Instruction& in) {
    const Value from = top_[-1];
    if (from.is(Kind::map)) {
      top_[-1] = Value::boolean(from.find(code_.constants[in.a]).is_known());
    } else {
      top_[-1] = has(from, key(from, code_.constants[in.a], in.at));
    }
  }

  /// The commonest condition: a word of the host against a word of the analyst.
  static Value equal_constant(const Value& left, const Value& right, bool negate) {
    if (left.is(Kind::string) && right.is(Kind::string))
      return Value::boolean((left.as_text() == right.as_text()) != negate);
    const Value same = equals(left, right);
    return negate && same.is(Kind::boolean) ? Value::boolean(!same.as_boolean()) : same;
  }

  void call(const Instruction& in) {
    Value* const arguments = top_ - in.count;
    top_ = arguments + 1;
    for (std::uint32_t i = 0; i < in.count; ++i) {
      if (!arguments[i].is_known()) {
        arguments[0] = arguments[i];
        return;
      }
    }
    CallContext context{state_.arena, in.at};
    if (in.b != 0 && in.function == Function::matches) {
      context.pattern = &code_.patterns[in.b - 1];
    } else if (in.b != 0) {
      context.zone = &code_.zones[in.b - 1];
    }
    const Value result = call_function(in.function, arguments, in.count, context);
    // An error from a getter of the host knows no position: it gets the call's.
    arguments[0] = result.is(Kind::error) && result.error_offset() == 0
                       ? Value::error(result.error_text(), in.at)
                       : result;
  }

  void logic_first(const Instruction& in, std::uint32_t& next) {
    top_[-1] = condition(top_[-1], in.at);
    if (in.flag ? top_[-1].is_false() : top_[-1].is_true()) next = in.a;
  }

  void logic_join(const Instruction& in, std::uint32_t& next) {
    const Value right = condition(pop(), in.at);
    const bool decides = in.flag ? right.is_false() : right.is_true();
    top_[-1] = decides ? right : join(top_[-1], right);
    if (decides) next = in.a;
  }

  void branch(const Instruction& in, std::uint32_t& next) {
    const Value value = condition(pop(), in.at);
    if (value.is_true()) return;
    if (value.is_false()) {
      next = in.a;
      return;
    }
    push(value);
    next = in.b;
  }

  /// The first of `count` values on top that is unknown or an error, if any, in their place.
  bool refuse_unknown(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const Value value = top_[static_cast<std::ptrdiff_t>(i) - count];
      if (value.is_known()) continue;
      top_ -= count;
      push(value);
      return true;
    }
    return false;
  }

  void make_list(const Instruction& in) {
    if (refuse_unknown(in.a)) return;
    Value* values = state_.arena.take_values(in.a);
    top_ -= in.a;
    if (values == nullptr) return push(Value::error(kScratchFull, in.at));
    std::copy_n(top_, in.a, values);
    push(Value::list(values, in.a));
  }

  void make_map(const Instruction& in) {
    if (refuse_unknown(2 * in.a)) return;
    Value* pairs = state_.arena.take_values(std::size_t{2} * in.a);
    top_ -= std::ptrdiff_t{2} * in.a;
    if (pairs == nullptr) return push(Value::error(kScratchFull, in.at));
    for (std::uint32_t i = 0; i < in.a; ++i) {
      const Value& key = top_[std::ptrdiff_t{2} * i];
      const bool fits = key.is(Kind::integer) || key.is(Kind::uinteger) || key.is(Kind::string) ||
                        key.is(Kind::boolean);
      if (!fits) return push(Value::error(kKeyKind, in.at));
      if (Value::map(pairs, i).find(key).is_known()) return push(Value::error(kKeyRepeated, in.at));
      pairs[2 * i] = key;
      pairs[2 * i + 1] = top_[std::ptrdiff_t{2} * i + 1];
    }
    push(Value::map(pairs, in.a));
  }

  void loop_begin(const Instruction& in, std::uint32_t& next) {
    const Value range = pop();
    if (!range.is(Kind::list) && !range.is(Kind::map)) {
      push(range.is_known() ? Value::error("only a list or a map can be walked over", in.at)
                            : range);
      next = in.b;
      return;
    }
    Loop& loop = state_.loops[in.a];
    loop.range = range;
    loop.first = loop.second = Value::null();
    loop.answer = Value::null();
    loop.next = loop.found = 0;
    loop.collected_from = static_cast<std::uint32_t>(state_.collected.size());
    loop.stopped = false;
  }

  void loop_next(const Instruction& in, std::uint32_t& next) {
    Loop& loop = state_.loops[in.a];
    if (loop.next >= loop.range.size()) {
      next = in.b;
      return;
    }
    if (loop_steps_++ == kLoopStepsMax) {
      loop_steps_ = kLoopStepsMax;  // the loops around are over too
      loop.answer = Value::error(kTooManySteps, in.at);
      loop.stopped = true;
      loop.next = 1;
      next = in.b;
      return;
    }
    const std::uint32_t i = loop.next++;
    if (loop.range.is(Kind::map)) {
      loop.first = loop.range.key_at(i);
      if (in.flag) loop.second = loop.range.value_at(i);
    } else if (in.flag) {
      loop.first = Value::integer(i);
      loop.second = loop.range.at(i);
    } else {
      loop.first = loop.range.at(i);
    }
  }

  /// `all` is a long &&, `exists` a long ||: the same absorption, element by element.
  void loop_fold(const Instruction& in, std::uint32_t& next) {
    Loop& loop = state_.loops[in.a];
    const Value value = condition(pop(), in.at);
    const bool decides = in.flag ? value.is_false() : value.is_true();
    loop.answer = loop.next == 1 || decides ? value : join(loop.answer, value);
    if (decides) {
      loop.stopped = true;
    } else {
      next = in.b;
    }
  }

  void loop_count(const Instruction& in, std::uint32_t& next) {
    Loop& loop = state_.loops[in.a];
    const Value value = condition(pop(), in.at);
    if (value.is_known()) {
      loop.found += value.is_true() ? 1 : 0;
      next = in.b;
    } else {
      give_up(loop, value, in, next);
    }
  }

  void loop_keep(const Instruction& in, std::uint32_t& next) {
    const Value value = condition(pop(), in.at);
    if (value.is_true()) return;
    if (value.is_false()) {
      next = in.b;
    } else {
      give_up(state_.loops[in.a], value, in, next);
    }
  }

  void loop_collect(const Instruction& in, std::uint32_t& next) {
    Loop& loop = state_.loops[in.a];
    const Value value = pop();
    if (!value.is_known()) return give_up(loop, value, in, next);
    if (state_.collected.size() * sizeof(Value) > code_.scratch_bytes_max)
      return give_up(loop, Value::error(kScratchFull, in.at), in, next);
    if (in.flag) state_.collected.push_back(loop.first);
    state_.collected.push_back(value);
    next = in.b;
  }

  /// The answer is `why`; goes on behind the loop's last element.
  void give_up(Loop& loop, const Value& why, const Instruction& in, std::uint32_t& next) {
    loop.answer = why;
    loop.stopped = true;
    next = code_.code[in.b].b;  // where loop_next goes when nothing is left
  }

  void loop_end(const Instruction& in) {
    const Loop& loop = state_.loops[in.a];
    switch (static_cast<Macro>(in.count)) {
      case Macro::all:
      case Macro::exists:
        push(loop.next == 0 ? Value::boolean(static_cast<Macro>(in.count) == Macro::all)
                            : loop.answer);
        return;
      case Macro::exists_one:
        push(loop.stopped ? loop.answer : Value::boolean(loop.found == 1));
        return;
      case Macro::collect:
      case Macro::collect_map: return collected(in, loop);
    }
  }

  void collected(const Instruction& in, const Loop& loop) {
    const std::size_t size = state_.collected.size() - loop.collected_from;
    Value* values = loop.stopped ? nullptr : state_.arena.take_values(size);
    if (loop.stopped) {
      push(loop.answer);
    } else if (values == nullptr) {
      push(Value::error(kScratchFull, in.at));
    } else {
      std::copy(state_.collected.begin() + loop.collected_from, state_.collected.end(), values);
      const auto count = static_cast<std::uint32_t>(size);
      push(static_cast<Macro>(in.count) == Macro::collect ? Value::list(values, count)
                                                          : Value::map(values, count / 2));
    }
    state_.collected.resize(loop.collected_from);
  }

  const Bytecode& code_;
  const Activation& activation_;
  Scratch::State& state_;
  Value* top_;
  std::uint64_t loop_steps_ = 0;
};

}  // namespace

Value run(const Bytecode& code, std::uint32_t begin, std::uint32_t end,
          const Activation& activation, Scratch::State& state) {
  return Runner(code, activation, state).run(begin, end);
}

}  // namespace concord::cel
