// From the parsed question to what the store is asked and what is checked afterwards.
// Thread class: one-owner.
#pragma once
#include <string>
#include <vector>

#include "index/base/result.h"
#include "index/snapshot/text/text_docs.h"
#include "index/snapshot/text/text_query.h"
#include "index/snapshot/text/text_snippet.h"
#include "index/snapshot/text/text_store.h"

namespace concord::index {

/// A clause with phrases. The store finds what holds their words; here is what decides.
struct PhraseCheck {
  bool excluded = false;                          // then: none of `phrases`, and no `terms`
  std::vector<std::vector<std::string>> phrases;  // one of them in the text, or
  std::vector<std::string> terms;                 // one of these terms in the document
};

struct TextPlan {
  StorePlan store;
  std::vector<PhraseCheck> checks;
  TextNeedles needles;
  bool ranked = false;   // some word weighs
  bool nothing = false;  // no document can match
};

/// Errors: over_limit (a prefix stands for too many words, too many filter values), damaged.
Result<TextPlan> plan_query(const ParsedQuery& parsed, const TextFilters& filters,
                            const DocTable& documents, const std::vector<std::string>& languages,
                            StoreReader& reader);

}  // namespace concord::index
