// Hides what a reader may not see, in a finished answer. Hiding afterwards keeps the one rule
// simple: all that is shown has the value and the order it has for everybody. Thread class:
// any-thread (pure functions).
#pragma once
#include <set>
#include <string>

#include "index/base/buffer.h"
#include "index/base/vocabulary.h"
#include "index/snapshot/snapshot.h"

namespace concord::server {

/// Ids, as they stand inside JSON quotes.
using HiddenEntries = std::set<std::string, std::less<>>;

/// The entries of a customer and his accounts that need more than `visibility_max`. O(entries).
HiddenEntries hidden_entries(const index::Customer& customer, index::Visibility visibility_max);

/// Rewrites the JSON object that begins at `from` in `body`: list items about a hidden entry are
/// left out, every other text that names one becomes "hidden". Counts keep their values.
void hide_entries(index::Buffer& body, std::size_t from, const HiddenEntries& hidden);

}  // namespace concord::server
