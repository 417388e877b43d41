#include "server/intake_desk.h"

#include <chrono>

#include "index/base/scheduling.h"

namespace concord::server {
namespace {

constexpr std::size_t kSourcesCounted = 256;
constexpr int kNiceness = 5;

index::UnixMillis system_now() {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

IntakeDesk::IntakeDesk(index::Live& live, SourceRegistry sources, const IntakeMapping* mappings,
                       DeskOptions options)
    : live_(live),
      sources_(std::move(sources)),
      mappings_(mappings),
      options_(std::move(options)),
      known_(live.engine().snapshot()) {
  if (!options_.clock) options_.clock = system_now;
  for (unsigned i = 0; i < std::max(options_.threads, 1U); ++i)
    threads_.emplace_back([this] { work(); });
}

IntakeDesk::~IntakeDesk() {
  while (jobs_.load() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

index::Taken IntakeDesk::door() const {
  if (const index::Taken taken = live_.would_take(0); taken != index::Taken::taken) return taken;
  const std::scoped_lock lock(mutex_);
  if (bodies_.empty()) return index::Taken::taken;
  const std::int64_t waited_ns = steady_ns() - bodies_.front().since_ns;
  return bodies_.size() < options_.jobs_max && waited_ns <= options_.wait_ms_max * 1'000'000
             ? index::Taken::taken
             : index::Taken::overloaded;
}

IntakeAsk IntakeDesk::ask() {
  IntakeAsk ask;
  ask.received_at = options_.clock();
  ask.sources = &sources_;
  ask.mappings = mappings_;
  ask.known = &known_;
  ask.normaliser = &live_.engine().normaliser();
  ask.user_type = options_.user_type;
  ask.anonymous_type = options_.anonymous_type;
  return ask;
}

std::shared_ptr<IntakeJob> IntakeDesk::begin(IntakeBody body, IntakeAsk ask,
                                             std::optional<Waker> waker) {
  if (door() != index::Taken::taken) return nullptr;
  const bool small = body.coding == ContentCoding::identity && body.form != IntakeForm::retry &&
                     body.text.size() + body.bytes.view().size() <= options_.inline_bytes_max;
  auto job = std::make_shared<IntakeJob>(*this, std::move(body), std::move(ask), std::move(waker));
  if (small)
    job->run(false);
  else
    post_body(job);
  return job;
}

void IntakeDesk::post_body(std::shared_ptr<IntakeJob> job) {
  {
    const std::scoped_lock lock(mutex_);
    bodies_.push_back({std::move(job), steady_ns()});
  }
  changed_.notify_one();
}

void IntakeDesk::post_outcome(std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    outcomes_.push_back(std::move(work));
  }
  changed_.notify_one();
}

std::size_t IntakeDesk::waiting() const {
  const std::scoped_lock lock(mutex_);
  return bodies_.size();
}

// For a thread that waits for room: what is written is answered meanwhile.
bool IntakeDesk::settle_one() {
  std::function<void()> work;
  {
    const std::scoped_lock lock(mutex_);
    if (outcomes_.empty()) return false;
    work = std::move(outcomes_.front());
    outcomes_.pop_front();
  }
  work();
  return true;
}

std::function<void()> IntakeDesk::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !bodies_.empty() || !outcomes_.empty(); });
  std::function<void()> work;
  if (!outcomes_.empty()) {
    work = std::move(outcomes_.front());
    outcomes_.pop_front();
  } else if (!bodies_.empty()) {
    work = [job = std::move(bodies_.front().job)] { job->run(true); };
    bodies_.pop_front();
  }
  return work;
}

void IntakeDesk::work() {
  // Questions come first: these threads get what the event loops leave.
  index::name_thread("intake");
  index::give_way(kNiceness);
  while (const std::function<void()> work = next()) work();
}

void IntakeDesk::count(const std::string& source, RowStatus status) {
  const std::scoped_lock lock(count_mutex_);
  const bool own = counts_.contains(source) || counts_.size() < kSourcesCounted;
  ++counts_[own ? source : "other"][static_cast<std::size_t>(status)];
}

void IntakeDesk::count_refused(const std::string& source, const std::string& code) {
  const std::scoped_lock lock(count_mutex_);
  std::pair<std::string, std::string> key(source, code);
  if (refused_.size() >= kSourcesCounted && !refused_.contains(key)) key.first = "other";
  ++refused_[key];
}

std::vector<IntakeDesk::Refused> IntakeDesk::refused() const {
  std::vector<Refused> all;
  const std::scoped_lock lock(count_mutex_);
  for (const auto& [key, items] : refused_) all.push_back({key.first, key.second, items});
  return all;
}

std::vector<IntakeDesk::Counted> IntakeDesk::counted() const {
  std::vector<Counted> all;
  const std::scoped_lock lock(count_mutex_);
  for (const auto& [source, counts] : counts_)
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] > 0) all.push_back({source, static_cast<RowStatus>(i), counts[i]});
  return all;
}

}  // namespace concord::server
