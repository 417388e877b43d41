// The default policy set, and beside it what it does not use itself: brands, products, limits,
// languages, wordings with conditions, pauses and caps of every scope. Thread class: one-owner.
#pragma once
#include <memory>
#include <string>

#include "scoring/policy.h"

namespace concord::oracle {

/// The folder of the set that comes with concord.
std::string default_folder();
/// Writes the rich set into `folder`, which exists, and loads it. Null and a failed test when it
/// does not load.
std::shared_ptr<const scoring::Policy> rich_set(const std::string& folder);

}  // namespace concord::oracle
