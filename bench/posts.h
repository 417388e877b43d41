// Posts of events for bench/intake, made ahead: what differs from one sending to the next, the ids
// and the times, is written into a copy. The senders stand for other machines; what they take of
// this one is missing to the service, so they do little.
// Thread class: one-owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "index/base/types.h"

namespace concord::bench {

constexpr std::size_t kEventsAPost = 20;

class Posts {
 public:
  /// Events of `keys`, each a little later than the one before and one in ten late by up to a
  /// month, up to `newest`. No two objects may share a `name`: it is in the ids.
  Posts(std::string name, std::vector<std::string> keys, index::UnixMillis newest);

  /// Appends post `number` of this run to `out`.
  void write(std::size_t number, std::string& out) const;
  /// From now on other ids.
  void next_run() { first_ += 1'000'000'000; }
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

 private:
  struct Event {  // places in the text of its post
    std::size_t id;
    std::size_t key;  // of the entry: the id again
    std::size_t at;
    std::int64_t late_ms;
  };
  struct Post {
    std::string text;
    std::vector<Event> events;
  };
  Post make(std::size_t number) const;
  void append_event(std::size_t n, std::string& body, Event& places) const;

  std::string name_;
  std::vector<std::string> keys_;
  std::int64_t newest_ms_;
  std::size_t first_ = 1'000'000'000;
  std::vector<Post> posts_;  // sent in turn
};

}  // namespace concord::bench
