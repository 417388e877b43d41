// Names and types: every name found, every operator and function fitted, before anything runs.
// Thread class: any-thread (a pure function).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "index/base/result.h"
#include "scoring/cel/ast.h"
#include "scoring/cel/environment.h"
#include "scoring/cel/program.h"
#include "scoring/cel/signatures.h"

namespace concord::cel {

/// What a node turned out to mean.
struct Meaning {
  enum class Kind : std::uint8_t {
    plain,      // the node speaks for itself
    variable,   // number: the slot
    local,      // number: the loop; second: its second name
    type_name,  // text of the node's type value in `text`
    field,      // number: of the object's field
    key,        // of a map, or of whatever it is when running
    function,
    failure,  // unchecked only: an error when it runs; `text`
  };
  Kind kind = Kind::plain;
  Function function = Function::add;
  bool second = false;
  std::uint32_t number = 0;
  std::string text;
};

struct Checked {
  std::vector<Type> types;        // by node
  std::vector<Meaning> meanings;  // by node
  std::uint32_t loops_max = 0;    // macros inside one another
};

index::Result<Checked> check(const Ast& ast, const Environment& environment,
                             const Options& options);

/// The candidate that `name` is most likely a slip of; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace concord::cel
