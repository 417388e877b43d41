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
  return waiting() < options_.jobs_max ? index::Taken::taken : index::Taken::overloaded;
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
    post([job] { job->run(true); });
  return job;
}

void IntakeDesk::post(std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

std::size_t IntakeDesk::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

void IntakeDesk::work() {
  // Questions come first: these threads get what the event loops leave.
  index::give_way(kNiceness);
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
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
