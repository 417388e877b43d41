#include "scoring/cel/environment.h"

namespace concord::cel {

Type Type::list(Type element) {
  Type type(TypeKind::list);
  type.args_ = std::make_shared<const std::pair<Type, Type>>(std::move(element), Type());
  return type;
}

Type Type::map(Type key, Type value) {
  Type type(TypeKind::map);
  type.args_ = std::make_shared<const std::pair<Type, Type>>(std::move(key), std::move(value));
  return type;
}

Type Type::object(const ObjectType& object) {
  Type type(TypeKind::object);
  type.object_ = &object;
  return type;
}

Type Type::variable(std::uint32_t number) {
  Type type(TypeKind::variable);
  type.number_ = number;
  return type;
}

std::string Type::text() const {
  switch (kind_) {
    case TypeKind::dyn:
    case TypeKind::variable: return "dyn";
    case TypeKind::null: return "null";
    case TypeKind::boolean: return "bool";
    case TypeKind::integer: return "int";
    case TypeKind::uinteger: return "uint";
    case TypeKind::floating: return "double";
    case TypeKind::string: return "string";
    case TypeKind::bytes: return "bytes";
    case TypeKind::timestamp: return "timestamp";
    case TypeKind::duration: return "duration";
    case TypeKind::type: return "type";
    case TypeKind::list: return "list(" + element().text() + ")";
    case TypeKind::map: return "map(" + key().text() + ", " + value().text() + ")";
    case TypeKind::object: return object_->name;
  }
  return "dyn";
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_ || number_ != other.number_ || object_ != other.object_) return false;
  return args_ == other.args_ || *args_ == *other.args_;
}

std::optional<std::uint32_t> ObjectType::find(std::string_view field) const {
  for (std::uint32_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == field) return i;
  return std::nullopt;
}

std::uint32_t Environment::declare(std::string name, Type type) {
  CONCORD_ASSERT(!find(name).has_value());
  variables_.push_back({std::move(name), std::move(type)});
  return static_cast<std::uint32_t>(variables_.size() - 1);
}

std::optional<std::uint32_t> Environment::find(std::string_view name) const {
  for (std::uint32_t i = 0; i < variables_.size(); ++i)
    if (variables_[i].name == name) return i;
  return std::nullopt;
}

}  // namespace concord::cel
