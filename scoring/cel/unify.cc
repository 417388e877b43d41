#include "scoring/cel/unify.h"

namespace concord::cel {

Type Unifier::fresh() {
  bound_.push_back(Type::variable(static_cast<std::uint32_t>(bound_.size())));
  return bound_.back();
}

void Unifier::back_to(Mark mark) {
  for (; trail_.size() > mark.fillings; trail_.pop_back())
    bound_[trail_.back()] = Type::variable(trail_.back());
  bound_.resize(mark.holes);
}

Type Unifier::look_up(const Type& type) const {
  Type at = type;
  while (at.kind() == TypeKind::variable && !(bound_[at.number()] == at)) at = bound_[at.number()];
  return at;
}

Type Unifier::resolve(const Type& type) const {
  const Type at = look_up(type);
  if (at.kind() == TypeKind::list) return Type::list(resolve(at.element()));
  if (at.kind() == TypeKind::map) return Type::map(resolve(at.key()), resolve(at.value()));
  return at;
}

Type Unifier::finish(const Type& type) const {
  const Type at = look_up(type);
  if (at.kind() == TypeKind::variable) return TypeKind::dyn;
  if (at.kind() == TypeKind::list) return Type::list(finish(at.element()));
  if (at.kind() == TypeKind::map) return Type::map(finish(at.key()), finish(at.value()));
  return at;
}

bool Unifier::occurs(std::uint32_t variable, const Type& type) const {
  const Type at = look_up(type);
  if (at.kind() == TypeKind::variable) return at.number() == variable;
  if (at.kind() == TypeKind::list) return occurs(variable, at.element());
  if (at.kind() == TypeKind::map) return occurs(variable, at.key()) || occurs(variable, at.value());
  return false;
}

bool Unifier::fits(const Type& to_type, const Type& from_type) {
  const Type to = look_up(to_type);
  const Type from = look_up(from_type);
  if (to == from) return true;
  if (to.kind() == TypeKind::variable || from.kind() == TypeKind::variable) {
    const Type& hole = to.kind() == TypeKind::variable ? to : from;
    const Type& filling = to.kind() == TypeKind::variable ? from : to;
    if (occurs(hole.number(), filling)) return false;
    bound_[hole.number()] = filling;
    trail_.push_back(hole.number());
    return true;
  }
  if (to.kind() == TypeKind::dyn || from.kind() == TypeKind::dyn) return true;
  if (from.kind() == TypeKind::null)
    return to.kind() == TypeKind::object || to.kind() == TypeKind::timestamp ||
           to.kind() == TypeKind::duration;
  if (to.kind() != from.kind()) return false;
  if (to.kind() == TypeKind::list) return fits(to.element(), from.element());
  if (to.kind() == TypeKind::map)
    return fits(to.key(), from.key()) && fits(to.value(), from.value());
  return to.kind() != TypeKind::object;
}

Type Unifier::join(const Type& left, const Type& right) {
  const Mark before = mark();
  if (fits(left, right)) return look_up(right).kind() == TypeKind::dyn ? TypeKind::dyn : left;
  back_to(before);
  if (fits(right, left)) return right;
  back_to(before);
  return TypeKind::dyn;
}

Type read_type(std::string_view& letters, const Type& a, const Type& b) {
  const char c = letters[0];
  letters.remove_prefix(1);
  switch (c) {
    case 'b': return TypeKind::boolean;
    case 'i': return TypeKind::integer;
    case 'u': return TypeKind::uinteger;
    case 'd': return TypeKind::floating;
    case 's': return TypeKind::string;
    case 'y': return TypeKind::bytes;
    case 'n': return TypeKind::null;
    case 't': return TypeKind::timestamp;
    case 'r': return TypeKind::duration;
    case 'T': return TypeKind::type;
    case 'A': return a;
    case 'B': return b;
    case '[': return Type::list(read_type(letters, a, b));
    case '{': {
      const Type key = read_type(letters, a, b);
      return Type::map(key, read_type(letters, a, b));
    }
    default: return TypeKind::dyn;
  }
}

}  // namespace concord::cel
