#include "scoring/condition_parts.h"

#include <algorithm>
#include <utility>

#include "scoring/cel/parser.h"

namespace concord::scoring {
namespace {

using Order = ConditionPart::Order;
using cel::NodeKind;

std::optional<Order> order_of(std::string_view symbol) {
  constexpr std::pair<std::string_view, Order> kOrders[] = {
      {"<", Order::less},           {"<=", Order::less_equal}, {">", Order::greater},
      {">=", Order::greater_equal}, {"==", Order::equal},      {"!=", Order::unequal}};
  for (const auto& [text, order] : kOrders)
    if (text == symbol) return order;
  return std::nullopt;
}

/// `3 < x` as `x > 3`.
Order turned(Order order) {
  switch (order) {
    case Order::less: return Order::greater;
    case Order::less_equal: return Order::greater_equal;
    case Order::greater: return Order::less;
    case Order::greater_equal: return Order::less_equal;
    default: return order;
  }
}

class Taker {
 public:
  Taker(const cel::Ast& ast, const cel::Environment& environment,
        const cel::ObjectType& feature_type, std::vector<ConditionPart>& parts)
      : ast_(ast), environment_(environment), features_(feature_type), parts_(parts) {}

  /// False: it is one piece that only CEL can answer.
  [[nodiscard]] bool is_worth_it(cel::NodeId id) const;
  /// Puts `id` at place `at` of the tree; its cost, or nothing when a piece does not stand alone.
  std::optional<std::uint64_t> take(cel::NodeId id, std::size_t at);
  ConditionTree tree;

 private:
  std::optional<std::uint64_t> take_part(const cel::Node& node, std::size_t at);
  std::optional<std::uint32_t> feature_of(cel::NodeId id) const;
  std::optional<std::int64_t> number_of(cel::NodeId id) const;
  bool compares(const cel::Node& node, ConditionPart& part) const;

  const cel::Ast& ast_;
  const cel::Environment& environment_;
  const cel::ObjectType& features_;
  std::vector<ConditionPart>& parts_;
};

ConditionTree::Join join_of(const cel::Node& node) {
  using Join = ConditionTree::Join;
  if (node.kind == NodeKind::logic_and) return Join::all;
  if (node.kind == NodeKind::logic_or) return Join::any;
  return node.kind == NodeKind::call && node.text == "!" && !node.member ? Join::negation
                                                                         : Join::part;
}

bool Taker::is_worth_it(cel::NodeId id) const {
  ConditionPart part;
  return join_of(ast_.nodes[id]) != ConditionTree::Join::part || compares(ast_.nodes[id], part);
}

std::optional<std::uint64_t> Taker::take(cel::NodeId id, std::size_t at) {
  const cel::Node& node = ast_.nodes[id];
  const ConditionTree::Join join = join_of(node);
  if (join == ConditionTree::Join::part) return take_part(node, at);
  std::vector<std::pair<std::uint64_t, ConditionTree::Branch>> branches;
  std::uint64_t cost = 0;
  for (const cel::NodeId child : node.children) {
    const auto place = static_cast<std::uint32_t>(branches.size());
    const auto child_at = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes.emplace_back();
    const auto its_cost = take(child, child_at);
    if (!its_cost) return std::nullopt;
    cost += *its_cost;
    branches.push_back({*its_cost, {child_at, place}});
  }
  std::stable_sort(branches.begin(), branches.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  tree.nodes[at] = {join, static_cast<std::uint32_t>(tree.branches.size()),
                    static_cast<std::uint32_t>(branches.size())};
  for (const auto& branch : branches) tree.branches.push_back(branch.second);
  return cost;
}

std::optional<std::uint64_t> Taker::take_part(const cel::Node& node, std::size_t at) {
  constexpr std::uint64_t kProgramCost = 10;  // to begin any program, beside its own steps
  const std::string text = ast_.source.substr(node.begin, node.end - node.begin);
  auto found = std::find_if(parts_.begin(), parts_.end(),
                            [&](const ConditionPart& part) { return part.text == text; });
  if (found == parts_.end()) {
    ConditionPart part;
    part.text = text;
    if (!compares(node, part)) {
      cel::Options options;
      options.wanted = cel::TypeKind::boolean;
      auto program = cel::Program::compile(text, environment_, options);
      if (!program.has_value()) return std::nullopt;
      part.program = std::move(*program);
    }
    parts_.push_back(std::move(part));
    found = parts_.end() - 1;
  }
  tree.nodes[at] = {ConditionTree::Join::part, static_cast<std::uint32_t>(found - parts_.begin()),
                    0};
  return found->program ? kProgramCost + found->program->cost() : 1;
}

std::optional<std::uint32_t> Taker::feature_of(cel::NodeId id) const {
  const cel::Node& node = ast_.nodes[id];
  if (node.kind != NodeKind::select) return std::nullopt;
  const cel::Node& object = ast_.nodes[node.children[0]];
  if (object.kind != NodeKind::name || object.text != "features") return std::nullopt;
  return features_.find(node.text);
}

std::optional<std::int64_t> Taker::number_of(cel::NodeId id) const {
  const cel::Node& node = ast_.nodes[id];
  if (node.kind != NodeKind::literal || !node.value.is(cel::Kind::integer)) return std::nullopt;
  return node.value.as_integer();
}

bool Taker::compares(const cel::Node& node, ConditionPart& part) const {
  if (node.kind != NodeKind::call || node.member || node.children.size() != 2) return false;
  const auto order = order_of(node.text);
  if (!order) return false;
  for (const bool turn : {false, true}) {
    const auto feature = feature_of(node.children[turn ? 1 : 0]);
    const auto number = number_of(node.children[turn ? 0 : 1]);
    if (!feature || !number) continue;
    part.feature = *feature;
    part.number = *number;
    part.order = turn ? turned(*order) : *order;
    return true;
  }
  return false;
}

}  // namespace

ConditionTree take_apart(std::string_view text, const cel::Environment& environment,
                         const cel::ObjectType& feature_type, std::vector<ConditionPart>& parts) {
  const auto ast = cel::parse(text, cel::Limits{});
  if (!ast.has_value()) return {};
  Taker taker(*ast, environment, feature_type, parts);
  if (!taker.is_worth_it(ast->root)) return {};
  taker.tree.nodes.emplace_back();
  return taker.take(ast->root, 0) ? std::move(taker.tree) : ConditionTree{};
}

}  // namespace concord::scoring
