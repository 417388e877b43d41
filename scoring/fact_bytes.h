// Facts as a few bytes and back: entries by their place in the record, small numbers in one byte.
// Thread class: any-thread (functions).
#pragma once
#include <string>
#include <string_view>

#include "scoring/facts.h"

namespace concord::scoring {

/// Everything of `facts` but `sums`, and which accounts the customer belonged to.
std::string write_facts(const PolicyData& policy, const index::Customer& customer,
                        const Facts& facts);

/// The same again for the same policy, record and accounts; false: they are not the same, `facts`
/// then hold anything. Requires: `bytes` come from write_facts at a moment from which nothing in
/// them changed up to `as_of`.
bool read_facts(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of,
                std::string_view bytes, Facts& facts);

}  // namespace concord::scoring
