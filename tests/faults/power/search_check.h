// After a cut: is everything that the records say findable?
// Thread class: one-owner.
#pragma once
#include "index/base/result.h"
#include "index/engine.h"

namespace concord::power {

/// Waits until search has reached the published revision, then compares all that it finds with a
/// walk over the records. Errors: damaged.
index::Result<void> verify_search(const index::Engine& engine);

}  // namespace concord::power
