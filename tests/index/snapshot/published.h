// Published records of stories, ready to be asked. Thread class: one-owner.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "index/base/assert.h"
#include "index/engine.h"
#include "tests/support/events.h"
#include "tests/support/stories.h"

namespace concord::test {

/// An engine in memory that has heard a story.
class Base {
 public:
  Base() : engine_(index::Engine::empty(story_identity_types())) {}
  index::EventSeq hear(const Saying& saying) { return hear(saying.bytes()); }
  index::EventSeq hear(const std::string& bytes) {
    const auto applied = engine_->apply(bytes);
    CONCORD_ASSERT(applied.has_value());
    return *applied;
  }
  [[nodiscard]] const index::Engine& engine() const { return *engine_; }
  [[nodiscard]] const index::Snapshot& snapshot() const { return engine_->snapshot(); }
  /// The customer behind a key; the pin must live as long.
  [[nodiscard]] index::Customer customer(const index::ReadPin& pin, std::string_view key,
                                         index::UnixMillis as_of) const {
    const index::Resolution found = snapshot().resolve(pin, key);
    return snapshot().customer(pin, found.customer, as_of);
  }

 private:
  std::unique_ptr<index::Engine> engine_;
};

/// One member of the context answer, its value only.
inline std::string member(const index::Customer& customer, index::ContextField field,
                          index::ContextQuestion question) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  index::write_context_field(out, field, customer, question);
  const std::string_view name = name_of(field);
  return std::string(buffer.view().substr(name.size() + 3));
}
inline std::string member(const index::Customer& customer, index::ContextField field,
                          index::UnixMillis as_of) {
  return member(customer, field, index::ContextQuestion{as_of, 1000, nullptr});
}

}  // namespace concord::test
