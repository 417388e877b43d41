// Types with holes: what fits what, and what the holes must be.
// Thread class: one-owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "scoring/cel/environment.h"

namespace concord::cel {

class Unifier {
 public:
  Type fresh();
  /// `type` with all holes filled that are known by now.
  [[nodiscard]] Type resolve(const Type& type) const;
  /// `type` with the rest of the holes made dyn.
  [[nodiscard]] Type finish(const Type& type) const;
  /// A value of type `from` may stand where `to` is wanted. Fills holes when it may.
  bool fits(const Type& to, const Type& from);
  /// The type of a list that holds both: the more general of two that fit, or dyn.
  Type join(const Type& left, const Type& right);

  /// A trial may be taken back: holes filled and made since the mark are as before.
  struct Mark {
    std::size_t holes;
    std::size_t fillings;
  };
  [[nodiscard]] Mark mark() const { return {bound_.size(), trail_.size()}; }
  void back_to(Mark mark);

 private:
  [[nodiscard]] Type look_up(const Type& type) const;
  [[nodiscard]] bool occurs(std::uint32_t variable, const Type& type) const;

  std::vector<Type> bound_;           // by variable; itself while it is open
  std::vector<std::uint32_t> trail_;  // holes in the order they were filled
};

/// The letters of signatures.h as types; A and B become `a` and `b`. Reads one type from `letters`.
Type read_type(std::string_view& letters, const Type& a, const Type& b);

}  // namespace concord::cel
