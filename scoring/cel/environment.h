// What an expression may speak about: types, objects with typed fields, variables.
// Thread class: immutable once built (build it on one thread, then share).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/base/result.h"
#include "scoring/cel/value.h"

namespace concord::cel {

enum class TypeKind : std::uint8_t {
  dyn,  // known only when the program runs
  null,
  boolean,
  integer,
  uinteger,
  floating,
  string,
  bytes,
  timestamp,
  duration,
  type,
  list,
  map,
  object,
  variable,  // the checker's own: a type still to be found
};

class Type {
 public:
  Type() = default;  // dyn
  /// Any kind but list, map, object.
  Type(TypeKind kind) : kind_(kind) {}  // NOLINT: a kind is a type, wanted implicit
  static Type list(Type element);
  static Type map(Type key, Type value);
  /// Borrows `object`: it must outlive every Environment and Program that names it.
  static Type object(const ObjectType& object);
  static Type variable(std::uint32_t number);

  [[nodiscard]] TypeKind kind() const { return kind_; }
  /// Of a list.
  [[nodiscard]] const Type& element() const { return args_->first; }
  /// Of a map.
  [[nodiscard]] const Type& key() const { return args_->first; }
  [[nodiscard]] const Type& value() const { return args_->second; }
  [[nodiscard]] const ObjectType& object_type() const { return *object_; }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  /// As an analyst reads it: "list(Entry)", "map(string, int)".
  [[nodiscard]] std::string text() const;
  bool operator==(const Type& other) const;

 private:
  TypeKind kind_ = TypeKind::dyn;
  std::uint32_t number_ = 0;
  const ObjectType* object_ = nullptr;
  std::shared_ptr<const std::pair<Type, Type>> args_;
};

struct Field {
  std::string name;
  Type type;
};

/// An object of the host: its fields and how to read them. Usually one constant a C++ struct.
struct ObjectType {
  std::string name;
  std::vector<Field> fields;
  FieldGetter get = nullptr;

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view field) const;
};

struct Variable {
  std::string name;  // may be qualified: "a.b"
  Type type;
};

class Environment {
 public:
  /// The variable's slot: its place in Activation::variables, counted from 0.
  /// Requires: a name not yet declared.
  std::uint32_t declare(std::string name, Type type);
  /// The name space relative names are looked up in first ("com.example"). Default: none.
  void set_container(std::string name) { container_ = std::move(name); }

  [[nodiscard]] std::span<const Variable> variables() const { return variables_; }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;
  [[nodiscard]] const std::string& container() const { return container_; }

 private:
  std::vector<Variable> variables_;
  std::string container_;
};

}  // namespace concord::cel
