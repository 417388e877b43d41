#include "scoring/policy_diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "scoring/plain_words.h"
#include "scoring/policy.h"
#include "scoring/toml_tree.h"

namespace concord::scoring {
namespace {

using Kind = PolicyChange::Kind;
using Type = TomlNode::Type;

const TomlNode* member(const TomlNode& table, std::string_view name) {
  for (const TomlMember& one : table.members)
    if (one.name == name) return &one.value;
  return nullptr;
}

bool is_tables(const TomlNode& node) {
  return node.type == Type::array && !node.elements.empty() &&
         node.elements.front().type == Type::table;
}

/// As a person would write it on one line.
std::string rendered(const TomlNode& node) {
  std::string out;
  switch (node.type) {
    case Type::boolean: return node.boolean ? "yes" : "no";
    case Type::integer: return std::to_string(node.integer);
    case Type::array:
      for (const TomlNode& one : node.elements) out += (out.empty() ? "" : ", ") + rendered(one);
      return out;
    case Type::table:
      for (const TomlMember& one : node.members)
        out += (out.empty() ? "" : ", ") + one.name + " " + rendered(one.value);
      return out;
    default: return node.text;
  }
}

/// What tells this table from the others of its list.
std::string identity_of(const TomlNode& table, std::size_t place) {
  for (const char* key : {"id", "name", "channel", "feature", "when"})
    if (const TomlNode* node = member(table, key); node != nullptr) {
      const TomlNode* brand = member(table, "brand");
      const bool branded = std::string_view(key) == "channel" && brand != nullptr;
      return node->text + (branded ? " of " + brand->text : "");
    }
  const TomlNode* currency = member(table, "currency");
  const TomlNode* from = member(table, "from");
  if (currency != nullptr && from != nullptr) return currency->text + " from " + from->text;
  if (const TomlNode* purpose = member(table, "purpose")) return purpose->text;
  return std::to_string(place + 1);
}

struct Thing {
  std::string title;
  TomlNode node;  // a table
};
using Things = std::map<std::pair<std::string, std::string>, Thing>;  // by what and name

void add_thing(Things& things, const std::string& what, std::string name, const TomlNode& node) {
  const TomlNode* title = member(node, "title");
  while (things.contains({what, name})) name += " again";
  things[{what, std::move(name)}] = {title == nullptr ? "" : title->text, node};
}

void add_file(Things& things, const PolicySource& file) {
  if (!file.name.ends_with(".toml")) {  // trees: told by their content only
    index::Blake2b hash;
    hash.add(file.bytes);
    TomlNode content;
    content.type = Type::string;
    content.text = hash.finish_hex().substr(0, 16);
    things[{"file", file.name}].node.members.push_back({"content", 1, content});
    return;
  }
  const auto root = parse_toml(file.name, file.bytes);
  CONCORD_ASSERT(root.has_value());  // the set has been loaded
  if (file.name.starts_with("models/")) {
    const TomlNode* name = member(*root, "name");
    add_thing(things, "model", name == nullptr ? file.name : name->text, *root);
    return;
  }
  TomlNode& company = things[{"company", ""}].node;
  for (const TomlMember& one : root->members) {
    if (is_tables(one.value)) {
      for (std::size_t i = 0; i < one.value.elements.size(); ++i)
        add_thing(things, one.name, identity_of(one.value.elements[i], i), one.value.elements[i]);
    } else if (one.value.type == Type::table) {
      add_thing(things, one.name, "", one.value);
    } else {
      company.members.push_back(one);
    }
  }
}

// ---- words

struct Title {
  std::string_view key;
  std::string_view words;
};
constexpr std::array<Title, 31> kTitles = {{
    {"acknowledges", "goes first while these hold"},
    {"after", "rejects that begin the pause"},
    {"aggregation", "what is computed"},
    {"answers", "asked for with"},
    {"applicability", "relevant when"},
    {"asked_only", "only when asked for"},
    {"clock_tick", "the clock's tick"},
    {"consents", "consents that speak about it"},
    {"eligibility", "may be had when"},
    {"enabled", "switched on"},
    {"identities", "addresses it needs"},
    {"lever_add_micro", "lever"},
    {"limit", "most contacts"},
    {"limit_minor", "may grant"},
    {"match", "holds for entries with"},
    {"postpone", "postpones by"},
    {"purposes", "for the purposes"},
    {"quiet", "quiet hours"},
    {"reject_words", "words of a reject"},
    {"silence", "longest silence"},
    {"severity", "severity (1 worst)"},
    {"spares_asked", "spares what is asked for"},
    {"stale_after", "forgotten after"},
    {"suitability", "in the customer's interest when"},
    {"topics", "speaks about"},
    {"value_minor", "value"},
    {"weight_micro", "weight"},
    {"when", "holds when"},
    {"where", "entries with"},
    {"window", "counted over"},
    {"wording_of", "borrows the wording of"},
}};

std::string title_of(std::string_view key) {
  for (const Title& one : kTitles)
    if (one.key == key) return std::string(one.words);
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

/// The value as an analyst says it: millionths and minor units by the key's name.
std::string said(std::string_view key, const TomlNode& node) {
  if (node.type == Type::integer && key.ends_with("_micro")) return micro_words(node.integer);
  if (node.type == Type::integer && key.ends_with("_minor")) return money_words(node.integer, "");
  return rendered(node);
}

using Strings = std::vector<std::string>;

/// A word, or a list of words; nothing else has elements to come and go.
bool read_words(const TomlNode& node, Strings& out) {
  if (node.type == Type::string) {
    out = {node.text};
    return true;
  }
  for (const TomlNode& one : node.elements) {
    if (one.type != Type::string) return false;
    out.push_back(one.text);
  }
  return node.type == Type::array;
}

std::string missing_from(const Strings& some, const Strings& all) {
  std::string out;
  for (const std::string& one : some)
    if (std::find(all.begin(), all.end(), one) == all.end()) out += (out.empty() ? "" : ", ") + one;
  return out;
}

/// "topics: now also a, b; no longer c"; empty when it is no matter of lists.
std::string list_words(const TomlNode& before, const TomlNode& after) {
  Strings old_words;
  Strings new_words;
  if (before.type == Type::string && after.type == Type::string) return {};
  if (!read_words(before, old_words) || !read_words(after, new_words)) return {};
  const std::string more = missing_from(new_words, old_words);
  const std::string less = missing_from(old_words, new_words);
  std::string out = more.empty() ? "" : "now also " + more;
  if (!less.empty()) out += (out.empty() ? "no longer " : "; no longer ") + less;
  return out;
}

// ---- comparing

class Comparing {
 public:
  Comparing(const Things& before, const Things& after, std::vector<PolicyChange>& out)
      : before_(before), after_(after), out_(out) {}

  void all() {
    std::set<Things::key_type> keys;
    for (const auto& [key, thing] : before_) keys.insert(key);
    for (const auto& [key, thing] : after_) keys.insert(key);
    for (const auto& key : keys) {
      const auto old_one = before_.find(key);
      const auto new_one = after_.find(key);
      what_ = key.first;
      name_ = key.second;
      if (old_one == before_.end()) {
        come_or_gone(Kind::added, new_one->second);
      } else if (new_one == after_.end()) {
        come_or_gone(Kind::removed, old_one->second);
      } else {
        title_ = new_one->second.title;
        tables("", old_one->second.node, new_one->second.node);
      }
    }
  }

 private:
  void come_or_gone(Kind kind, const Thing& thing) {
    std::string words = kind == Kind::added ? "new" : "gone";
    for (const char* key : {"department", "purpose", "strength", "aggregation"})
      if (const TomlNode* node = member(thing.node, key)) words += ", " + rendered(*node);
    out_.push_back({kind, what_, name_, thing.title, {}, {}, {}, std::move(words)});
  }

  void change(const std::string& path, const std::string& key, const TomlNode* before,
              const TomlNode* after) {
    PolicyChange one{Kind::changed, what_, name_, title_, path + key, {}, {}, {}};
    if (before != nullptr) one.before = rendered(*before);
    if (after != nullptr) one.after = rendered(*after);
    one.words = path + title_of(key) + ": ";
    if (before == nullptr)
      one.words += "now " + said(key, *after);
    else if (after == nullptr)
      one.words += "no longer " + said(key, *before);
    else if (std::string list = list_words(*before, *after); !list.empty())
      one.words += list;
    else
      one.words += "was " + said(key, *before) + ", is now " + said(key, *after);
    out_.push_back(std::move(one));
  }

  void tables(const std::string& path, const TomlNode& before, const TomlNode& after) {
    std::set<std::string> keys;
    for (const TomlMember& one : before.members) keys.insert(one.name);
    for (const TomlMember& one : after.members) keys.insert(one.name);
    for (const std::string& key : keys) {
      const TomlNode* old_one = member(before, key);
      const TomlNode* new_one = member(after, key);
      if (old_one != nullptr && new_one != nullptr)
        values(path, key, *old_one, *new_one);
      else
        change(path, key, old_one, new_one);
    }
  }

  void values(const std::string& path, const std::string& key, const TomlNode& before,
              const TomlNode& after) {
    if (is_tables(before) && is_tables(after))
      lists(path + key + " ", before, after);
    else if (key == "text" && before.type == Type::table && after.type == Type::table)
      tables(path + key + " ", before, after);
    else if (rendered(before) != rendered(after))
      change(path, key, &before, &after);
  }

  /// Treatments, context weights, predictors: paired by what tells them apart.
  void lists(const std::string& path, const TomlNode& before, const TomlNode& after) {
    std::map<std::string, std::pair<const TomlNode*, const TomlNode*>> pairs;
    using Pair = std::pair<const TomlNode*, const TomlNode*>;
    const auto place = [&](const TomlNode& list, const TomlNode* Pair::*side) {
      for (std::size_t i = 0; i < list.elements.size(); ++i) {
        std::string identity = identity_of(list.elements[i], i);
        while (pairs[identity].*side != nullptr) identity += " again";
        pairs[identity].*side = &list.elements[i];
      }
    };
    place(before, &Pair::first);
    place(after, &Pair::second);
    for (const auto& [identity, pair] : pairs) {
      if (pair.first != nullptr && pair.second != nullptr)
        tables(path + identity + " ", *pair.first, *pair.second);
      else
        change(path, identity, pair.first, pair.second);
    }
  }

  const Things& before_;
  const Things& after_;
  std::vector<PolicyChange>& out_;
  std::string what_, name_, title_;
};

index::Result<Things> read_things(const std::string& folder, std::string& version) {
  const auto policy = load_policy(folder);
  if (!policy) {
    index::Error error = policy.error();
    error.place = error.place.empty() ? folder : folder + "/" + error.place;
    return index::fail(std::move(error));
  }
  version = (*policy)->version();
  Things things;
  for (const PolicySource& file : (*policy)->files()) add_file(things, file);
  return things;
}

}  // namespace

std::string_view word(PolicyChange::Kind kind) {
  constexpr std::array<std::string_view, 3> kWords = {"added", "removed", "changed"};
  return kWords[static_cast<std::size_t>(kind)];
}

index::Result<PolicyDiff> diff_policies(const std::string& before, const std::string& after) {
  PolicyDiff out;
  auto old_things = read_things(before, out.before_version);
  if (!old_things) return index::fail(std::move(old_things.error()));
  auto new_things = read_things(after, out.after_version);
  if (!new_things) return index::fail(std::move(new_things.error()));
  Comparing(*old_things, *new_things, out.changes).all();
  return out;
}

}  // namespace concord::scoring
