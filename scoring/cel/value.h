// A CEL value in 24 bytes: scalars by value; strings, lists, maps and objects borrowed from whoever
// owns them (the host's data, the program's constants or the Scratch of the evaluation).
// Thread class: immutable (plain values). No allocation, no virtual call.
#pragma once
#include <cstdint>
#include <string_view>

#include "index/base/assert.h"
#include "index/base/types.h"

namespace concord::cel {

class Value;
struct ObjectType;  // environment.h

enum class Kind : std::uint8_t {
  null,
  boolean,
  integer,
  uinteger,
  floating,
  string,
  bytes,
  list,
  map,
  object,
  timestamp,
  duration,
  type,
  unknown,  // a fact is absent; `unknown_field()` names it
  error,    // the expression has no value; `error_text()` says why
};

/// Element `index` of a host list. `data` is what the host gave to Value::list.
using ListGetter = Value (*)(const void* data, std::uint32_t index);
/// Field number `field` (position in ObjectType::fields) of a host object. An absent field is
/// Value::unknown("name"); the name must outlive the answer (a literal, or ObjectType::fields).
using FieldGetter = Value (*)(const void* object, std::uint32_t field);

/// How to read a host map. Kept alive by the host (usually a constant).
struct MapAccess {
  /// The value of `key`. Not there: unknown("") makes reading it an error ("no such key"),
  /// unknown("name") makes it unknown by that name. `in` and has() are false either way.
  Value (*find)(const void* data, const Value& key);
  Value (*key_at)(const void* data, std::uint32_t index);
  Value (*value_at)(const void* data, std::uint32_t index);
};

class Value {
 public:
  constexpr Value() : kind_(Kind::null) {}
  static constexpr Value null() { return Value(); }
  static constexpr Value boolean(bool v) {
    return Value(Kind::boolean, 0, Payload(std::int64_t{v}));
  }
  static constexpr Value integer(std::int64_t v) { return Value(Kind::integer, 0, Payload(v)); }
  static constexpr Value uinteger(std::uint64_t v) { return Value(Kind::uinteger, 0, Payload(v)); }
  static constexpr Value floating(double v) { return Value(Kind::floating, 0, Payload(v)); }
  /// Borrows. UTF-8.
  static constexpr Value string(std::string_view v) { return text(Kind::string, v); }
  static constexpr Value bytes(std::string_view v) { return text(Kind::bytes, v); }
  /// `nanos` 0..999'999'999, counted forward from `seconds`, also before 1970.
  static constexpr Value timestamp(std::int64_t seconds, std::uint32_t nanos) {
    return Value(Kind::timestamp, nanos, Payload(seconds));
  }
  static constexpr Value timestamp(index::UnixMillis time) {
    return split_ms(Kind::timestamp, time.ms);
  }
  static constexpr Value duration(std::int64_t seconds, std::uint32_t nanos) {
    return Value(Kind::duration, nanos, Payload(seconds));
  }
  static constexpr Value duration_ms(std::int64_t ms) { return split_ms(Kind::duration, ms); }
  /// Borrows `type` and `object`. `object` must not be null: an absent object is `unknown`.
  static constexpr Value object(const ObjectType& type, const void* object) {
    return Value(Kind::object, 0, Payload(object), Payload(static_cast<const void*>(&type)));
  }
  /// A host list: borrows `data`.
  static constexpr Value list(const void* data, std::uint32_t size, ListGetter at) {
    return Value(Kind::list, size, Payload(data), Payload(at));
  }
  /// A list of values lying one behind the other.
  static constexpr Value list(const Value* values, std::uint32_t size) {
    return Value(Kind::list, size, Payload(static_cast<const void*>(values)),
                 Payload(ListGetter{nullptr}));
  }
  /// A host map: borrows `data` and `access`.
  static constexpr Value map(const void* data, std::uint32_t size, const MapAccess& access) {
    return Value(Kind::map, size, Payload(data), Payload(static_cast<const void*>(&access)));
  }
  /// `pairs`: key, value, key, value…; `size` counts pairs. Keys differ.
  static constexpr Value map(const Value* pairs, std::uint32_t size) {
    return Value(Kind::map, size, Payload(static_cast<const void*>(pairs)),
                 Payload(static_cast<const void*>(nullptr)));
  }
  /// A type as a value ("int", "list", "google.protobuf.Timestamp").
  static constexpr Value type(std::string_view name) { return text(Kind::type, name); }
  /// `field` is borrowed: it must outlive the answer.
  static constexpr Value unknown(std::string_view field) { return text(Kind::unknown, field); }
  /// `what` is borrowed; `offset` is a byte offset in the source of the program.
  static constexpr Value error(std::string_view what, std::uint32_t offset = 0) {
    Value v = text(Kind::error, what);
    v.b_ = Payload(std::int64_t{offset});
    return v;
  }

  [[nodiscard]] constexpr Kind kind() const { return kind_; }
  [[nodiscard]] constexpr bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] constexpr bool is_true() const { return kind_ == Kind::boolean && a_.i != 0; }
  [[nodiscard]] constexpr bool is_false() const { return kind_ == Kind::boolean && a_.i == 0; }
  /// Neither unknown nor error.
  [[nodiscard]] constexpr bool is_known() const { return kind_ < Kind::unknown; }

  // Each asks for its own kind: check first.
  [[nodiscard]] constexpr bool as_boolean() const { return a_.i != 0; }
  [[nodiscard]] constexpr std::int64_t as_integer() const { return a_.i; }
  [[nodiscard]] constexpr std::uint64_t as_uinteger() const { return a_.u; }
  [[nodiscard]] constexpr double as_floating() const { return a_.d; }
  /// string, bytes, type, unknown (the field) and error (the text).
  [[nodiscard]] constexpr std::string_view as_text() const { return {a_.text, size_}; }
  [[nodiscard]] constexpr std::string_view unknown_field() const { return as_text(); }
  [[nodiscard]] constexpr std::string_view error_text() const { return as_text(); }
  [[nodiscard]] constexpr std::uint32_t error_offset() const {
    return static_cast<std::uint32_t>(b_.i);
  }
  /// timestamp and duration.
  [[nodiscard]] constexpr std::int64_t seconds() const { return a_.i; }
  [[nodiscard]] constexpr std::uint32_t nanos() const { return size_; }
  /// list and map: number of elements or pairs.
  [[nodiscard]] constexpr std::uint32_t size() const { return size_; }
  [[nodiscard]] constexpr const void* data() const { return a_.data; }
  [[nodiscard]] const ObjectType& object_type() const {
    return *static_cast<const ObjectType*>(b_.data);
  }
  /// Element of a list. Requires index < size().
  [[nodiscard]] Value at(std::uint32_t index) const {
    if (b_.at != nullptr) return b_.at(a_.data, index);
    return static_cast<const Value*>(a_.data)[index];
  }
  /// Key and value of pair `index` of a map. Requires index < size().
  [[nodiscard]] Value key_at(std::uint32_t index) const {
    if (b_.data != nullptr) return access().key_at(a_.data, index);
    return static_cast<const Value*>(a_.data)[2 * index];
  }
  [[nodiscard]] Value value_at(std::uint32_t index) const {
    if (b_.data != nullptr) return access().value_at(a_.data, index);
    return static_cast<const Value*>(a_.data)[2 * index + 1];
  }
  /// The value of `key` in a map; unknown("") when it is not there. 1, 1u and 1.0 are one key.
  [[nodiscard]] Value find(const Value& key) const;

 private:
  union Payload {
    constexpr Payload() : i(0) {}
    constexpr explicit Payload(std::int64_t v) : i(v) {}
    constexpr explicit Payload(std::uint64_t v) : u(v) {}
    constexpr explicit Payload(double v) : d(v) {}
    constexpr explicit Payload(const char* v) : text(v) {}
    constexpr explicit Payload(const void* v) : data(v) {}
    constexpr explicit Payload(ListGetter v) : at(v) {}
    std::int64_t i;
    std::uint64_t u;
    double d;
    const char* text;
    const void* data;
    ListGetter at;
  };
  constexpr Value(Kind kind, std::uint32_t size, Payload a, Payload b = Payload())
      : kind_(kind), size_(size), a_(a), b_(b) {}
  static constexpr Value text(Kind kind, std::string_view v) {
    return Value(kind, static_cast<std::uint32_t>(v.size()), Payload(v.data()));
  }
  static constexpr Value split_ms(Kind kind, std::int64_t ms) {
    std::int64_t seconds = ms / 1000;
    std::int64_t rest = ms % 1000;
    if (rest < 0) {
      rest += 1000;
      --seconds;
    }
    return Value(kind, static_cast<std::uint32_t>(rest) * 1'000'000, Payload(seconds));
  }
  [[nodiscard]] const MapAccess& access() const { return *static_cast<const MapAccess*>(b_.data); }

  Kind kind_;
  std::uint32_t size_ = 0;
  Payload a_;
  Payload b_;
};
static_assert(sizeof(Value) == 24);

/// CEL `==`: numbers by their value over int, uint and double; lists and maps by element; other
/// kinds that differ are not equal. An unknown or error inside is the answer.
Value equals(const Value& left, const Value& right);

/// "int", "uint", "string", "list"… as CEL's type() names it.
std::string_view type_name(const Value& value);

}  // namespace concord::cel
