#include "tests/fuzz/cel_differential/generator.h"

#include <algorithm>

#include "tests/fuzz/cel_differential/words.h"

namespace concord::test {
namespace {

using cel::TypeKind;
constexpr int kDepthMax = 5;
constexpr int kLoopsMax = 2;  // inside one another

}  // namespace

Expression Generator::made(std::string pattern, std::vector<Expression> parts) {
  Expression out{std::move(pattern), std::move(parts), false};
  out.is_open = std::any_of(out.parts.begin(), out.parts.end(),
                            [](const Expression& part) { return part.is_open; });
  return out;
}

Expression Generator::infix(const std::vector<std::string>& operators, Kind kind, int depth) {
  const std::string sign = one_of(operators);
  Expression left = of(kind, depth - 1);
  return made("($0 " + sign + " $1)", {std::move(left), of(kind, depth - 1)});
}

Expression Generator::chosen(Kind kind, int depth) {
  Expression condition = boolean(depth - 1);
  Expression yes = of(kind, depth - 1);
  return made("($0 ? $1 : $2)", {std::move(condition), std::move(yes), of(kind, depth - 1)});
}

/// A name that a macro around has bound, of this kind.
bool Generator::bound_leaf(Kind kind, Expression& out) {
  if (bound_.empty() || roll(2) == 0) return false;
  const Bound& one = one_of(bound_);
  if (one.kind != kind) return false;
  out = leaf(one.name, true);
  return true;
}

Expression Generator::expression() {
  bound_.clear();
  loops_ = 0;
  names_ = 0;
  constexpr TypeKind kKinds[] = {TypeKind::boolean,  TypeKind::boolean,  TypeKind::boolean,
                                 TypeKind::integer,  TypeKind::uinteger, TypeKind::floating,
                                 TypeKind::string,   TypeKind::bytes,    TypeKind::timestamp,
                                 TypeKind::duration, TypeKind::list,     TypeKind::map};
  return of(kKinds[roll(12)], 2 + static_cast<int>(roll(kDepthMax - 1)));
}

Expression Generator::of(Kind kind, int depth) {
  Expression bound;
  if (bound_leaf(kind, bound)) return bound;
  switch (kind) {
    case Kind::boolean: return boolean(depth);
    case Kind::integer: return integer(depth);
    case Kind::uinteger: return uinteger(depth);
    case Kind::floating: return floating(depth);
    case Kind::string: return string(depth);
    case Kind::bytes: return bytes(depth);
    case Kind::timestamp: return timestamp(depth);
    case Kind::duration: return duration(depth);
    case Kind::list: return roll(2) == 0 ? integers(depth) : strings(depth);
    default: return map(depth);
  }
}

/// A macro over a list: the pattern's $0 is the list, $1 the body, # the name it binds.
Expression Generator::loop(const char* pattern, Kind element, Kind body, int depth) {
  Expression list = element == Kind::integer ? integers(depth - 1) : strings(depth - 1);
  const std::string name = "x" + std::to_string(names_++);
  bound_.push_back({name, element});
  ++loops_;
  Expression inside = of(body, depth - 1);
  --loops_;
  bound_.pop_back();
  std::string text = pattern;
  for (std::size_t at = 0; (at = text.find('#', at)) != std::string::npos; at += name.size())
    text.replace(at, 1, name);
  Expression out = made(text, {std::move(list), std::move(inside)});
  // The body speaks of the bound name; the whole only of names bound further out.
  out.is_open = !bound_.empty();
  return out;
}

Expression Generator::boolean(int depth) {
  if (depth <= 0) return leaf(one_of(words::booleans()));
  switch (roll(10)) {
    case 0: return made("!$0", {boolean(depth - 1)});
    case 1:
    case 2: return infix({"&&", "||"}, Kind::boolean, depth);
    case 3: return chosen(Kind::boolean, depth);
    case 4: return string_test(depth);
    case 5: return membership(depth);
    case 6: return loops_ < kLoopsMax ? quantified(depth) : comparison(depth);
    case 7: return roll(2) == 0 ? mixed_numbers() : type_test(depth);
    default: return comparison(depth);
  }
}

Expression Generator::comparison(int depth) {
  constexpr TypeKind kOrdered[] = {Kind::integer, Kind::uinteger,  Kind::floating, Kind::string,
                                   Kind::bytes,   Kind::timestamp, Kind::duration, Kind::boolean};
  if (roll(8) == 0) return infix({"==", "!="}, Kind::map, depth);
  if (roll(8) == 0) {
    Expression left = integers(depth - 1);
    return made(roll(2) == 0 ? "($0 == $1)" : "($0 != $1)", {std::move(left), integers(depth - 1)});
  }
  return infix({"==", "!=", "<", "<=", ">", ">="}, kOrdered[roll(8)], depth);
}

/// Small numbers of different kinds, where a double is exact.
Expression Generator::mixed_numbers() {
  Expression left = leaf(one_of(words::small_numbers()));
  return made("(dyn($0) " + one_of(words::comparisons()) + " dyn($1))",
              {std::move(left), leaf(one_of(words::small_numbers()))});
}

Expression Generator::string_test(int depth) {
  Expression text = string(depth - 1);
  if (roll(4) == 0) return made("$0.matches(" + one_of(words::patterns()) + ")", {std::move(text)});
  const char* const tests[] = {"$0.contains($1)", "$0.startsWith($1)", "$0.endsWith($1)"};
  return made(tests[roll(3)], {std::move(text), string(depth - 1)});
}

Expression Generator::membership(int depth) {
  if (roll(4) == 0) return leaf(roll(2) == 0 ? "has(ms.a)" : "has(ms.zz)");
  if (roll(3) == 0) {
    Expression key = string(depth - 1);
    return made("($0 in $1)", {std::move(key), map(depth - 1)});
  }
  if (roll(2) == 0) {
    Expression text = string(depth - 1);
    return made("($0 in $1)", {std::move(text), strings(depth - 1)});
  }
  Expression number = integer(depth - 1);
  return made("($0 in $1)", {std::move(number), integers(depth - 1)});
}

Expression Generator::quantified(int depth) {
  const char* const macros[] = {"$0.exists(#, $1)", "$0.all(#, $1)", "$0.exists_one(#, $1)"};
  return loop(macros[roll(3)], roll(2) == 0 ? Kind::integer : Kind::string, Kind::boolean, depth);
}

Expression Generator::integer(int depth) {
  if (depth <= 0) return leaf(one_of(words::integers()));
  switch (roll(8)) {
    case 0: return made("-($0 + 0)", {integer(depth - 1)});
    case 1:
    case 2: return infix({"+", "-", "*", "/"}, Kind::integer, depth);
    case 3: {
      Expression left = integer(depth - 1);
      return made("($0 / 2 % $1)", {std::move(left), integer(depth - 1)});
    }
    case 4: return chosen(Kind::integer, depth);
    case 5: return integer_of_time(depth);
    default: return integer_part(depth);
  }
}

Expression Generator::integer_part(int depth) {
  switch (roll(9)) {
    case 0: return made("size($0)", {string(depth - 1)});
    case 1: return made("$0.size()", {bytes(depth - 1)});
    case 2: return made("size($0)", {integers(depth - 1)});
    case 3: return made("$0.size()", {map(depth - 1)});
    case 4: return made("int($0)", {uinteger(depth - 1)});
    case 5: return made("int($0)", {floating(depth - 1)});
    case 6: return leaf("int(" + one_of(words::numerals()) + ")");
    case 7: {
      Expression list = integers(depth - 1);
      return made("$0[$1]", {std::move(list), leaf(std::to_string(roll(4)))});
    }
    default: {
      Expression all = map(depth - 1);
      return made("$0[$1]", {std::move(all), string(0)});
    }
  }
}

Expression Generator::integer_of_time(int depth) {
  if (roll(4) == 0) return made("int($0)", {timestamp(depth - 1)});
  if (roll(3) == 0)
    return made("$0." + one_of(words::duration_getters()) + "()", {duration(depth - 1)});
  const std::string zone = roll(2) == 0 ? "" : one_of(words::zones());
  return made("$0." + one_of(words::time_getters()) + "(" + zone + ")", {timestamp(depth - 1)});
}

Expression Generator::uinteger(int depth) {
  if (depth <= 0) return leaf(one_of(words::uintegers()));
  switch (roll(6)) {
    case 0: return chosen(Kind::uinteger, depth);
    case 1: return made("uint($0)", {integer(depth - 1)});
    case 2: return made("uint($0)", {floating(depth - 1)});
    case 3: {
      Expression left = uinteger(depth - 1);
      return made("($0 % 1000000007u / $1)", {std::move(left), uinteger(depth - 1)});
    }
    default: return infix({"+", "-", "*", "%"}, Kind::uinteger, depth);
  }
}

Expression Generator::floating(int depth) {
  if (depth <= 0) return leaf(one_of(words::floatings()));
  switch (roll(6)) {
    case 0: return chosen(Kind::floating, depth);
    case 1: return made("double($0)", {integer(depth - 1)});
    case 2: return made("double($0)", {uinteger(depth - 1)});
    case 3: return made("-($0)", {floating(depth - 1)});
    default: return infix({"+", "-", "*", "/"}, Kind::floating, depth);
  }
}

Expression Generator::string(int depth) {
  if (depth <= 0) return leaf(one_of(words::strings()));
  switch (roll(7)) {
    case 0: return chosen(Kind::string, depth);
    case 1: return made("string($0)", {integer(depth - 1)});
    case 2: return made("string($0)", {uinteger(depth - 1)});
    case 3: return made("string($0)", {boolean(depth - 1)});
    case 4: return leaf(one_of(words::texts_of()));
    default: return infix({"+"}, Kind::string, depth);
  }
}

Expression Generator::bytes(int depth) {
  if (depth <= 0) return leaf(one_of(words::bytes()));
  switch (roll(4)) {
    case 0: return chosen(Kind::bytes, depth);
    case 1: return made("bytes($0)", {string(depth - 1)});
    default: return infix({"+"}, Kind::bytes, depth);
  }
}

Expression Generator::timestamp(int depth) {
  if (depth <= 0) return leaf(one_of(words::timestamps()));
  switch (roll(4)) {
    case 0: return chosen(Kind::timestamp, depth);
    case 1: {
      Expression time = timestamp(depth - 1);
      return made("($0 - $1)", {std::move(time), duration(depth - 1)});
    }
    case 2: {
      Expression length = duration(depth - 1);
      return made("($0 + $1)", {std::move(length), timestamp(depth - 1)});
    }
    default: {
      Expression time = timestamp(depth - 1);
      return made("($0 + $1)", {std::move(time), duration(depth - 1)});
    }
  }
}

Expression Generator::duration(int depth) {
  if (depth <= 0) return leaf(one_of(words::durations()));
  switch (roll(4)) {
    case 0: return chosen(Kind::duration, depth);
    case 1: {
      Expression time = timestamp(depth - 1);
      return made("($0 - $1)", {std::move(time), timestamp(depth - 1)});
    }
    default: return infix({"+", "-"}, Kind::duration, depth);
  }
}

Expression Generator::integers(int depth) {
  if (depth <= 0) return leaf(roll(3) == 0 ? "li" : one_of(words::integer_lists()));
  const bool may_loop = loops_ < kLoopsMax;
  switch (roll(may_loop ? 7 : 4)) {
    case 0: {
      Expression first = integer(depth - 1);
      return made("[$0, $1]", {std::move(first), integer(depth - 1)});
    }
    case 1: {
      Expression left = integers(depth - 1);
      return made("($0 + $1)", {std::move(left), integers(depth - 1)});
    }
    case 2: {
      Expression condition = boolean(depth - 1);
      Expression yes = integers(depth - 1);
      return made("($0 ? $1 : $2)", {std::move(condition), std::move(yes), integers(depth - 1)});
    }
    case 3: return made("[$0]", {integer(depth - 1)});
    case 4: return loop("$0.filter(#, $1)", Kind::integer, Kind::boolean, depth);
    case 5: return loop("$0.map(#, $1)", Kind::integer, Kind::integer, depth);
    default: return loop("$0.map(#, $1)", Kind::string, Kind::integer, depth);
  }
}

Expression Generator::strings(int depth) {
  if (depth <= 0) return leaf(roll(3) == 0 ? "ls" : one_of(words::string_lists()));
  if (loops_ < kLoopsMax && roll(2) == 0)
    return roll(2) == 0 ? loop("$0.filter(#, $1)", Kind::string, Kind::boolean, depth)
                        : loop("$0.map(#, $1)", Kind::integer, Kind::string, depth);
  Expression first = string(depth - 1);
  return made("[$0, $1]", {std::move(first), string(depth - 1)});
}

Expression Generator::map(int depth) {
  if (depth <= 0 || roll(2) == 0) return leaf("ms");
  Expression first = integer(depth - 1);
  return made("{\"a\": $0, \"b\": $1}", {std::move(first), integer(depth - 1)});
}

Expression Generator::type_test(int depth) {
  constexpr TypeKind kKinds[] = {Kind::integer, Kind::uinteger, Kind::floating, Kind::string,
                                 Kind::bytes,   Kind::boolean,  Kind::timestamp};
  return made("(type($0) == " + one_of(words::types()) + ")", {of(kKinds[roll(7)], depth - 1)});
}

}  // namespace concord::test
