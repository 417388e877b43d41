// From the parsed question to what the files are asked and what is checked afterwards: once for the
// question (stems, weights by the generation's statistics), then once for each file.
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

/// A leaf with all terms that may stand for it, whether a file holds them or not.
struct AskedLeaf {
  std::vector<std::string> phrase;  // a phrase's words as written; else empty
  std::vector<StoreWord> words;     // a phrase: those the store looks for; else one
  std::string prefix;               // a prefix: its beginning
};
struct AskedClause {
  bool excluded = false;
  std::vector<AskedLeaf> any;
};

/// The question, ready for every file.
struct AskedQuestion {
  std::vector<AskedClause> clauses;
  StorePlan filters;  // no clauses, no window
  TextNeedles needles;
  bool ranked = false;  // some word weighs
};

/// What a word weighs: its rarity in the generation, whose file `base` reads, so that an answer
/// does not depend on how fresh documents lie in shards. Prefixes stand for the words of the
/// generation and, in a live shard, for what its own documents hold besides. Errors: over_limit (a
/// prefix stands for too many words, too many filter values), damaged.
Result<AskedQuestion> ask_question(const ParsedQuery& parsed, const TextFilters& filters,
                                   const std::vector<std::string>& languages, bool by_relevance,
                                   StoreReader& base);

struct TextPlan {
  StorePlan store;
  std::vector<PhraseCheck> checks;
  bool nothing = false;  // no document of this file can match
};

/// Errors: damaged.
Result<TextPlan> plan_part(const AskedQuestion& question, const TextFilters& filters,
                           const DocTable& documents, bool live, StoreReader& reader);

}  // namespace concord::index
