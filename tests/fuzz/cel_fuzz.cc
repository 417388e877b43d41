// Fuzz: any bytes as a condition. Parsed, printed, checked, run and explained; what parses must
// print to the same tree, and explaining must not change the answer.
#include <cstdint>
#include <string_view>
#include <vector>

#include "index/base/assert.h"
#include "scoring/cel/parser.h"
#include "scoring/cel/program.h"

namespace {

using concord::cel::Environment;
using concord::cel::Type;
using concord::cel::TypeKind;
using concord::cel::Value;

Environment make_environment() {
  Environment environment;
  environment.declare("a", TypeKind::integer);
  environment.declare("s", TypeKind::string);
  environment.declare("l", Type::list(TypeKind::integer));
  environment.declare("m", Type::map(TypeKind::string, TypeKind::dyn));
  environment.declare("now", TypeKind::timestamp);
  environment.declare("d", TypeKind::dyn);
  return environment;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Environment environment = make_environment();
  static concord::cel::Scratch scratch;
  concord::cel::Options options;
  options.limits.cost_max = 100'000;  // keep a run short
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto ast = concord::cel::parse(source, options.limits);
  if (!ast) return 0;
  concord::cel::Limits wide;  // printing brackets everything: longer and deeper, not another tree
  wide.source_bytes_max = 1 << 20;
  wide.nesting_max = 1'000;
  const auto again = concord::cel::parse(print(*ast), wide);
  CONCORD_ASSERT(again.has_value() && same_tree(*ast, *again));
  options.check = size % 4 != 0;
  const auto program = concord::cel::Program::compile(source, environment, options);
  if (!program) return 0;
  const Value list[] = {Value::integer(1), Value::integer(2), Value::unknown("l.third")};
  const Value map[] = {Value::string("k"), Value::string("v")};
  const Value variables[] = {Value::integer(7),
                             Value::string("text"),
                             Value::list(list, 3),
                             Value::map(map, 1),
                             Value::timestamp(1'700'000'000, 5),
                             Value::unknown("d")};
  const Value once = program->evaluate({variables}, scratch);
  const concord::cel::Kind kind = once.kind();
  std::vector<concord::cel::Decider> why;
  CONCORD_ASSERT(program->explain({variables}, scratch, why).kind() == kind);
  CONCORD_ASSERT(!why.empty());
  return 0;
}
