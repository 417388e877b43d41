// The one JSON reader of concord: a whole, strict parse (RFC 8259) of one document, then a cheap
// read-only view of it. Refused: trailing bytes, bad UTF-8, lone surrogates, numbers that fit
// neither 64 bits nor a finite double, nesting over the limit and, unless asked otherwise, a member
// name that occurs twice in one object (readers disagree on which of the two counts).
// Member order is kept. Thread class: one-owner (JsonReader); its values are immutable views.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "index/base/json_writer.h"
#include "index/base/result.h"

namespace concord::index {

/// `integer` fits int64; `unsigned_integer` is above int64 and fits uint64; `number` has a fraction
/// or an exponent.
enum class JsonType : std::uint8_t {
  null,
  boolean,
  integer,
  unsigned_integer,
  number,
  string,
  array,
  object,
};
/// "an object", "a string", …: for messages.
std::string_view describe(JsonType type);

class JsonMembers;
class JsonElements;

/// A place in the parsed document. Valid until the reader parses again or dies; the text behind the
/// string views lives as long. A wrong guess of the type is an empty optional or an empty range.
class JsonValue {
 public:
  [[nodiscard]] JsonType type() const;
  [[nodiscard]] bool is(JsonType wanted) const { return type() == wanted; }
  [[nodiscard]] std::optional<std::string_view> as_string() const;
  /// Only integers written without fraction and exponent.
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;
  [[nodiscard]] std::optional<std::uint64_t> as_uint64() const;
  /// Any number, rounded to the nearest double.
  [[nodiscard]] std::optional<double> as_double() const;
  [[nodiscard]] std::optional<bool> as_bool() const;

  /// The member of that name (the first one); O(members). Empty when absent or not an object.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view name) const;
  [[nodiscard]] JsonMembers members() const;
  [[nodiscard]] JsonElements elements() const;
  /// Number of members or elements; 0 for everything else. O(size).
  [[nodiscard]] std::size_t size() const;

 private:
  friend class JsonReader;
  friend class JsonMembers;
  friend class JsonElements;
  std::array<std::uint64_t, 2> place_{};
};

struct JsonMember {
  std::string_view name;
  JsonValue value;
};

/// for (const JsonMember& m : value.members())
class JsonMembers {
 public:
  class Iterator {
   public:
    JsonMember operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return place_ != other.place_; }

   private:
    friend class JsonMembers;
    std::array<std::uint64_t, 2> place_{};
  };
  [[nodiscard]] Iterator begin() const { return begin_; }
  [[nodiscard]] Iterator end() const { return end_; }

 private:
  friend class JsonValue;
  explicit JsonMembers(const JsonValue& object);
  Iterator begin_, end_;
};

/// for (const JsonValue v : value.elements())
class JsonElements {
 public:
  class Iterator {
   public:
    JsonValue operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return place_ != other.place_; }

   private:
    friend class JsonElements;
    std::array<std::uint64_t, 2> place_{};
  };
  [[nodiscard]] Iterator begin() const { return begin_; }
  [[nodiscard]] Iterator end() const { return end_; }

 private:
  friend class JsonValue;
  explicit JsonElements(const JsonValue& array);
  Iterator begin_, end_;
};

inline constexpr std::size_t kJsonDepthDefault = 64;
inline constexpr std::size_t kJsonBytesMax = 64UL * 1024 * 1024;

struct JsonRules {
  std::size_t depth_max = kJsonDepthDefault;  // objects and arrays inside each other
  std::size_t bytes_max = kJsonBytesMax;
  bool refuse_duplicate_names = true;
};

/// Keeps its memory between documents: no allocation once warm.
class JsonReader {
 public:
  explicit JsonReader(JsonRules rules = {});
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  /// Copies `text`; the value borrows from the reader until the next parse.
  /// Errors: bad_input (place: "line 1, column 7", or the JSON pointer of a duplicate name),
  /// over_limit (size, depth).
  Result<JsonValue> parse(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `value` as JSON again, without white space, members in their order, minus zero as 0: what is
/// read from it is written the same.
void append_json(JsonWriter& out, JsonValue value);

/// RFC 6901: "/entry/links/3" from ("/entry/links", "3"); escapes ~ and /.
std::string json_pointer(std::string_view parent, std::string_view name);
std::string json_pointer(std::string_view parent, std::size_t element);

}  // namespace concord::index
