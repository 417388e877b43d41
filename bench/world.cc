#include "bench/world.h"

#include <cstdio>
#include <cstdlib>
#include <map>

#include "index/base/json_writer.h"

namespace concord::bench {
namespace {

using index::ContextField;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

std::vector<std::size_t> read_sizes(std::string_view list) {
  std::vector<std::size_t> sizes;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    sizes.push_back(std::strtoul(std::string(list.substr(0, comma)).c_str(), nullptr, 10));
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
  }
  return sizes;
}

constexpr std::uint32_t bit(ContextField field) { return 1U << static_cast<unsigned>(field); }
constexpr std::uint32_t kAll = (1U << index::kContextFieldCount) - 1;
constexpr std::uint32_t kDecided =
    bit(ContextField::do_not) | bit(ContextField::next) | bit(ContextField::authority);

}  // namespace

Bases take_bases(int& argc, char** argv) {
  Bases bases;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const bool ours = option == "--bases" || option == "--customers" || option == "--policy";
    if (!ours) {
      argv[kept++] = argv[i];
      continue;
    }
    if (++i == argc) give_up(std::string(option) + " needs a value");
    if (option == "--bases") bases.folder = argv[i];
    if (option == "--customers") bases.customers = read_sizes(argv[i]);
    if (option == "--policy") bases.policy = argv[i];
  }
  argc = kept;
  if (bases.folder.empty() || bases.customers.empty() || bases.policy.empty())
    give_up("needs --bases FOLDER --customers N,N --policy FOLDER (bench/run gives them)");
  return bases;
}

World::World(const Bases& bases, std::size_t customers)
    : extracts_(bases.folder + "/" + std::to_string(customers) + "/extracts"),
      data_(bases.folder + "/" + std::to_string(customers) + "/data") {
  auto engine = index::Engine::open(data_);
  if (!engine) give_up(engine.error().text() + " (bench/run makes the bases)");
  engine_ = std::move(*engine);
  auto policy = scoring::load_policy(bases.policy);
  if (!policy) give_up(policy.error().text());
  policy_ = std::move(*policy);
  as_of_ = policy_->round_up(engine_->generation().newest_at);
  const index::ReadPin pin = snapshot().pin();
  std::uint32_t most = 0;
  for (std::size_t place = 0; place < snapshot().record_count(); ++place) {
    const index::RecordView record = snapshot().record_at(pin, place);
    if (!record || record.is_account()) continue;
    for (const index::wire::Identity* one : *record.portrait().identities()) {
      if (!one->joins()) continue;
      keys_.push_back(one->type()->str() + ":" + one->value()->str());
      if (record.entry_count() > most) {
        most = record.entry_count();
        largest_key_ = keys_.back();
      }
      break;
    }
  }
  if (keys_.empty()) give_up(data_ + ": no customer has a joining identity");
}

index::Customer World::customer(const index::ReadPin& pin, std::string_view key) const {
  const index::Resolution found = snapshot().resolve(pin, key);
  if (found.outcome != index::Resolution::Outcome::found) give_up(std::string(key) + ": not found");
  return snapshot().customer(pin, found.customer, as_of_);
}

std::vector<index::Customer> World::customers(const index::ReadPin& pin,
                                              const std::vector<std::uint32_t>& places) const {
  std::vector<index::Customer> all;
  all.reserve(places.size());
  for (const std::uint32_t place : places) all.push_back(customer(pin, keys_[place]));
  return all;
}

const World& world_of(const Bases& bases, std::size_t customers) {
  static std::map<std::size_t, std::unique_ptr<World>> worlds;
  auto& world = worlds[customers];
  if (!world) world = std::make_unique<World>(bases, customers);
  return *world;
}

std::string_view ContextAnswer::of(std::string_view key, bool facts_only) {
  const index::Snapshot& snapshot = world_.snapshot();
  const index::ReadPin pin = snapshot.pin();
  snapshot.resolve(pin, key, resolution_);
  const index::Customer customer = snapshot.customer(pin, resolution_.customer, world_.as_of());
  server::ContextAsk ask;
  ask.question.as_of = world_.as_of();
  ask.question.matched = &resolution_;
  if (facts_only) ask.fields = kAll & ~kDecided;
  out_.clear();
  if (customer.record) server::write_context(out_, world_.policy(), customer, ask, scratch_);
  return out_.view();
}

}  // namespace concord::bench
