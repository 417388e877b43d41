#include "scoring/cel/analysis.h"

#include <limits>
#include <optional>
#include <set>

#include "scoring/cel/parser.h"

namespace concord::cel {
namespace {

constexpr std::uint64_t kPatternCost = 16;  // a search by pattern beside a comparison

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? std::numeric_limits<std::uint64_t>::max() : out;
}
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? std::numeric_limits<std::uint64_t>::max() : out;
}

class Reads {
 public:
  Reads(const Ast& ast, const Checked& checked, const Environment& environment)
      : ast_(ast), checked_(checked), environment_(environment), loops_(checked.loops_max) {}

  std::vector<std::string> run() {
    visit(ast_.root, true);
    return {reads_.begin(), reads_.end()};
  }

 private:
  struct LoopPath {
    std::string path;
    bool used = false;
    bool first_is_element = true;  // else an index or a key
  };

  /// The path a node stands for ("entries.state_type"), or empty. `whole`: its value is used as it
  /// is, not only a field of it.
  std::string visit(NodeId id, bool whole) {
    const Node& n = ast_.nodes[id];
    std::string path;
    if (checked_.meanings[id].kind == Meaning::Kind::variable) {
      path = environment_.variables()[checked_.meanings[id].number].name;
    } else if (checked_.meanings[id].kind == Meaning::Kind::local) {
      path = local(checked_.meanings[id]);
    } else if (n.kind == NodeKind::select || n.kind == NodeKind::has) {
      path = visit(n.children[0], false);
      if (!path.empty()) path += "." + n.text;
      whole = whole || n.kind == NodeKind::has;
    } else if (n.kind == NodeKind::call && n.text == "[]") {
      path = visit(n.children[0], false);
      visit(n.children[1], true);
    } else if (n.kind == NodeKind::macro) {
      path = macro(id);
    } else {
      for (const NodeId child : n.children) visit(child, true);
    }
    if (whole && !path.empty()) reads_.insert(path);
    return path;
  }

  std::string local(const Meaning& meaning) {
    LoopPath& loop = loops_[meaning.number];
    if (!meaning.second && !loop.first_is_element) return {};
    loop.used = true;
    return loop.path;
  }

  std::string macro(NodeId id) {
    const Node& n = ast_.nodes[id];
    const std::uint32_t number = checked_.meanings[id].number;
    std::string path = visit(n.children[0], false);
    loops_[number] = {path, false, n.var2.empty()};
    for (std::size_t i = 1; i < n.children.size(); ++i) visit(n.children[i], true);
    // How many there are is read too, and nothing else says so.
    if (!loops_[number].used && !path.empty()) reads_.insert(path);
    return n.macro == Macro::collect && !n.has_transform ? path : std::string();
  }

  const Ast& ast_;
  const Checked& checked_;
  const Environment& environment_;
  std::vector<LoopPath> loops_;
  std::set<std::string> reads_;
};

class Cost {
 public:
  Cost(const Ast& ast, const Checked& checked, const Options& options)
      : ast_(ast), checked_(checked), options_(options) {}

  index::Result<std::uint64_t> run() {
    const std::uint64_t cost = visit(ast_.root);
    if (error_) return index::fail(*error_);
    return cost;
  }

 private:
  /// Elements of a list or map.
  std::uint64_t size(NodeId id) const {
    const Node& n = ast_.nodes[id];
    if (n.kind == NodeKind::list) return n.children.size();
    if (n.kind == NodeKind::map) return n.children.size() / 2;
    if (n.kind == NodeKind::call && n.text == "+")
      return plus(size(n.children[0]), size(n.children[1]));
    if (n.kind == NodeKind::macro) return size(n.children[0]);
    if (n.kind == NodeKind::conditional) return std::max(size(n.children[1]), size(n.children[2]));
    return options_.limits.assumed_list_size;
  }

  bool is_list(NodeId id) const {
    const TypeKind kind = checked_.types[id].kind();
    return kind == TypeKind::list || kind == TypeKind::map || ast_.nodes[id].kind == NodeKind::list;
  }

  std::uint64_t visit(NodeId id) {
    const Node& n = ast_.nodes[id];
    std::uint64_t cost = 1;
    if (n.kind == NodeKind::macro) {
      std::uint64_t body = 1;
      for (std::size_t i = 1; i < n.children.size(); ++i) body = plus(body, visit(n.children[i]));
      cost = plus(cost, times(size(n.children[0]), body));
      cost = plus(cost, visit(n.children[0]));
    } else {
      for (const NodeId child : n.children) cost = plus(cost, visit(child));
      if (n.kind == NodeKind::map) cost = plus(cost, times(size(id), size(id)));
      if (n.kind == NodeKind::call) cost = plus(cost, call(n));
    }
    if (cost > options_.limits.cost_max && !error_)
      error_ = error_at(index::Code::over_limit, ast_.source, n.at, options_.place,
                        "this would take about " + std::to_string(cost) + " steps (at most " +
                            std::to_string(options_.limits.cost_max) +
                            "): too many loops inside one another");
    return cost;
  }

  std::uint64_t call(const Node& n) const {
    if (n.text == "matches") return kPatternCost;
    if (n.text == "in") return size(n.children[1]);
    std::uint64_t cost = 0;
    if (n.text == "==" || n.text == "!=" || n.text == "+")
      for (const NodeId child : n.children)
        if (is_list(child)) cost = plus(cost, size(child));
    return cost;
  }

  const Ast& ast_;
  const Checked& checked_;
  const Options& options_;
  std::optional<index::Error> error_;
};

}  // namespace

index::Result<Analysis> analyse(const Ast& ast, const Checked& checked,
                                const Environment& environment, const Options& options) {
  auto cost = Cost(ast, checked, options).run();
  if (!cost) return index::fail(std::move(cost.error()));
  return Analysis{Reads(ast, checked, environment).run(), *cost};
}

}  // namespace concord::cel
