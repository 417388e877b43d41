#include "scoring/cel/functions.h"

#include <cstring>

#include "scoring/cel/escapes.h"
#include "scoring/cel/numbers.h"
#include "scoring/cel/times.h"

namespace concord::cel {
namespace {

constexpr std::string_view kDivideByZero = "division by zero";

Value joined(const Value& left, const Value& right, const CallContext& context) {
  const std::string_view a = left.as_text();
  const std::string_view b = right.as_text();
  auto* bytes = static_cast<char*>(context.arena.take(a.size() + b.size() + 1));
  if (bytes == nullptr) return context.error(kScratchFull);
  std::memcpy(bytes, a.data(), a.size());
  std::memcpy(bytes + a.size(), b.data(), b.size());
  const std::string_view text(bytes, a.size() + b.size());
  return left.is(Kind::string) ? Value::string(text) : Value::bytes(text);
}

Value joined_lists(const Value& left, const Value& right, const CallContext& context) {
  const std::size_t size = std::size_t{left.size()} + right.size();
  Value* values = context.arena.take_values(size);
  if (values == nullptr) return context.error(kScratchFull);
  for (std::uint32_t i = 0; i < left.size(); ++i) values[i] = left.at(i);
  for (std::uint32_t i = 0; i < right.size(); ++i) values[left.size() + i] = right.at(i);
  return Value::list(values, static_cast<std::uint32_t>(size));
}

Value integer_arithmetic(Function function, std::int64_t a, std::int64_t b,
                         const CallContext& context) {
  std::int64_t out = 0;
  bool over = false;
  switch (function) {
    case Function::add: over = __builtin_add_overflow(a, b, &out); break;
    case Function::subtract: over = __builtin_sub_overflow(a, b, &out); break;
    case Function::multiply: over = __builtin_mul_overflow(a, b, &out); break;
    default:
      if (b == 0) return context.error(kDivideByZero);
      if (b == -1) {
        over = __builtin_sub_overflow(std::int64_t{0}, a, &out);
        if (function == Function::modulo) out = 0;
      } else {
        out = function == Function::divide ? a / b : a % b;
      }
  }
  return over ? context.error(kOverflow) : Value::integer(out);
}

Value uinteger_arithmetic(Function function, std::uint64_t a, std::uint64_t b,
                          const CallContext& context) {
  std::uint64_t out = 0;
  bool over = false;
  switch (function) {
    case Function::add: over = __builtin_add_overflow(a, b, &out); break;
    case Function::subtract: over = __builtin_sub_overflow(a, b, &out); break;
    case Function::multiply: over = __builtin_mul_overflow(a, b, &out); break;
    default:
      if (b == 0) return context.error(kDivideByZero);
      out = function == Function::divide ? a / b : a % b;
  }
  return over ? context.error(kOverflow) : Value::uinteger(out);
}

Value floating_arithmetic(Function function, double a, double b, const CallContext& context) {
  switch (function) {
    case Function::add: return Value::floating(a + b);
    case Function::subtract: return Value::floating(a - b);
    case Function::multiply: return Value::floating(a * b);
    case Function::divide: return Value::floating(a / b);
    default: return context.error(kNoOverload);
  }
}

/// Timestamps and durations: t+r, r+t, r+r, t-t, t-r, r-r.
Value time_arithmetic(Function function, const Value& a, const Value& b,
                      const CallContext& context) {
  std::optional<Value> out;
  if (function == Function::add && b.is(Kind::duration)) {
    out = add_duration(a, b, 1);
  } else if (function == Function::add && a.is(Kind::duration) && b.is(Kind::timestamp)) {
    out = add_duration(b, a, 1);
  } else if (function == Function::subtract && b.is(Kind::duration)) {
    out = add_duration(a, b, -1);
  } else if (function == Function::subtract && a.is(Kind::timestamp) && b.is(Kind::timestamp)) {
    out = between(a, b);
  } else {
    return context.error(kNoOverload);
  }
  return out ? *out : context.error(kOverflow);
}

bool is_time(const Value& value) { return value.is(Kind::timestamp) || value.is(Kind::duration); }

Value arithmetic(Function function, const Value& a, const Value& b, const CallContext& context) {
  if (is_time(a) && is_time(b)) return time_arithmetic(function, a, b, context);
  if (a.kind() != b.kind()) return context.error(kNoOverload);
  switch (a.kind()) {
    case Kind::integer:
      return integer_arithmetic(function, a.as_integer(), b.as_integer(), context);
    case Kind::uinteger:
      return uinteger_arithmetic(function, a.as_uinteger(), b.as_uinteger(), context);
    case Kind::floating:
      return floating_arithmetic(function, a.as_floating(), b.as_floating(), context);
    case Kind::string:
    case Kind::bytes:
      if (function == Function::add) return joined(a, b, context);
      break;
    case Kind::list:
      if (function == Function::add) return joined_lists(a, b, context);
      break;
    default: break;
  }
  return context.error(kNoOverload);
}

bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::uinteger || kind == Kind::floating;
}

Value compare(Function function, const Value& a, const Value& b, const CallContext& context) {
  int result = 0;
  if (is_number(a.kind()) && is_number(b.kind())) {
    result = compare_numbers(a, b);
    if (result == kUnordered) return Value::boolean(false);
  } else if (a.kind() != b.kind()) {
    return context.error(kNoOverload);
  } else if (a.is(Kind::string) || a.is(Kind::bytes)) {
    result = order(a.as_text().compare(b.as_text()), 0);
  } else if (is_time(a)) {
    result = compare_times(a, b);
  } else if (a.is(Kind::boolean)) {
    result = order(a.as_integer(), b.as_integer());
  } else {
    return context.error(kNoOverload);
  }
  switch (function) {
    case Function::less: return Value::boolean(result < 0);
    case Function::less_equal: return Value::boolean(result <= 0);
    case Function::greater: return Value::boolean(result > 0);
    default: return Value::boolean(result >= 0);
  }
}

Value negated(const Value& value, const CallContext& context) {
  if (value.is(Kind::floating)) return Value::floating(-value.as_floating());
  if (!value.is(Kind::integer)) return context.error(kNoOverload);
  return integer_arithmetic(Function::subtract, 0, value.as_integer(), context);
}

Value contained(const Value& wanted, const Value& box, const CallContext& context) {
  if (box.is(Kind::map)) return Value::boolean(box.find(wanted).is_known());
  if (!box.is(Kind::list)) return context.error(kNoOverload);
  Value answer = Value::boolean(false);
  for (std::uint32_t i = 0; i < box.size(); ++i) {
    const Value same = equals(box.at(i), wanted);
    if (same.is_true()) return same;
    if (!same.is_false() && answer.is_false()) answer = same;
  }
  return answer;
}

Value indexed(const Value& box, const Value& key, const CallContext& context) {
  if (box.is(Kind::map)) {
    const Value found = box.find(key);
    const bool missing = found.is(Kind::unknown) && found.unknown_field().empty();
    return missing ? context.error(kNoSuchKey) : found;
  }
  if (!box.is(Kind::list) || !is_number(key.kind())) return context.error(kNoOverload);
  if (key.is(Kind::floating) && key.as_floating() != std::floor(key.as_floating()))
    return context.error("an index is a whole number");
  const bool inside = compare_numbers(key, Value::integer(0)) >= 0 &&
                      compare_numbers(key, Value::integer(box.size())) < 0;
  if (!inside) return context.error("the index is outside the list");
  return box.at(static_cast<std::uint32_t>(
      key.is(Kind::floating) ? static_cast<std::int64_t>(key.as_floating()) : key.as_integer()));
}

Value size_of(const Value& value, const CallContext& context) {
  switch (value.kind()) {
    case Kind::string: return Value::integer(utf8_length(value.as_text()));
    case Kind::bytes:
    case Kind::list:
    case Kind::map: return Value::integer(value.size());
    default: return context.error(kNoOverload);
  }
}

Value text_test(Function function, const Value& text, const Value& part,
                const CallContext& context) {
  if (!text.is(Kind::string) || !part.is(Kind::string)) return context.error(kNoOverload);
  const std::string_view whole = text.as_text();
  switch (function) {
    case Function::contains:
      return Value::boolean(whole.find(part.as_text()) != std::string_view::npos);
    case Function::starts_with: return Value::boolean(whole.starts_with(part.as_text()));
    case Function::ends_with: return Value::boolean(whole.ends_with(part.as_text()));
    default: break;
  }
  if (context.pattern != nullptr) return Value::boolean(context.pattern->found_in(whole));
  const auto pattern = Pattern::compile(part.as_text());
  if (!pattern) return context.error("the pattern is not a regular expression (RE2)");
  return Value::boolean(pattern->found_in(whole));
}

}  // namespace

Value keep_string(std::string_view text, const CallContext& context) {
  auto* bytes = static_cast<char*>(context.arena.take(text.size() + 1));
  if (bytes == nullptr) return context.error(kScratchFull);
  std::memcpy(bytes, text.data(), text.size());
  return Value::string({bytes, text.size()});
}

Value time_part(Function function, const Value* arguments, std::uint32_t count,
                const CallContext& context) {
  const Value& time = arguments[0];
  if (time.is(Kind::duration) && count == 1 && function >= Function::get_hours &&
      function != Function::get_month)
    return Value::integer(duration_field(function, time));
  if (!time.is(Kind::timestamp)) return context.error(kNoOverload);
  if (count == 1) return Value::integer(civil_field(function, time, 0));
  if (context.zone != nullptr)
    return Value::integer(
        civil_field(function, time, context.zone->offset_seconds(time.seconds())));
  if (!arguments[1].is(Kind::string)) return context.error(kNoOverload);
  const std::optional<Zone> zone = Zone::find(arguments[1].as_text());
  if (!zone) return context.error("there is no such time zone");
  return Value::integer(civil_field(function, time, zone->offset_seconds(time.seconds())));
}

Value call_function(Function function, const Value* arguments, std::uint32_t count,
                    const CallContext& context) {
  const Value& first = arguments[0];
  switch (function) {
    case Function::add:
    case Function::subtract:
    case Function::multiply:
    case Function::divide:
    case Function::modulo: return arithmetic(function, first, arguments[1], context);
    case Function::negate: return negated(first, context);
    case Function::not_:
      if (!first.is(Kind::boolean)) return context.error(kNoOverload);
      return Value::boolean(!first.as_boolean());
    case Function::equal: return equals(first, arguments[1]);
    case Function::not_equal: {
      const Value same = equals(first, arguments[1]);
      return same.is(Kind::boolean) ? Value::boolean(!same.as_boolean()) : same;
    }
    case Function::less:
    case Function::less_equal:
    case Function::greater:
    case Function::greater_equal: return compare(function, first, arguments[1], context);
    case Function::in: return contained(first, arguments[1], context);
    case Function::index: return indexed(first, arguments[1], context);
    case Function::size: return size_of(first, context);
    case Function::contains:
    case Function::starts_with:
    case Function::ends_with:
    case Function::matches: return text_test(function, first, arguments[1], context);
    default: break;
  }
  if (function >= Function::get_date) return time_part(function, arguments, count, context);
  return convert(function, first, context);
}

}  // namespace concord::cel
