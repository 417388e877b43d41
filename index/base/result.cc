#include "index/base/result.h"

namespace concord::index {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::bad_input: return "bad_input";
    case Code::not_found: return "not_found";
    case Code::ambiguous_key: return "ambiguous_key";
    case Code::over_limit: return "over_limit";
    case Code::damaged: return "damaged";
    case Code::unsupported: return "unsupported";
    case Code::conflict: return "conflict";
    case Code::id_reused: return "id_reused";
    case Code::cursor_stale: return "cursor_stale";
    case Code::io_error: return "io_error";
  }
  return "unknown";
}

}  // namespace concord::index
